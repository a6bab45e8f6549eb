// Hosts: what messages look like on a terminal, in a log, and as JSON lines.
import type { Host, Message, Question } from "../../base/index.ts";
import { LotseError } from "../../base/index.ts";
import type { Terminal } from "../command.ts";
import { askLine, canAsk } from "../question.ts";
import { Progress } from "./progress.ts";
import { formatDuration, paint, symbols } from "./style.ts";

export interface CliHost extends Host {
  /** Ends whatever still moves on the screen. */
  close(): void;
}

type Heard = Omit<Message, "time">;

export interface HostOptions {
  terminal: Terminal;
  env: Readonly<Record<string, string | undefined>>;
  /** Answers every question with yes. */
  yes: boolean;
  debug: boolean;
  json: boolean;
  /** Aborted by Ctrl-C: a question that waits then counts as declined. */
  signal: AbortSignal;
}

/** The host that fits the terminal: moving when stderr is one that can, plain lines else, NDJSON on request. */
export function createHost(options: HostOptions): CliHost {
  const ask = (question: Question): Promise<boolean> => confirm(question, options);
  if (options.json) return { ...jsonLines(options), ask };
  const moves = options.terminal.stderr.isTTY && options.env["TERM"] !== "dumb";
  return { ...(moves ? moving(options) : plain(options)), ask };
}

const hidden = (message: Heard, debug: boolean): boolean =>
  !debug && (message.level === "debug" || message.level === "trace");

function jsonLines({ terminal, debug }: HostOptions): Omit<CliHost, "ask"> {
  return {
    emit: (message) => {
      if (hidden(message, debug)) return;
      terminal.stderr.write(`${JSON.stringify({ time: new Date().toISOString(), ...message })}\n`);
    },
    close: () => undefined,
  };
}

/** `engine/step-started` → `step-started`. */
const event = (message: Heard): string => message.code.slice(message.code.indexOf("/") + 1);

function plain({ terminal, debug, env }: HostOptions): Omit<CliHost, "ask"> {
  const glyphs = symbols(env);
  const started = new Map<string, number>();
  const mark: Record<string, string> = {
    "step-started": glyphs.arrow,
    "step-done": glyphs.done,
    "step-failed": glyphs.failed,
  };
  return {
    emit: (message) => {
      if (hidden(message, debug) || event(message) === "step-progress") return;
      const subject = message.subject ?? message.text;
      if (event(message) === "step-started") started.set(subject, Date.now());
      const since = event(message) === "step-done" ? started.get(subject) : undefined;
      const time =
        since === undefined || Date.now() - since < 1000 ? "" : `  ${formatDuration((Date.now() - since) / 1000)}`;
      const symbol =
        mark[event(message)] ??
        (message.level === "warn" ? glyphs.warning : message.level === "error" ? glyphs.failed : "");
      terminal.stderr.write(`${symbol ? `  ${symbol} ` : ""}${message.text}${time}\n`);
    },
    close: () => undefined,
  };
}

function moving({ terminal, debug, env }: HostOptions): Omit<CliHost, "ask"> {
  const { stderr } = terminal;
  const glyphs = symbols(env);
  const progress = new Progress(stderr, glyphs);
  const line = (message: Heard): void => {
    if (message.level === "error") progress.print(`${paint(stderr, "bad", glyphs.failed)} ${message.text}`);
    else if (message.level === "warn") progress.print(`${paint(stderr, "attention", glyphs.warning)} ${message.text}`);
    else if (message.level === "info" || message.level === "result") progress.print(message.text);
    else progress.print(paint(stderr, "dim", message.text));
  };
  const events: Record<string, (message: Heard, id: string) => void> = {
    "step-started": (message, id) => progress.start(id, message.text),
    "step-progress": (message, id) => progress.update(id, message.text),
    "step-done": (message, id) => {
      const seconds = progress.finish(id);
      const time = seconds >= 1 ? paint(stderr, "dim", `  ${formatDuration(seconds)}`) : "";
      progress.print(`  ${paint(stderr, "good", glyphs.done)} ${message.text}${time}`);
    },
    "step-failed": (message, id) => {
      progress.finish(id);
      progress.print(`  ${paint(stderr, "bad", glyphs.failed)} ${message.text}`);
    },
  };
  return {
    emit: (message) => {
      if (hidden(message, debug)) return;
      const handle = events[event(message)];
      if (handle) handle(message, message.subject ?? message.text);
      else line(message);
    },
    close: () => progress.close(),
  };
}

async function confirm(question: Question, { terminal, yes, signal }: HostOptions): Promise<boolean> {
  if (yes) return true;
  if (!canAsk(terminal)) {
    throw new LotseError("cli/needs-confirmation", {
      title: `${question.text} Nobody is there to answer`,
      remedy: "Run it in a terminal, or add --yes.",
    });
  }
  const hint = question.expected ? `Type ${question.expected} to go on: ` : "[y/N] ";
  const answer = ((await askLine(terminal, `${question.text} ${hint}`, signal)) ?? "").trim();
  return question.expected ? answer === question.expected : /^y(es)?$/i.test(answer);
}
