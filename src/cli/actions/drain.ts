// `lotse drain nodegroup`
import { LotseError } from "../../base/index.ts";
import { planDrain } from "../../lotse.ts";
import { clusterNameOf, readClusterFile } from "../cluster-input.ts";
import type { Action, Invocation } from "../command.ts";
import { withAws } from "../connection.ts";
import { drainOf } from "../drain-options.ts";
import { printHeader } from "../header.ts";
import { showAndRun } from "../plan-and-run.ts";

/** The group of `--name`, or the groups of the file. */
async function groupsOf(invocation: Invocation): Promise<string[]> {
  const { options } = invocation;
  if (typeof options["name"] === "string") return [options["name"]];
  if (typeof options["file"] !== "string") {
    throw new LotseError("cli/usage", {
      title: "No node group is named",
      remedy: "Give --name <nodegroup>, or -f with a file for all of its groups.",
    });
  }
  const { config } = await readClusterFile(invocation);
  return [...(config.managedNodeGroups ?? []), ...(config.nodeGroups ?? [])].map(({ name }) => name);
}

export const run: Action = async (invocation) => {
  const { options } = invocation;
  const { name, region } = await clusterNameOf(invocation, "cluster");
  const nodeGroups = await groupsOf(invocation);
  const undo = options["undo"] === true;
  const drain = drainOf(invocation);
  return withAws(invocation, region, async (aws, target) => {
    const what = `${undo ? "undrain" : "drain"} ${name}`;
    await printHeader(invocation, what, aws, target);
    const planned = await planDrain(name, aws, { nodeGroups, undo });
    const words = [
      "drain",
      "nodegroup",
      "--cluster",
      name,
      ...(nodeGroups.length === 1 ? ["--name", nodeGroups[0] ?? ""] : []),
    ];
    return showAndRun(invocation, planned, { aws, target, what, words, run: { drain } });
  });
};
