// Options that several commands share.
import type { OptionDefinition } from "../command.ts";

export const fileOption: OptionDefinition = {
  flags: "-f, --file <path>",
  description: "the cluster's eksctl file, or - for standard input",
};

/** For commands that ask a file for nothing else. */
export const clusterFileOption: OptionDefinition = {
  flags: "-f, --file <path>",
  description: "take cluster and region from this file",
};

export const nameOption: OptionDefinition = { flags: "--name <cluster>", description: "name of a living cluster" };

export const outputOption: OptionDefinition = {
  flags: "-o, --output <format>",
  description: "how to print the result",
  choices: ["table", "json", "yaml"],
  default: "table",
};

export const yesOption: OptionDefinition = {
  flags: "-y, --yes",
  description: "don't ask, answer every question with yes",
};

/** For commands about a part of a cluster. */
export const clusterOption: OptionDefinition = {
  flags: "-c, --cluster <name>",
  description: "name of the living cluster",
};

/** For commands about who gets into a cluster. */
export const clusterNameOption: OptionDefinition = {
  flags: "-c, --cluster <name>",
  description: "name of the cluster",
};

export const groupNameOption: OptionDefinition = {
  flags: "-n, --name <nodegroup>",
  description: "name of the node group",
};

/** `--yes`, and eksctl's word for it. */
export const yesOptions: readonly OptionDefinition[] = [
  yesOption,
  { flags: "--approve", description: "the same, for those who come from eksctl", hidden: true },
];

/** Of commands that carry something out. */
export const resultOption: OptionDefinition = {
  flags: "-o, --output <format>",
  description: "how to print the result",
  choices: ["table", "json"],
  default: "table",
};

export const awsOnlyOption: OptionDefinition = {
  flags: "--aws-only",
  description: "touch nothing inside the cluster: its steps are listed as pending",
};

export const conflictsOption: OptionDefinition = {
  flags: "--force-conflicts",
  description: "take fields over from other programs that apply them inside the cluster",
};

/** How nodes are drained; eksctl's flags and defaults. */
export const drainOptions: readonly OptionDefinition[] = [
  { flags: "--parallel <nodes>", description: "nodes to drain at a time, 1 to 25 (default: 1)" },
  { flags: "--max-grace-period <duration>", description: "longest time for a pod to end itself (default: 10m)" },
  { flags: "--pod-eviction-wait-period <duration>", description: "between two tries to evict a pod (default: 10s)" },
  { flags: "--node-drain-wait-period <duration>", description: "between two nodes (default: 0s)" },
];

export const timeoutOption: OptionDefinition = {
  flags: "--timeout <duration>",
  description: "for a whole group (default: 25m)",
};
