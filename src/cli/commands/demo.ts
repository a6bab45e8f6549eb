// `lotse demo`
import { defineCommand } from "../command.ts";
import type { CommandDefinition } from "../command.ts";

export const demo: CommandDefinition = defineCommand({
  name: "demo",
  summary: "The whole life of a cluster, rehearsed in an emulated AWS account",
  description:
    "Reads an ordinary eksctl file, plans, applies, changes the file, survives a fault and takes everything down again. Nothing leaves this\nmachine; your AWS environment and ~/.aws are ignored. Exit code 0 only if every stage did what it should.",
  options: [{ flags: "-f, --file <path>", description: "another file than examples/01-production.yaml" }],
  examples: [
    { command: "lotse demo", does: "the three-zone production cluster" },
    { command: "lotse demo -f cluster.yaml", does: "your own file" },
  ],
  load: () => import("../actions/demo.ts"),
});
