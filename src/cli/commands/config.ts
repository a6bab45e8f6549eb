// `lotse config …`: check, complete and explain cluster files.
import type * as actions from "../actions/config.ts";
import type { CommandDefinition } from "../command.ts";
import { defineCommand } from "../command.ts";
import { fileOption } from "./shared-options.ts";

const act =
  (name: Exclude<keyof typeof actions, symbol>): CommandDefinition["load"] =>
  async () => ({ run: (await import("../actions/config.ts"))[name] });

const format = (...choices: string[]): { flags: string; description: string; choices: string[]; default: string } => ({
  flags: "-o, --output <format>",
  description: "how to print the result",
  choices,
  default: choices[0] ?? "text",
});

export const configCommands: readonly CommandDefinition[] = [
  defineCommand({
    name: "config validate",
    summary: "Check a cluster file",
    description:
      "Reads the file and nothing else: no call to AWS, no other file. Every finding is a line on stderr, file:line:column severity code message.\nExit code 0 when the file is valid (warnings allowed), 2 when it is not.",
    options: [fileOption, format("text", "json")],
    examples: [
      { command: "lotse config validate -f cluster.yaml", does: "all mistakes at once" },
      { command: "lotse config validate -f - < cluster.yaml", does: "from standard input" },
      { command: "lotse config validate -f cluster.yaml -o json", does: "{diagnostics: […]} for scripts" },
    ],
    load: act("validate"),
  }),
  defineCommand({
    name: "config show",
    summary: "Print a cluster file with every default in its place",
    description: "What eksctl and lotse take the file for. The result is a valid file again.",
    options: [fileOption, format("yaml", "json")],
    examples: [{ command: "lotse config show -f cluster.yaml", does: "the file with its defaults" }],
    load: act("show"),
  }),
  defineCommand({
    name: "config schema",
    summary: "Print the JSON schema of cluster files, for editors",
    examples: [
      {
        command: "lotse config schema > cluster.schema.json",
        does: "then: # yaml-language-server: $schema=cluster.schema.json",
      },
    ],
    load: act("schema"),
  }),
  defineCommand({
    name: "config explain",
    summary: "Explain one field of the cluster file",
    arguments: [{ name: "[path]", description: "path of the field, such as managedNodeGroups.minSize" }],
    options: [format("text", "json")],
    examples: [
      { command: "lotse config explain managedNodeGroups.minSize", does: "type, default, example" },
      { command: "lotse config explain vpc.nat", does: "what stands below it" },
      { command: "lotse config explain", does: "the whole file" },
    ],
    load: act("explain"),
  }),
];
