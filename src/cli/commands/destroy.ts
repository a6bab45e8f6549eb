// `lotse destroy`
import { defineCommand } from "../command.ts";
import type { CommandDefinition } from "../command.ts";
import { awsOnlyOption, drainOptions, fileOption, nameOption, timeoutOption, yesOption } from "./shared-options.ts";

export const destroy: CommandDefinition = defineCommand({
  name: "destroy",
  summary: "Delete a cluster and everything that was made for it",
  description:
    "Finds the cluster's stacks by eksctl's names and tags, shows what will go, asks for the cluster's name, and deletes in the right order:\nload balancers of Services, pods as their budgets allow, node groups, profiles, roles, the cluster. Works for half-made clusters too.",
  options: [
    fileOption,
    nameOption,
    yesOption,
    { flags: "--keep-logs", description: "leave the control plane's log group" },
    { flags: "--no-drain", description: "delete nodes without moving their pods first" },
    { flags: "--disable-nodegroup-eviction", description: "delete pods without asking disruption budgets" },
    { flags: "--force", description: "go on also when pods can't be moved" },
    ...drainOptions,
    timeoutOption,
    awsOnlyOption,
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
