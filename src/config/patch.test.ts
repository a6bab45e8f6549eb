// Setting values in a file that people have written, and will go on writing.
import { describe, it } from "vitest";
import type { FilePatch, PatchValue } from "./patch.ts";
import { patchClusterFile } from "./patch.ts";

const head = "kind: ClusterConfig # ours\nmetadata: {name: demo} # short\n";
const set = (text: string, path: FilePatch["path"], value: PatchValue): string =>
  patchClusterFile(`${head}${text}`, [{ path, value }]).slice(head.length);
const types = ["cloudWatch", "clusterLogging", "enableTypes"];

describe("setting a value", () => {
  it.for<[string, string, FilePatch["path"], PatchValue, string]>([
    [
      "where nothing stands",
      "vpc: {}\n",
      types,
      ["audit"],
      "vpc: {}\ncloudWatch:\n  clusterLogging:\n    enableTypes: [audit]\n",
    ],
    ["in the place of another", "a: {b: false} # no\n", ["a", "b"], true, "a: {b: true} # no\n"],
    [
      "beside others",
      "a:\n  b: 1 # one\n\n# next\nc: 2\n",
      ["a", "d"],
      true,
      "a:\n  b: 1 # one\n  d: true\n\n# next\nc: 2\n",
    ],
    ["beside others on one line", "a: {b: 1}\n", ["a", "c", "d"], 90, "a: {b: 1, c: {d: 90}}\n"],
    ["behind a comma", "a: {b: 1,}\n", ["a", "c"], 2, "a: {b: 1, c: 2}\n"],
    ["below a key without a value", "a: # later\nb: 1\n", ["a", "c"], true, "a: {c: true} # later\nb: 1\n"],
    [
      "in an item of a list",
      "g:\n  - name: web # first\n    size: 2\n  - name: db\n",
      ["g", 0, "x"],
      true,
      "g:\n  - name: web # first\n    size: 2\n    x: true\n  - name: db\n",
    ],
    [
      "in the last item, without a last line break",
      "g:\n  - name: web",
      ["g", 0, "x"],
      true,
      "g:\n  - name: web\n    x: true",
    ],
    [
      "in the place of a list, line by line",
      "a:\n  - 0.0.0.0/0 # all\n  - b\nc: 1\n",
      ["a"],
      ["198.51.100.0/24"],
      "a:\n  - 198.51.100.0/24\nc: 1\n",
    ],
    [
      "after a text of several lines",
      "a:\n  t: |\n    one\n    two\nb: 1\n",
      ["a", "c"],
      1,
      "a:\n  t: |\n    one\n    two\n  c: 1\nb: 1\n",
    ],
    ["behind an anchor that nobody refers to", "a: &x {b: 1}\n", ["a", "b"], 2, "a: &x {b: 2}\n"],
    ["that needs quotes", "a: [x]\n", ["a"], ["2001:db8::/32"], 'a: ["2001:db8::/32"]\n'],
  ])("%s", ([, before, path, value, after], { expect }) => {
    expect(set(before, path, value)).toBe(after);
  });

  it("keeps the line breaks of Windows", ({ expect }) => {
    const text = "kind: ClusterConfig\r\na:\r\n  b: 1\r\n";
    expect(patchClusterFile(text, [{ path: ["a", "c"], value: 2 }])).toBe(
      "kind: ClusterConfig\r\na:\r\n  b: 1\r\n  c: 2\r\n",
    );
  });

  it("keeps JSON JSON", ({ expect }) => {
    const text = '{"kind": "ClusterConfig", "a": {"b": 1}}';
    const after = patchClusterFile(text, [{ path: ["a", "c"], value: ["x"] }]);
    expect(JSON.parse(after)).toEqual({ kind: "ClusterConfig", a: { b: 1, c: ["x"] } });
  });

  it("leaves other documents alone", ({ expect }) => {
    const text = "# first\nkind: Platform\n---\nkind: ClusterConfig\na: 1\n---\nb: 2 # two\n";
    expect(patchClusterFile(text, [{ path: ["c"], value: true }])).toBe(text.replace("a: 1\n", "a: 1\nc: true\n"));
  });

  it("refuses what is shared by an anchor, or merged", ({ expect }) => {
    expect(() => set("x: &x {b: 1}\na: *x\n", ["a", "b"], 2)).toThrow(/can't be set in the file by itself/);
    expect(() => set("x: &x {b: 1}\na:\n  <<: *x\n  c: 1\n", ["a", "b"], 2)).toThrow(/a\.b can't be set/);
  });

  it.for<[string, string, FilePatch["path"]]>([
    ["the same", "x: &x {b: 1}\na: *x\n", ["x", "b"]],
    ["merged into another", "g:\n  - &base {name: a, b: 1}\n  - <<: *base\n    name: c\n", ["g", 0, "b"]],
    ["new in what is merged", "g:\n  - &base {name: a}\n  - <<: *base\n    name: c\n", ["g", 0, "b"]],
  ])("refuses what others have by an anchor: %s", ([, text, path], { expect }) => {
    expect(() => set(text, path, 2)).toThrow(/can't be set in the file by itself/);
  });
});
