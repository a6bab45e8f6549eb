// One command of the AWS CLI and what must come back.

export interface CliCase {
  /** The command without `aws`; `{name}` stands for something kept before. Split at spaces; quotes hold words together. */
  aws: string;
  /** Exit code; default 0. */
  exit?: number;
  /** Must be part of the JSON on stdout, or match stdout's text. */
  out?: object | RegExp;
  /** Must match stderr. */
  err?: RegExp;
  /** Keeps values for later commands: name → path into the JSON on stdout. */
  keep?: Record<string, string>;
}

/** Words of a command line: quotes group, nothing else is special. */
export function words(line: string): string[] {
  return [...line.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map((match) => match[1] ?? match[2] ?? match[3] ?? "");
}

/** The value at a dotted path: `Vpc.VpcId`, `Subnets.0.SubnetId`. */
export function at(value: unknown, path: string): unknown {
  return path.split(".").reduce((current, key) => (current as Record<string, unknown> | undefined)?.[key], value);
}
