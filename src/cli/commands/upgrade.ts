// `lotse upgrade cluster|addon|nodegroup`
import { defineCommand } from "../command.ts";
import type { CommandDefinition } from "../command.ts";
import { clusterOption, fileOption, groupNameOption, resultOption, yesOptions } from "./shared-options.ts";

const act =
  (name: "cluster" | "addon" | "nodegroup"): CommandDefinition["load"] =>
  async () => ({ run: (await import("../actions/upgrade.ts"))[name] });

const cluster: CommandDefinition = defineCommand({
  name: "upgrade cluster",
  summary: "Move the control plane to the next Kubernetes minor",
  description:
    "Shows the steps and asks. One minor at a time, as EKS does it; the previous minor within 7 days of an upgrade. Add-ons and\nnodes follow with `lotse upgrade addon` and `lotse upgrade nodegroup`, or in the same run.",
  options: [
    fileOption,
    { flags: "-n, --name <cluster>", description: "name of the living cluster" },
    { ...clusterOption, hidden: true },
    { flags: "--version <minor>", description: "Kubernetes minor (default: the next one)" },
    { flags: "--force", description: "also where EKS's upgrade insights see a problem" },
    { flags: "--with-addons", description: "then add-ons, to the newest versions that fit" },
    { flags: "--with-nodegroups", description: "then managed node groups, to the newest release of their images" },
    ...yesOptions,
    resultOption,
  ],
  target: "aws",
  examples: [
    { command: "lotse upgrade cluster --name prod", does: "show it and ask" },
    { command: "lotse upgrade cluster --name prod --version 1.36 --approve", does: "do it" },
    {
      command: "lotse upgrade cluster --name prod --with-addons --with-nodegroups",
      does: "and what follows, in order",
    },
  ],
  load: act("cluster"),
});

const addon: CommandDefinition = defineCommand({
  name: "upgrade addon",
  summary: "Move add-ons to the newest versions that fit the cluster",
  options: [
    fileOption,
    clusterOption,
    { flags: "-n, --name <addon>", description: "one add-on (default: all)" },
    { flags: "--version <version>", description: "a version, or a part of one" },
    { flags: "--force", description: "overwrite settings that were changed inside the cluster" },
    ...yesOptions,
    resultOption,
  ],
  target: "aws",
  examples: [
    { command: "lotse upgrade addon --cluster prod", does: "all add-ons" },
    { command: "lotse upgrade addon --cluster prod --name coredns --version v1.12", does: "one of them" },
  ],
  load: act("addon"),
});

const nodegroup: CommandDefinition = defineCommand({
  name: "upgrade nodegroup",
  summary: "Move managed node groups to the cluster's version and the newest image",
  description:
    "EKS replaces the nodes one after the other and drains them. Self-managed groups are replaced by new ones: another name in the\nfile, then `lotse apply --prune`.",
  options: [
    fileOption,
    clusterOption,
    { ...groupNameOption, description: "one node group (default: all managed ones)" },
    { flags: "--kubernetes-version <minor>", description: "Kubernetes minor (default: the control plane's)" },
    { flags: "--release-version <version>", description: "release of the image (default: the newest)" },
    { flags: "--force-upgrade", description: "end pods whose budgets forbid an eviction" },
    ...yesOptions,
    resultOption,
  ],
  target: "aws",
  examples: [
    { command: "lotse upgrade nodegroup --cluster prod --name workers", does: "one group" },
    { command: "lotse upgrade nodegroup --cluster prod --yes", does: "all managed groups, without asking" },
  ],
  load: act("nodegroup"),
});

export const upgradeCommands: readonly CommandDefinition[] = [cluster, addon, nodegroup];
