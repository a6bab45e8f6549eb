// `lotse apply`
import { defineCommand } from "../command.ts";
import type { CommandDefinition } from "../command.ts";
import { awsOnlyOption, conflictsOption, drainOptions, fileOption, yesOption } from "./shared-options.ts";

export const apply: CommandDefinition = defineCommand({
  name: "apply",
  summary: "Make the cluster as the file says",
  description:
    "Plans, asks, and carries the plan out, in parallel where AWS allows it. Interrupted at any point and run again it goes on and ends in\nthe same place. Exit code 4 when nobody is there to confirm and --yes is not given.",
  options: [
    fileOption,
    yesOption,
    {
      flags: "-o, --output <format>",
      description: "how to print the result",
      choices: ["table", "json"],
      default: "table",
    },
    { flags: "--prune", description: "also delete node groups and other parts that the file no longer names" },
    awsOnlyOption,
    conflictsOption,
    { flags: "--disable-eviction", description: "when nodes go, delete their pods without asking disruption budgets" },
    ...drainOptions,
  ],
  target: "aws",
  examples: [
    { command: "lotse apply -f cluster.yaml", does: "plan, confirm, do" },
    { command: "lotse apply -f cluster.yaml --sandbox --yes", does: "rehearse it on this machine" },
    { command: "lotse apply -f cluster.yaml --prune", does: "and remove what the file no longer names" },
  ],
  load: () => import("../actions/apply.ts"),
});
