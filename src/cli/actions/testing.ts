// A command line run from the outside, as tests of commands need it: no process, no environment.
import { Readable } from "node:stream";
import type { Output } from "../command.ts";
import { runCommandLine } from "../run.ts";

export interface Outcome {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs `lotse …words` with a text on standard input, without a terminal. */
export function runLotse(input: string, ...words: string[]): Promise<Outcome> {
  return runLotseIn({}, input, ...words);
}

/** The same in an environment. */
export async function runLotseIn(
  env: Readonly<Record<string, string>>,
  input: string,
  ...words: string[]
): Promise<Outcome> {
  const written = { stdout: "", stderr: "" };
  const output = (name: "stdout" | "stderr"): Output => ({
    write: (text) => void (written[name] += text),
    isTTY: false,
    columns: 100,
    color: false,
  });
  const code = await runCommandLine({
    arguments: words,
    env,
    terminal: { stdin: Readable.from([Buffer.from(input)]), stdout: output("stdout"), stderr: output("stderr") },
    signal: new AbortController().signal,
  });
  return { code, ...written };
}
