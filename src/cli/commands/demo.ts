// `lotse demo`
import { defineCommand } from "../command.ts";
import type { CommandDefinition } from "../command.ts";

export const demo: CommandDefinition = defineCommand({
  name: "demo",
  summary: "The whole life of a cluster, rehearsed in an emulated AWS account",
  description:
    "Reads an ordinary eksctl file, plans, applies, runs a small shop on it, changes the file, survives faults, upgrades and takes everything\ndown again; the AWS half of it where there is no Kubernetes on this machine. Nothing leaves this machine; your AWS environment and ~/.aws\nare ignored. Exit code 0 only if every stage did what it should.",
  options: [{ flags: "-f, --file <path>", description: "another file than examples/01-production.yaml" }],
  examples: [
    { command: "lotse demo", does: "the three-zone production cluster" },
    { command: "lotse demo -f cluster.yaml", does: "your own file" },
  ],
  load: () => import("../actions/demo.ts"),
});
