// The process as the command line sees it: streams, signals, exit.
import type { Output, Terminal } from "./command.ts";
import { exitCode } from "./command.ts";
import { processEnvironment, quietAwsSdk } from "./env.ts";
import { spelling, wantsColor } from "./render/style.ts";
import { runCommandLine } from "./run.ts";

function output(stream: NodeJS.WriteStream, env: Readonly<Record<string, string | undefined>>): Output {
  // Data that goes to a file or a program stays as it is.
  const spell = stream.isTTY ? spelling(env) : (text: string): string => text;
  return {
    write: (text) => void stream.write(spell(text)),
    isTTY: stream.isTTY === true,
    // Whatever reads a pipe wraps for itself; nothing is cut for it.
    columns: stream.columns ?? 10_000,
    color: wantsColor(stream.isTTY === true, env),
  };
}

/** Signals that a program may be waiting for. From a keyboard the first ones reach it without us. */
const keyboardSignals: readonly NodeJS.Signals[] = ["SIGINT", "SIGQUIT"];
const passedSignals: readonly NodeJS.Signals[] = [...keyboardSignals, "SIGTERM", "SIGHUP", "SIGUSR1", "SIGUSR2"];

/** True while somebody else decides what signals mean. */
let taken = false;

function takeSignals(handler: (signal: NodeJS.Signals) => void): () => void {
  const hear = (signal: NodeJS.Signals): void => {
    if (!(process.stdin.isTTY && keyboardSignals.includes(signal))) handler(signal);
  };
  taken = true;
  for (const signal of passedSignals) process.on(signal, hear);
  return () => {
    taken = false;
    for (const signal of passedSignals) process.off(signal, hear);
  };
}

/** Runs the process's own command line. The first Ctrl-C asks the command to stop, the second ends the process. */
export async function main(): Promise<void> {
  quietAwsSdk();
  const env = processEnvironment();
  const terminal: Terminal = {
    stdin: process.stdin,
    stdout: output(process.stdout, env),
    stderr: output(process.stderr, env),
    takeSignals,
  };
  const interrupt = new AbortController();
  const onSignal = (): void => {
    if (taken) return;
    if (interrupt.signal.aborted) process.exit(130);
    interrupt.abort(new Error("interrupted"));
  };
  process.on("SIGINT", onSignal);
  process.on("SIGTERM", onSignal);
  // A reader that went away (`lotse get … | head`) is no failure.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(0);
    process.stderr.write(`error cli/unwritable The output can't be written: ${error.message}\n`);
    process.exit(exitCode.failed);
  });
  // Nobody follows the progress any more (`lotse apply 2>&1 | head`): the work goes on, as it would on AWS anyway.
  process.stderr.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
  });
  process.exitCode = await runCommandLine({
    arguments: process.argv.slice(2),
    env,
    terminal,
    signal: interrupt.signal,
  });
}
