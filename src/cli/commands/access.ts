// `lotse access list|graph`
import type { CommandDefinition } from "../command.ts";
import { defineCommand } from "../command.ts";
import { fileOptions } from "./explain.ts";
import { nameOption } from "./shared-options.ts";

const act =
  (name: "list" | "graph"): CommandDefinition["load"] =>
  async () => ({ run: (await import("../actions/access.ts"))[name] });

const formats: readonly string[] = ["table", "json", "yaml", "dot", "svg", "html"];

/** The two commands. */
export const accessCommands: readonly CommandDefinition[] = [
  defineCommand({
    name: "access list",
    summary: "Who can enter a cluster and as whom; which pods can become which roles",
    description:
      "Access entries and items of aws-auth with names, groups and rights, those that are meant and don't work among them; service accounts with the roles of IAM that they get by Pod Identity, by annotation (IRSA), by their node, or that would let them in although nobody uses it. Reads only.",
    options: [
      nameOption,
      ...fileOptions,
      { flags: "-o, --output <format>", description: "how to print the result", choices: formats, default: "table" },
    ],
    target: "aws",
    examples: [
      { command: "lotse access list --name prod", does: "two tables" },
      { command: "lotse access list -f cluster.yaml --manifests k8s/ --iam iam.json", does: "from files" },
    ],
    load: act("list"),
  }),
  defineCommand({
    name: "access graph",
    summary: "The same as a picture",
    description:
      "SVG by default. The page (html) shows whom a box leads to and finds names; it loads nothing. dot is for Graphviz.",
    options: [
      nameOption,
      ...fileOptions,
      { flags: "-o, --output <format>", description: "how to draw it", choices: formats, default: "svg" },
    ],
    target: "aws",
    examples: [
      { command: "lotse access graph --name prod > access.svg", does: "a picture" },
      { command: "lotse access graph --name prod -o html > access.html", does: "a page to look around in" },
    ],
    load: act("graph"),
  }),
];
