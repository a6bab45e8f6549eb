// The part of the terminal that is still moving: one line per step under way, redrawn in place; what is finished
// scrolls away above it. Only one writer may own the bottom of the screen, so everything goes through here.
import type { Output } from "../command.ts";
import { formatDuration, paint } from "./style.ts";
import type { Symbols } from "./style.ts";

interface Running {
  text: string;
  detail: string;
  since: number;
}

const frameMilliseconds = 120;
/** More lines than this would fill small terminals; the rest is counted. */
const linesShown = 8;

export class Progress {
  readonly #output: Output;
  readonly #symbols: Symbols;
  readonly #running: Map<string, Running> = new Map();
  #drawn = 0;
  #frame = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(output: Output, symbols: Symbols) {
    this.#output = output;
    this.#symbols = symbols;
  }

  /** A line that stays. */
  print(line: string): void {
    this.#erase();
    this.#output.write(`${line}\n`);
    this.#draw();
  }

  start(id: string, text: string): void {
    this.#running.set(id, { text, detail: "", since: Date.now() });
    this.#timer ??= setInterval(() => this.#redraw(), frameMilliseconds).unref();
    this.#redraw();
  }

  update(id: string, detail: string): void {
    const running = this.#running.get(id);
    if (running) running.detail = detail;
  }

  /** Takes the step away and returns how many seconds it ran. */
  finish(id: string): number {
    const since = this.#running.get(id)?.since ?? Date.now();
    this.#running.delete(id);
    this.#erase();
    if (this.#running.size === 0) this.#stop();
    else this.#draw();
    return (Date.now() - since) / 1000;
  }

  /** Clears the moving part, e.g. before a question or at the end. */
  close(): void {
    this.#erase();
    this.#stop();
    this.#running.clear();
  }

  #stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #redraw(): void {
    this.#frame += 1;
    this.#erase();
    this.#draw();
  }

  #erase(): void {
    if (this.#drawn === 0) return;
    this.#output.write(`\u001b[${this.#drawn}A\u001b[0J`);
    this.#drawn = 0;
  }

  #draw(): void {
    const all = [...this.#running.values()];
    if (all.length === 0) return;
    const glyph = this.#symbols.running[this.#frame % this.#symbols.running.length] ?? "";
    const lines = all.slice(0, linesShown).map(({ text, detail, since }) => {
      const seconds = (Date.now() - since) / 1000;
      const time = seconds >= 1 ? `  ${formatDuration(seconds)}` : "";
      const plain = `  ${glyph} ${text}${time}${detail ? `  ${detail}` : ""}`.slice(0, this.#output.columns - 1);
      return paint(this.#output, "dim", plain);
    });
    if (all.length > linesShown) lines.push(paint(this.#output, "dim", `    and ${all.length - linesShown} more`));
    this.#output.write(`${lines.join("\n")}\n`);
    this.#drawn = lines.length;
  }
}
