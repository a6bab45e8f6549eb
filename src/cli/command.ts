// What a command is: a definition that help, parsing and the reference page are made from, and an action that is
// loaded only when the command runs.
import type { Host } from "../base/index.ts";

export interface OptionDefinition {
  /** Commander's form: `-f, --file <path>`, `--yes`, `--no-color`. */
  flags: string;
  description: string;
  default?: string | number | boolean;
  choices?: readonly string[];
  /** May be given several times; the value is an array. */
  repeatable?: boolean;
  /** Left out of help: aliases that users of other tools bring. */
  hidden?: boolean;
}

export interface ArgumentDefinition {
  /** `<required>`, `[optional]`, `[several...]`. */
  name: string;
  description: string;
  choices?: readonly string[];
}

export interface Example {
  command: string;
  does: string;
}

export interface CommandDefinition {
  /** Words after `lotse`: `plan`, `config validate`. */
  name: string;
  /** One line for the list of commands. */
  summary: string;
  /** Further help: what it reads, what it changes, exit codes. */
  description?: string;
  arguments?: readonly ArgumentDefinition[];
  options?: readonly OptionDefinition[];
  examples: readonly Example[];
  /** Words after the first argument are arguments, whatever they look like: for flags that the command reads itself. */
  passThrough?: boolean;
  /** Whether it talks to AWS: then it takes --region, --profile, --endpoint-url and --sandbox. */
  target?: "aws";
  load(): Promise<{ run: Action }>;
}

/** Streams of the process, or of a test. */
export interface Terminal {
  stdin: NodeJS.ReadableStream & { isTTY?: boolean };
  stdout: Output;
  stderr: Output;
  /** Hands the process's signals over, for a command that runs another program; returns how to take them back. */
  takeSignals?(handler: (signal: NodeJS.Signals) => void): () => void;
}

export interface Output {
  write(text: string): void;
  isTTY: boolean;
  columns: number;
  /** Whether to colour: NO_COLOR, FORCE_COLOR, TERM=dumb and CI are respected. */
  color: boolean;
}

export interface Invocation {
  /** Positional arguments in order. */
  arguments: readonly (string | readonly string[] | undefined)[];
  /** Options by camelCase name. */
  options: Readonly<Record<string, unknown>>;
  env: Readonly<Record<string, string | undefined>>;
  terminal: Terminal;
  /** Where progress and questions go; rendered to stderr, so that stdout stays the result's. */
  host: Host;
  /** Aborted by Ctrl-C. */
  signal: AbortSignal;
}

/** Carries the command out and returns the exit code. */
export type Action = (invocation: Invocation) => Promise<number>;

/** Exit codes of every command. */
export const exitCode = {
  /** Done, or nothing to do. */
  done: 0,
  failed: 1,
  /** Wrong usage or an invalid file. */
  usage: 2,
  /** `plan --exit-code`: there is something to do. */
  changes: 3,
  /** `rehearse`: something isn't as it should be. */
  findings: 3,
  /** Declined, or nobody there to confirm. */
  declined: 4,
  interrupted: 130,
} as const;

/** Declares a command. */
export function defineCommand(definition: CommandDefinition): CommandDefinition {
  return Object.freeze(definition);
}
