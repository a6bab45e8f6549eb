// `lotse whoami`
import type { CommandDefinition } from "../command.ts";
import { defineCommand } from "../command.ts";
import { clusterFileOption, outputOption } from "./shared-options.ts";

export const whoami: CommandDefinition = defineCommand({
  name: "whoami",
  summary: "Who you are to AWS, and to a cluster",
  description:
    "AWS says whose keys these are; the cluster says under which name and groups it knows them. The rule that makes one of the other is looked up: access entry, line of aws-auth, creator of the cluster.\nExit code 1 when the cluster doesn't know you.",
  options: [
    clusterFileOption,
    { flags: "-c, --cluster <name>", description: "ask this cluster as well" },
    outputOption,
  ],
  target: "aws",
  examples: [
    { command: "lotse whoami", does: "to AWS alone" },
    { command: "lotse whoami --cluster prod", does: "name, groups, rule and policies in a cluster" },
    { command: "lotse whoami --cluster prod -o json", does: "for programs" },
  ],
  load: () => import("../actions/whoami.ts"),
});
