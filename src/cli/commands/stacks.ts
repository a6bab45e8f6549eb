// `lotse stacks`: the CloudFormation export of a file or a living cluster.
import { defineCommand } from "../command.ts";
import type { CommandDefinition } from "../command.ts";
import { fileOption, nameOption } from "./shared-options.ts";

export const stacks: CommandDefinition = defineCommand({
  name: "stacks",
  summary: "Print the CloudFormation stacks of a file, or of a living cluster",
  description:
    "With -f it prints what eksctl would submit for the file: no credentials, no network. What only an account knows is shown\nas <account>, <ami>, <issuer>, <endpoint>, <ca>, <service-cidr> or <LogicalId>. With --name it prints the stacks of a\nliving cluster as they are. Exit code 1 when the file asks for something that can't be built yet, 2 when it is invalid.",
  options: [
    fileOption,
    nameOption,
    {
      flags: "-o, --output <format>",
      description: "how to print them: an array of stacks in both forms",
      choices: ["json", "yaml"],
      default: "yaml",
    },
    {
      flags: "--dir <folder>",
      description: "write one template per stack into this folder instead, <stack name>.json",
    },
  ],
  target: "aws",
  examples: [
    { command: "lotse stacks -f cluster.yaml", does: "what would be submitted" },
    { command: "lotse stacks -f cluster.yaml -o json | jq -r '.[].stackName'", does: "for scripts" },
    { command: "lotse stacks -f cluster.yaml --dir out", does: "one template per file" },
    { command: "lotse stacks --name prod -o json", does: "the stacks of a living cluster" },
  ],
  load: () => import("../actions/stacks.ts"),
});
