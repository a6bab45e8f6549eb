// What `lotse drain nodegroup` wants to be told before it asks anybody, and what a file that isn't there is.
import { it } from "vitest";
import { runLotse } from "./testing.ts";

const file = `apiVersion: eksctl.io/v1alpha5
kind: ClusterConfig
metadata: {name: shop, region: eu-central-1, version: "1.34"}
managedNodeGroups: [{name: web-1}, {name: web-2}]
nodeGroups: [{name: db}]
`;

it.for<[words: string[], says: string]>([
  [["--cluster", "shop"], "No node group is named"],
  [["--cluster", "shop", "--include", "web-*"], "--include and --exclude choose among the groups of a file"],
  [["-f", "-", "--name", "db", "--exclude", "web-*"], "--name doesn't go with --include and --exclude"],
  [["-f", "-", "--include", "wep-*"], "No node group of - is left by --include and --exclude"],
  [["-f", "-", "--include", "wep-*"], "Its groups: web-1, web-2, db."],
  [["-f", "-", "--exclude", "*"], "No node group of - is left"],
  [["-f", "nowhere.yaml"], "nowhere.yaml can't be read"],
])("%s is wrong usage: %s", async ([words, says], { expect }) => {
  const { code, stderr } = await runLotse(file, "drain", "nodegroup", ...words);
  expect([code, stderr]).toEqual([2, expect.stringContaining(says)]);
});

it.for([["plan"], ["apply"], ["config", "validate"], ["get", "nodegroup"], ["stacks"], ["rehearse"], ["kubeconfig"]])(
  "%s of a file that isn't there is wrong usage, too",
  async (words, { expect }) => {
    const { code, stderr } = await runLotse("", ...words, "-f", "nowhere.yaml");
    expect([code, stderr]).toEqual([2, expect.stringContaining("cli/unreadable")]);
  },
);
