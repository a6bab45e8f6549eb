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

/** Ends of a line, of the input, and Ctrl-C, as a terminal in raw mode sends them. */
const [lineEnds, inputEnds, interrupt, rubOut] = [["\r", "\n"], "\u0004", "\u0003", ["\b", "\u007f"]] as const;

/**
 * Asks for something that must not be seen: what is typed at a terminal isn't shown. From a pipe the first line is taken.
 *
 * @returns the line without its end; undefined when the input ended or the command was interrupted
 */
export async function askSecret(terminal: Terminal, text: string, signal: AbortSignal): Promise<string | undefined> {
  const stdin = terminal.stdin as Terminal["stdin"] & { setRawMode?(raw: boolean): void };
  if (stdin.isTTY !== true || !stdin.setRawMode) return askLine({ ...terminal, stdin }, "", signal);
  if (signal.aborted) return undefined;
  terminal.stderr.write(text);
  stdin.setRawMode(true);
  stdin.resume();
  try {
    return await new Promise((resolve) => {
      let typed = "";
      const onData = (chunk: Buffer | string): void => {
        for (const character of chunk.toString()) {
          if (lineEnds.includes(character as "\r")) return end(typed);
          if (character === inputEnds || character === interrupt) return end(undefined);
          typed = rubOut.includes(character as "\b") ? Array.from(typed).slice(0, -1).join("") : typed + character;
        }
      };
      const end = (answer: string | undefined): void => {
        stdin.off("data", onData);
        resolve(answer);
      };
      stdin.on("data", onData);
      signal.addEventListener("abort", () => end(undefined), { once: true });
    });
  } finally {
    stdin.setRawMode(false);
    stdin.pause();
    terminal.stderr.write("\n");
  }
}
