// `lotse upgrade cluster|addon|nodegroup`
import { planUpgrade, type UpgradeOptions } from "../../lotse.ts";
import { clusterNameOf } from "../cluster-input.ts";
import type { Action, Invocation } from "../command.ts";
import { withAws } from "../connection.ts";
import { printHeader } from "../header.ts";
import { showAndRun } from "../plan-and-run.ts";

const text = ({ options }: Invocation, name: string): string | undefined =>
  typeof options[name] === "string" ? options[name] : undefined;
const everything = { names: ["*"] };

/** One of the three; `option` is where it takes the cluster's name. */
async function upgrade(
  invocation: Invocation,
  kind: string,
  option: "name" | "cluster",
  asked: UpgradeOptions,
): Promise<number> {
  const { name, region } = await clusterNameOf(invocation, option);
  return withAws(invocation, region, async (aws, target) => {
    const what = `upgrade ${kind} ${name}`;
    await printHeader(invocation, what, aws, target);
    const planned = await planUpgrade(name, aws, asked);
    return showAndRun(invocation, planned, { aws, target, what, words: ["upgrade", kind, `--${option}`, name] });
  });
}

export const cluster: Action = async (invocation) => {
  const { options } = invocation;
  const to = text(invocation, "version");
  // eksctl takes both, as the command is about the cluster itself.
  const option = text(invocation, "cluster") === undefined ? "name" : "cluster";
  return upgrade(invocation, "cluster", option, {
    controlPlane: { ...(to !== undefined && { to }), force: options["force"] === true },
    ...(options["withAddons"] === true && { addons: everything }),
    ...(options["withNodegroups"] === true && { nodeGroups: everything }),
  });
};

export const addon: Action = async (invocation) => {
  const to = text(invocation, "version");
  return upgrade(invocation, "addon", "cluster", {
    addons: {
      names: [text(invocation, "name") ?? "*"],
      ...(to !== undefined && { to }),
      force: invocation.options["force"] === true,
    },
  });
};

export const nodegroup: Action = async (invocation) => {
  const kubernetesVersion = text(invocation, "kubernetesVersion");
  const releaseVersion = text(invocation, "releaseVersion");
  return upgrade(invocation, "nodegroup", "cluster", {
    nodeGroups: {
      names: [text(invocation, "name") ?? "*"],
      ...(kubernetesVersion !== undefined && { kubernetesVersion }),
      ...(releaseVersion !== undefined && { releaseVersion }),
      force: invocation.options["forceUpgrade"] === true,
    },
  });
};
