// Which names globs mean.
import { describe, it } from "vitest";
import { filterNames } from "./name-globs.ts";

const names = ["web-1", "web-2", "db-a", "db-b", "gpu.large"];

describe("globs on names", () => {
  it.for<[include: string[], exclude: string[], meant: string[]]>([
    [[], [], names],
    [["web-*"], [], ["web-1", "web-2"]],
    [[], ["web-*"], ["db-a", "db-b", "gpu.large"]],
    [["web-*", "db-a"], ["*-1"], ["web-2", "db-a"]],
    [["web-1,db-?"], [], ["web-1", "db-a", "db-b"]],
    [["{web,db}-[1a]"], [], ["web-1", "db-a"]],
    [["db-[!a]"], [], ["db-b"]],
    [["gpu.*"], [], ["gpu.large"]],
    [["gpu?large"], ["gpu.large"], []],
    [["g.*"], [], []],
    [["eb-1"], [], []],
  ])("include %s, exclude %s", ([include, exclude, meant], { expect }) => {
    expect(filterNames(names, { include, exclude })).toEqual(meant);
  });

  it("have to make sense", ({ expect }) => {
    expect(() => filterNames(names, { exclude: ["web-[2-1]"] })).toThrow('--exclude "web-[2-1]" is no glob');
    expect(() => filterNames(names, { include: ["{a,b"] })).toThrow('--include "{a,b" is no glob');
  });
});
