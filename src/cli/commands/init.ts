// `lotse init`: the first cluster file.
import type { CommandDefinition } from "../command.ts";
import { defineCommand } from "../command.ts";

export const init: CommandDefinition = defineCommand({
  name: "init",
  summary: "Write a commented cluster file",
  description:
    "Asks for what the flags don't say; without a terminal, defaults stand in and --name is required. The file is checked before it is written.",
  options: [
    { flags: "-n, --name <cluster>", description: "name of the cluster" },
    { flags: "-r, --region <region>", description: "AWS region (default: AWS_REGION)" },
    { flags: "--version <version>", description: "Kubernetes version (default: eksctl's)" },
    {
      flags: "--nodes <kind>",
      description: "what pods run on (default: managed)",
      choices: ["managed", "self-managed", "fargate", "auto", "none"],
    },
    { flags: "--instance-type <type>", description: "instance type of the nodes (default: m5.large)" },
    { flags: "--min <number>", description: "fewest nodes (default: 2)" },
    { flags: "--max <number>", description: "most nodes (default: 4)" },
    { flags: "--spot", description: "spot instances" },
    { flags: "--public-nodes", description: "nodes with public addresses" },
    { flags: "--nat-per-zone", description: "a NAT gateway in every zone instead of one for all" },
    { flags: "-f, --file <path>", description: "where to write, - for standard output", default: "cluster.yaml" },
    { flags: "--force", description: "overwrite the file" },
  ],
  examples: [
    { command: "lotse init", does: "ask a few questions, write cluster.yaml" },
    { command: "lotse init --name prod --region eu-central-1", does: "no questions" },
    { command: "lotse init --name demo --region eu-west-1 --nodes fargate -f -", does: "to standard output" },
  ],
  load: () => import("../actions/init.ts"),
});
