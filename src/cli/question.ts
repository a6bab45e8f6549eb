// One line from the person at the terminal. Ctrl-C is the command's own signal here, Ctrl-D is an answer not given.
import { createInterface } from "node:readline/promises";
import type { Terminal } from "./command.ts";

/** Whether somebody can be asked. */
export const canAsk = ({ stdin, stderr }: Terminal): boolean => stdin.isTTY === true && stderr.isTTY;

/**
 * Asks and waits for a line.
 *
 * @returns the line without its end; undefined when the input ended or the command was interrupted
 */
export async function askLine(terminal: Terminal, text: string, signal: AbortSignal): Promise<string | undefined> {
  terminal.stderr.write(text);
  // Without `output` readline leaves the terminal's mode alone, so that Ctrl-C still reaches the process as a signal.
  const reader = createInterface({ input: terminal.stdin });
  const ended = new Promise<undefined>((resolve) => {
    reader.once("close", () => resolve(undefined));
    signal.addEventListener("abort", () => reader.close(), { once: true });
  });
  try {
    if (signal.aborted) return undefined;
    const answer = await Promise.race([reader.question(""), ended]);
    if (answer === undefined) terminal.stderr.write("\n");
    return answer;
  } finally {
    reader.close();
  }
}
