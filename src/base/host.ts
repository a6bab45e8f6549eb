// Messages: the only way the library speaks. A Host receives them; the CLI renders them, tests record them.

/** How much a message matters, from what ends a run to what only helps to search for defects. */
export type MessageLevel = "error" | "result" | "warn" | "info" | "debug" | "trace";

/**
 * One thing that happened. `code` and `data` are stable and only ever gain fields; `text` may change at any time.
 * Codes read `room/what-happened`, e.g. `engine/step-started`.
 */
export interface Message {
  /** ISO-8601, wall time. */
  time: string;
  level: MessageLevel;
  code: string;
  text: string;
  /** ARN, stack name or step id that the message is about. */
  subject?: string;
  data?: Record<string, unknown>;
}

/** A yes/no question. `expected` asks the person to type that word (a cluster's name) instead of `y`. */
export interface Question {
  code: string;
  text: string;
  expected?: string;
}

/** What the library talks to instead of a terminal: it tells, and it asks. */
export interface Host {
  emit(message: Omit<Message, "time">): void;
  /** Resolves to false when the person declines; rejects with `cli/needs-confirmation` when nobody can answer. */
  ask(question: Question): Promise<boolean>;
}

/** A host that keeps everything it hears and answers every question with yes: for tests and for embedding. */
export interface RecordingHost extends Host {
  readonly messages: Message[];
}

/** A {@link RecordingHost}; `answer` is what it says to questions. */
export function recordingHost(answer = true): RecordingHost {
  const messages: Message[] = [];
  return {
    messages,
    emit: (message) => void messages.push({ time: new Date().toISOString(), ...message }),
    ask: () => Promise.resolve(answer),
  };
}
