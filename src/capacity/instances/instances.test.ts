import { describe, it } from "vitest";
import { fittingTypes, spotGroups } from "./fitting.ts";
import { mebibytesOf, millicoresOf } from "./quantity.ts";

const question = { pods: 400, millicores: 250, memoryMiB: 512 };

describe("types on which pods fit", () => {
  it("say how many, and what binds", ({ expect }) => {
    const types = new Map(fittingTypes(question).map((type) => [type.instanceType, type]));
    // 3920m and 180m of the system's: 14 pods. 16 GiB hold more.
    expect(types.get("m5.xlarge")).toMatchObject({ podsPerNode: 14, nodes: 29, binds: "cpu", usdPerHour: 0.192 });
    expect(types.get("c5.xlarge")).toMatchObject({ podsPerNode: 12, nodes: 34, binds: "memory" });
    expect(types.get("t3.nano")).toBeUndefined();
    expect([...types.keys()].filter((name) => /^(p5|inf2|t2)\.|metal/.test(name))).toEqual([]);
    const small = fittingTypes({ pods: 100, millicores: 10, memoryMiB: 10, types: ["m5.large", "m5.4xlarge"] });
    expect(small.map(({ binds, podsPerNode, nodes }) => [binds, podsPerNode, nodes])).toEqual([
      ["addresses", 25, 4],
      ["recommendation", 106, 1],
    ]);
  });

  it("are ordered by the price of all", ({ expect }) => {
    const prices = fittingTypes(question).map(({ usdPerHourTotal }) => usdPerHourTotal ?? Number.POSITIVE_INFINITY);
    expect(prices).toEqual(prices.toSorted((a, b) => a - b));
    expect(new Set(fittingTypes({ ...question, arch: "arm64" }).map(({ arch }) => arch))).toEqual(new Set(["arm64"]));
  });

  it("are groups of one size and many families for spot", ({ expect }) => {
    const [best, ...others] = spotGroups({ ...question, arch: "amd64" });
    expect(best?.diversified).toBe(true);
    expect(best?.instanceTypes.length).toBeGreaterThanOrEqual(10);
    expect([best, ...others].every((group) => (group?.instanceTypes.length ?? 0) <= 20)).toBe(true);
    expect(new Set(best?.instanceTypes.map((name) => name.split(".")[0])).size).toBe(best?.instanceTypes.length);
  });

  it("refuse what makes no sense", ({ expect }) => {
    expect(() => fittingTypes({ ...question, memoryMiB: 1e9 })).toThrow("No type has room for a pod");
    expect(() => fittingTypes({ ...question, pods: 0 })).toThrow("0 is no number of pods");
  });
});

describe("quantities", () => {
  it("are Kubernetes' own", ({ expect }) => {
    expect(["250m", "2", "0.1", "1.5", "1e-1"].map(millicoresOf)).toEqual([250, 2000, 100, 1500, 100]);
    expect(["512Mi", "2Gi", "1G", "1048576", "128974848"].map(mebibytesOf)).toEqual([512, 2048, 954, 1, 123]);
    expect(() => mebibytesOf("512MB")).toThrow('Memory "512MB" is no quantity of Kubernetes');
  });
});
