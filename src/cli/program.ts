// From the list of command definitions to a commander program. Commander parses and prints help; it decides nothing.
import { Argument, Command, CommanderError, Option } from "commander";
import { version } from "../base/index.ts";
import type { Action, CommandDefinition, Example, Invocation, OptionDefinition } from "./command.ts";
import { targetOptions } from "./target-options.ts";

export type Run = (
  definition: CommandDefinition,
  invocation: Pick<Invocation, "arguments" | "options">,
) => Promise<number>;

/** Thrown by parsing: wrong usage (2), or help and version that were asked for (0). Commander has printed already. */
export { CommanderError };

function addOption(command: Command, definition: OptionDefinition): void {
  const option = new Option(definition.flags, definition.description);
  if (definition.choices) option.choices([...definition.choices]);
  if (definition.default !== undefined) option.default(definition.default);
  if (definition.hidden) option.hideHelp();
  if (definition.repeatable) {
    option.argParser((value: string, previous: string[] | undefined) => [...(previous ?? []), value]);
  }
  command.addOption(option);
}

function helpAfter(examples: readonly Example[]): string {
  const width = Math.max(...examples.map((example) => example.command.length));
  const lines = examples.map((example) => `  ${example.command.padEnd(width)}   ${example.does}`);
  return `\nExamples:\n${lines.join("\n")}\n`;
}

/** Words that people bring from eksctl, and what they want here. */
const eksctlWords: Readonly<Record<string, string>> = {
  create: "lotse apply makes what the file asks for",
  delete: "lotse destroy deletes a cluster; what leaves the file goes with lotse apply --prune",
  scale: "change the sizes in the file, then lotse apply",
  set: "change the file, then lotse apply",
  update: "change the file, then lotse apply",
  version: "lotse --version prints it",
};

/** Commander's message about an unknown command, with where the word leads: `scale nodegroup`, or `cluster` of `delete cluster`. */
function withHint(message: string, group?: string): string {
  const unknown = /unknown command '(\w+)'/.exec(message)?.[1];
  const word = unknown === undefined ? undefined : (group ?? unknown);
  const hint = word !== undefined && Object.hasOwn(eksctlWords, word) ? eksctlWords[word] : undefined;
  return hint === undefined ? message : message.replace("\n", `\n(${hint})\n`);
}

/** Summaries of the groups that exist only as a prefix of their commands. */
const groups: Record<string, string> = {
  access: "Who can enter a cluster, and which pods become which roles",
  associate: "Let people log in by an identity provider",
  capacity: "How many pods fit where: types, subnets, addresses",
  create: "Let somebody into a cluster, or a pod into an account",
  delete: "Take somebody's access away",
  disassociate: "End logins by an identity provider",
  explain: "Why somebody may or may not",
  identity: "The roles of pods",
  login: "Certificates, configuration and tokens for people's logins",
  "login init": "Make the certificates of logins",
  utils: "What eksctl has under utils",
  config: "Check, show and explain cluster files",
  drain: "Empty nodes of what runs on them",
  update: "Change the IAM roles of pods",
  upgrade: "Move a cluster to newer versions, part by part; check first",
  get: "List what a cluster has",
  iam: "What IAM has to allow",
  sandbox: "An AWS account on this machine",
  "sandbox kubernetes": "The programs that its clusters are made of",
};

/** The way through, for whoever has typed `lotse` for the first time. */
const firstSteps: readonly Example[] = [
  { command: "lotse demo", does: "watch the whole life of a cluster; needs no AWS account" },
  { command: "lotse init --name prod", does: "write cluster.yaml, or bring your eksctl file" },
  { command: "lotse plan -f cluster.yaml --sandbox", does: "what would happen, in the emulated account" },
  { command: "lotse apply -f cluster.yaml --sandbox", does: "rehearse it; without --sandbox it is your account" },
];

/**
 * Builds the program. `run` is called with the definition and what was typed; it returns the exit code.
 *
 * @param write receives help and usage errors
 */
export function buildProgram(
  commands: readonly CommandDefinition[],
  run: Run,
  write: { out(text: string): void; err(text: string): void },
): Command {
  const program = new Command("lotse")
    .description("Rehearse, provision and pilot Kubernetes on AWS, from the eksctl file you already have.")
    .version(version, "-V, --version", "print the version")
    .helpOption("-h, --help", "show help; every command has its own, with examples")
    .showHelpAfterError("(add --help for usage and examples)")
    .configureOutput({ writeOut: write.out, writeErr: (text) => write.err(withHint(text)) })
    .exitOverride()
    .enablePositionalOptions()
    .addHelpText("after", helpAfter(firstSteps));
  const parents = new Map<string, Command>([["", program]]);
  const parentOf = (words: readonly string[]): Command => {
    const path = words.slice(0, -1).join(" ");
    const known = parents.get(path);
    if (known) return known;
    const group = parentOf(words.slice(0, -1)).command(words.at(-2) ?? "");
    const summary = groups[path];
    if (summary === undefined) throw new Error(`the group ${path} has no summary`);
    group.description(summary).copyInheritedSettings(program);
    group.configureOutput({ writeErr: (text) => write.err(withHint(text, path)) });
    const inside = commands
      .filter(({ name }) => name.startsWith(`${path} `))
      .flatMap(({ examples }) => examples.slice(0, 1));
    group.addHelpText("after", helpAfter(inside));
    parents.set(path, group);
    return group;
  };
  for (const definition of commands) {
    const words = definition.name.split(" ");
    const command = parentOf(words).command(words.at(-1) ?? "");
    command.copyInheritedSettings(program);
    command.summary(definition.summary).description(definition.description ?? `${definition.summary}.`);
    for (const argument of definition.arguments ?? []) {
      const parsed = new Argument(argument.name, argument.description);
      if (argument.choices) parsed.choices([...argument.choices]);
      command.addArgument(parsed);
    }
    for (const option of definition.options ?? []) addOption(command, option);
    if (definition.target === "aws") for (const option of targetOptions) addOption(command, option);
    if (definition.passThrough) command.passThroughOptions().allowUnknownOption();
    command.option("--debug", "show stack traces and every AWS call");
    command.addHelpText("after", helpAfter(definition.examples));
    command.action(async (...parsed: unknown[]) => {
      const positional = parsed.slice(0, -2) as Invocation["arguments"];
      process.exitCode = await run(definition, { arguments: positional, options: command.opts() });
    });
    parents.set(definition.name, command);
  }
  return program;
}

export type { Action };
