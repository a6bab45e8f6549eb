// `lotse status`
import { defineCommand } from "../command.ts";
import type { CommandDefinition } from "../command.ts";
import { fileOption, nameOption, outputOption } from "./shared-options.ts";

export const status: CommandDefinition = defineCommand({
  name: "status",
  summary: "How a cluster is: control plane, stacks, node groups, add-ons",
  options: [fileOption, nameOption, outputOption],
  target: "aws",
  examples: [
    { command: "lotse status -f cluster.yaml", does: "the cluster of this file" },
    { command: "lotse status --name prod --region eu-central-1 -o json", does: "for scripts" },
  ],
  load: () => import("../actions/status.ts"),
});
