// The command line: parses, runs one command, renders what went wrong, returns the exit code.
import { isLotseError } from "../base/index.ts";
import type { CommandDefinition, Invocation, Terminal } from "./command.ts";
import { exitCode } from "./command.ts";
import { commands } from "./commands/index.ts";
import { buildProgram, CommanderError } from "./program.ts";
import { failureLines } from "./render/failure.ts";
import { createHost } from "./render/host.ts";

export interface CommandLine {
  arguments: readonly string[];
  env: Readonly<Record<string, string | undefined>>;
  terminal: Terminal;
  signal: AbortSignal;
}

/** What is wrong with what was typed, or with a file that was named: the same command fails again. */
const wrongUsage = new Set([
  "cli/unreadable",
  "capacity/bad-number",
  "capacity/not-ipv6",
  "capacity/type-unknown",
  "upgrades/bad-version",
  "doctor/bad-baseline",
  "doctor/no-check",
  "cli/usage",
  "controllers/bad-flag",
  "controllers/unknown-role",
  "kube/bad-version",
  "rehearse/bad-manifest",
  "rehearse/bad-version",
  "rehearse/unknown-fault",
]);

/** Codes that mean "the person said no" or "used it wrongly" rather than "it failed". */
export function exitCodeOf(error: unknown): number {
  if (!isLotseError(error)) return exitCode.failed;
  if (error.code === "cli/needs-confirmation" || error.code === "cli/declined") return exitCode.declined;
  if (error.code.startsWith("config/") || wrongUsage.has(error.code)) return exitCode.usage;
  return exitCode.failed;
}

async function runCommand(
  definition: CommandDefinition,
  typed: Pick<Invocation, "arguments" | "options">,
  line: CommandLine,
): Promise<number> {
  const { terminal, env, signal } = line;
  const debug = typed.options["debug"] === true;
  const host = createHost({
    terminal,
    env,
    debug,
    yes: typed.options["yes"] === true,
    json: typed.options["output"] === "ndjson",
    signal,
  });
  try {
    const { run } = await definition.load();
    return await run({ ...typed, env, terminal, host, signal });
  } catch (error) {
    host.close();
    const declined = exitCodeOf(error) === exitCode.declined;
    // What an interrupted command throws on its way out says nothing; that a question wasn't answered does.
    if (signal.aborted && !declined) terminal.stderr.write("interrupted; run the same command again to continue\n");
    else terminal.stderr.write(`${failureLines(terminal.stderr, error, debug).join("\n")}\n`);
    return signal.aborted ? exitCode.interrupted : exitCodeOf(error);
  } finally {
    host.close();
  }
}

/** Runs one command line to its end and returns the exit code. */
export async function runCommandLine(line: CommandLine): Promise<number> {
  let result: number = exitCode.done;
  const program = buildProgram(
    commands,
    async (definition, typed) => {
      result = await runCommand(definition, typed, line);
      return result;
    },
    { out: (text) => line.terminal.stdout.write(text), err: (text) => line.terminal.stderr.write(text) },
  );
  try {
    await program.parseAsync([...line.arguments], { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (line.arguments.length === 0) return exitCode.usage;
    return error.exitCode === 0 ? exitCode.done : exitCode.usage;
  }
  return result;
}
