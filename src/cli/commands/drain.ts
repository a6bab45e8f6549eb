// `lotse drain nodegroup`
import { defineCommand } from "../command.ts";
import type { CommandDefinition } from "../command.ts";
import {
  clusterOption,
  drainOptions,
  fileOption,
  groupNameOption,
  resultOption,
  timeoutOption,
  yesOptions,
} from "./shared-options.ts";

export const drain: CommandDefinition = defineCommand({
  name: "drain nodegroup",
  summary: "Move pods off the nodes of a group, as their budgets allow",
  description:
    "Closes all nodes of the group, then evicts their pods node by node. Pods of DaemonSets and static pods stay. A budget that\nforbids an eviction is named with its pods; the eviction is tried again until the time is up.",
  options: [
    fileOption,
    clusterOption,
    groupNameOption,
    {
      flags: "--include <globs>",
      description: "of the file's groups only those of these names; with commas, may be repeated",
      repeatable: true,
    },
    { flags: "--exclude <globs>", description: "all of the file's groups but those of these names", repeatable: true },
    ...yesOptions,
    { flags: "--undo", description: "let pods onto the nodes again" },
    { flags: "--disable-eviction", description: "delete pods instead of evicting them: budgets aren't asked" },
    ...drainOptions,
    timeoutOption,
    resultOption,
  ],
  target: "aws",
  examples: [
    { command: "lotse drain nodegroup --cluster prod --name workers", does: "empty a group" },
    { command: "lotse drain nodegroup --cluster prod --name workers --undo", does: "let pods come back" },
    {
      command: "lotse drain nodegroup --cluster prod --name workers --parallel 5 --timeout 10m",
      does: "five nodes at a time",
    },
    {
      command: "lotse drain nodegroup -f cluster.yaml --include 'web-*' --exclude web-1",
      does: "some of the file's groups",
    },
  ],
  load: () => import("../actions/drain.ts"),
});
