// `lotse destroy`
import { defineCommand } from "../command.ts";
import type { CommandDefinition } from "../command.ts";
import { fileOption, nameOption, yesOption } from "./shared-options.ts";

export const destroy: CommandDefinition = defineCommand({
  name: "destroy",
  summary: "Delete a cluster and everything that was made for it",
  description:
    "Finds the cluster's stacks by eksctl's names and tags, shows what will go, asks for the cluster's name, and deletes in the right order:\nnode groups, profiles, roles, the cluster. Works for half-made clusters too.",
  options: [
    fileOption,
    nameOption,
    yesOption,
    { flags: "--keep-logs", description: "leave the control plane's log group" },
    {
      flags: "-o, --output <format>",
      description: "how to print the result",
      choices: ["table", "json"],
      default: "table",
    },
  ],
  target: "aws",
  examples: [
    { command: "lotse destroy -f cluster.yaml", does: "the cluster of this file" },
    { command: "lotse destroy --name prod --region eu-central-1", does: "without a file" },
    { command: "lotse destroy --name prod --sandbox --yes", does: "in the emulated account, without asking" },
  ],
  load: () => import("../actions/destroy.ts"),
});
