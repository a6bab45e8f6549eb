// Structured logs: one JSON object a line, without anything that lets somebody in.

export type LogLevel = "debug" | "info" | "warn" | "error";

/** Further members of a line. */
export type LogFields = Readonly<Record<string, unknown>>;

/** Writes lines; `with` gives one whose lines all carry some fields. */
export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  with(fields: LogFields): Logger;
}

const order: readonly LogLevel[] = ["debug", "info", "warn", "error"];
const hidden = "[redacted]";
const secretName =
  /^(authorization|cookie|set-cookie|password|passwd|secret|client_?secret|.*secretaccesskey|.*sessiontoken|.*token|.*privatekey|.*private_key|tls\.key|ca\.key)$/i;

/** Bearer tokens of EKS, JSON web tokens, presigned signatures, basic and bearer headers, keys in PEM. */
const secretTexts: readonly [RegExp, string][] = [
  [/k8s-aws-v1\.[\w-]+/g, `k8s-aws-v1.${hidden}`],
  [/\beyJ[\w-]{8,}\.[\w-]+\.[\w-]*/g, hidden],
  [/(X-Amz-(?:Signature|Security-Token)(?:=|%3D))[^&\s"']+/gi, `$1${hidden}`],
  [/\b(Bearer|Basic)\s+[\w+/=.~-]{8,}/g, `$1 ${hidden}`],
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(-----END [A-Z ]*PRIVATE KEY-----|$)/g, hidden],
  [/\b(gh[opsu]_\w{16,}|github_pat_\w{16,}|glpat-[\w-]{16,})/g, hidden],
];

/** A text without what lets somebody in. */
export function redact(text: string): string {
  let clean = text;
  for (const [pattern, replacement] of secretTexts) clean = clean.replace(pattern, replacement);
  return clean;
}

const deepest = 6;

function clean(value: unknown, depth: number): unknown {
  if (typeof value === "string") return redact(value);
  if (value instanceof Error) {
    const { code } = value as { code?: unknown };
    return redact(typeof code === "string" ? `${code}: ${value.message}` : value.message);
  }
  if (typeof value === "bigint") return value.toString();
  if (typeof value !== "object" || value === null) return value;
  if (depth >= deepest) return "…";
  if (Array.isArray(value)) return value.slice(0, 100).map((each) => clean(each, depth + 1));
  if (ArrayBuffer.isView(value)) return `${value.byteLength} bytes`;
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [
      name,
      secretName.test(name) && each !== undefined && each !== "" ? hidden : clean(each, depth + 1),
    ]),
  );
}

/** Where lines go, and from which level on. */
export interface LogOptions {
  level?: LogLevel;
  write(line: string): void;
}

/** Opens a log. */
export function openLog(options: LogOptions, fields: LogFields = {}): Logger {
  const lowest = order.indexOf(options.level ?? "info");
  const write =
    (level: LogLevel) =>
    (message: string, more: LogFields = {}): void => {
      if (order.indexOf(level) < lowest) return;
      const rest = clean({ ...fields, ...more }, 0) as object;
      options.write(
        `${JSON.stringify({ time: new Date().toISOString(), level, message: redact(message), ...rest })}\n`,
      );
    };
  return {
    debug: write("debug"),
    info: write("info"),
    warn: write("warn"),
    error: write("error"),
    with: (more) => openLog(options, { ...fields, ...more }),
  };
}
