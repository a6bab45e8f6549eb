import { PassThrough } from "node:stream";
import { it } from "vitest";
import type { Terminal } from "./command.ts";
import { askLine, askSecret, canAsk } from "./question.ts";

function terminal(isTTY = true): { stdin: PassThrough; written: string[]; terminal: Terminal } {
  const stdin = Object.assign(new PassThrough(), { isTTY });
  const written: string[] = [];
  const output = { write: (text: string) => void written.push(text), isTTY, columns: 80, color: false };
  return { stdin, written, terminal: { stdin, stdout: output, stderr: output } };
}

it("takes a line", async ({ expect }) => {
  const { stdin, written, terminal: asked } = terminal();
  const answer = askLine(asked, "Name: ", new AbortController().signal);
  stdin.write("prod\n");
  expect(await answer).toBe("prod");
  expect(written).toEqual(["Name: "]);
});

it("has no answer when the input ends, or the command is interrupted", async ({ expect }) => {
  const ended = terminal();
  const first = askLine(ended.terminal, "Name: ", new AbortController().signal);
  ended.stdin.end();
  expect(await first).toBeUndefined();

  const interrupted = terminal();
  const controller = new AbortController();
  const second = askLine(interrupted.terminal, "Name: ", controller.signal);
  controller.abort();
  expect(await second).toBeUndefined();
  expect(await askLine(interrupted.terminal, "Name: ", controller.signal)).toBeUndefined();
});

it("asks on terminals only", ({ expect }) => {
  expect(canAsk(terminal().terminal)).toBe(true);
  expect(canAsk(terminal(false).terminal)).toBe(false);
});

it("takes a secret without showing it, with its corrections", async ({ expect }) => {
  const { stdin, written, terminal: asked } = terminal();
  const modes: boolean[] = [];
  Object.assign(stdin, { setRawMode: (raw: boolean) => void modes.push(raw) });
  const answer = askSecret(asked, "Password: ", new AbortController().signal);
  // Backspace takes a whole character, as a terminal in raw mode sends it.
  for (const keys of ["pa\u00df", "\u007f", "ss w", "\u00f6rd\r"]) stdin.write(keys);
  expect(await answer).toBe("pass w\u00f6rd");
  expect(written).toEqual(["Password: ", "\n"]);
  expect(modes).toEqual([true, false]);
});

it("has no secret after Ctrl-C, Ctrl-D or an interruption, and leaves the terminal as it was", async ({ expect }) => {
  for (const key of ["\u0003", "\u0004", undefined]) {
    const { stdin, terminal: asked } = terminal();
    const modes: boolean[] = [];
    Object.assign(stdin, { setRawMode: (raw: boolean) => void modes.push(raw) });
    const controller = new AbortController();
    const answer = askSecret(asked, "Password: ", controller.signal);
    stdin.write("half");
    if (key === undefined) controller.abort();
    else stdin.write(key);
    expect(await answer).toBeUndefined();
    expect(modes).toEqual([true, false]);
  }
});
