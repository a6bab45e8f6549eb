// `lotse drain nodegroup`
import { LotseError } from "../../base/index.ts";
import { planDrain } from "../../lotse.ts";
import { clusterNameOf, readClusterFile } from "../cluster-input.ts";
import type { Action, Invocation } from "../command.ts";
import { withAws } from "../connection.ts";
import { drainOf } from "../drain-options.ts";
import { printHeader } from "../header.ts";
import { filterNames } from "../name-globs.ts";
import { showAndRun } from "../plan-and-run.ts";

const listOf = (value: unknown): readonly string[] => (Array.isArray(value) ? (value as string[]) : []);

function usage(title: string, remedy: string): LotseError {
  return new LotseError("cli/usage", { title, remedy });
}

/** The group of `--name`, or the groups of the file that `--include` and `--exclude` leave. */
async function groupsOf(invocation: Invocation): Promise<string[]> {
  const { options } = invocation;
  const [include, exclude] = [listOf(options["include"]), listOf(options["exclude"])];
  const isFiltered = include.length + exclude.length > 0;
  if (typeof options["name"] === "string") {
    if (!isFiltered) return [options["name"]];
    throw usage("--name doesn't go with --include and --exclude", "Name one group, or some of the file's by globs.");
  }
  if (typeof options["file"] !== "string") {
    throw isFiltered
      ? usage("--include and --exclude choose among the groups of a file", "Give the file with -f.")
      : usage("No node group is named", "Give --name <nodegroup>, or -f with a file for all of its groups.");
  }
  const { config } = await readClusterFile(invocation);
  const groups = [...(config.managedNodeGroups ?? []), ...(config.nodeGroups ?? [])].map(({ name }) => name);
  const meant = filterNames(groups, { include, exclude });
  if (meant.length === 0)
    throw usage(
      isFiltered
        ? `No node group of ${options["file"]} is left by --include and --exclude`
        : `${options["file"]} has no node groups`,
      groups.length > 0 ? `Its groups: ${groups.join(", ")}.` : "Give --cluster and --name <nodegroup>.",
    );
  return meant;
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
