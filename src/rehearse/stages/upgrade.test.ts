// The file for another version, and the way there.
import { it } from "vitest";
import { versionsBetween, withVersion } from "./upgrade.ts";

it("changes the version alone, and leaves comments and further documents", ({ expect }) => {
  const text = `# ours\napiVersion: eksctl.io/v1alpha5\nkind: ClusterConfig\nmetadata:\n  name: a # the first\n  version: "1.34"\n---\napiVersion: lotse.dev/v1alpha1\nkind: Platform\n`;
  expect(withVersion(text, "1.35")).toBe(text.replace("1.34", "1.35"));
});

it("adds the version where there is none", ({ expect }) => {
  expect(withVersion("---\nmetadata: { name: a }\n", "1.35")).toContain('version: "1.35"');
});

it("goes minor by minor, and forwards only", ({ expect }) => {
  expect(versionsBetween("1.34", "1.36")).toEqual(["1.35", "1.36"]);
  expect(() => versionsBetween("1.34", "1.34")).toThrow("1.34 is no upgrade of Kubernetes 1.34");
  expect(() => versionsBetween("1.34", "latest")).toThrow("latest is no upgrade");
});
