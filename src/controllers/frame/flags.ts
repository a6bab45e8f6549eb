// Flags of roles: declared with the role, read from the command line, shown in help and manifests.
import { LotseError } from "../../base/index.ts";

/** `duration` is Go's (`15m`, `1h30m`, `500ms`) and read as milliseconds. */
export type FlagKind = "text" | "number" | "switch" | "list" | "duration";

/** A flag of a role. */
export interface FlagDefinition {
  /** Without the dashes: `listen-port`. */
  name: string;
  /** One letter, for `-c`. */
  short?: string;
  kind: FlagKind;
  description: string;
  default?: string | number | boolean | readonly string[];
  /** An environment variable that gives it where the flag isn't given. */
  env?: string;
  required?: boolean;
}

type FlagValue = string | number | boolean | readonly string[];

/** What was given, with defaults filled in. Asking for a flag that isn't declared is a defect, and throws. */
export interface FlagValues {
  text(name: string): string;
  /** Undefined when it was neither given nor has a default. */
  optional(name: string): string | undefined;
  number(name: string): number;
  switch(name: string): boolean;
  list(name: string): readonly string[];
  /** Milliseconds. */
  duration(name: string): number;
  /** Whether it was given. */
  given(name: string): boolean;
}

const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** Milliseconds of a Go duration; undefined when it is none. */
export function parseDuration(text: string): number | undefined {
  if (text === "0") return 0;
  if (!/^(\d+(\.\d+)?(ms|s|m|h))+$/.test(text)) return undefined;
  let sum = 0;
  for (const [, amount, unit = ""] of text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g))
    sum += Number(amount) * (units[unit] ?? 0);
  return sum;
}

function refuse(title: string, remedy: string): never {
  throw new LotseError("controllers/bad-flag", { title, remedy });
}

function read(flag: FlagDefinition, text: string): FlagValue {
  const wrong = (expected: string): never =>
    refuse(`--${flag.name} ${JSON.stringify(text)} is no ${expected}`, flag.description);
  switch (flag.kind) {
    case "number": {
      const value = Number(text);
      return text.trim() !== "" && Number.isFinite(value) ? value : wrong("number");
    }
    case "switch":
      return text === "true" || (text === "false" ? false : wrong("true or false"));
    case "duration":
      return parseDuration(text) ?? wrong("duration such as 15m or 30s");
    case "list":
      return text
        .split(",")
        .map((each) => each.trim())
        .filter((each) => each !== "");
    case "text":
      return text;
  }
}

/** A flag of the command line with its text. */
export type GivenFlag = readonly [name: string, text: string];

/**
 * Words of a command line as pairs: `--name=value`, `--name value`, `--switch`, `--no-switch`.
 *
 * @throws LotseError `controllers/bad-flag` for what none of the definitions knows
 */
export function splitFlags(definitions: readonly FlagDefinition[], words: readonly string[]): GivenFlag[] {
  const known = new Map(definitions.map((flag) => [flag.name, flag]));
  const short = new Map(definitions.map((flag) => [flag.short ?? "", flag]));
  short.delete("");
  const found: GivenFlag[] = [];
  for (let i = 0; i < words.length; i += 1) {
    const word = words[i] as string;
    const [, name = "", , given] = /^--?([a-zA-Z][\w.-]*)(=([\s\S]*))?$/.exec(word) ?? [];
    const flag = known.get(name) ?? short.get(name) ?? (name.startsWith("no-") ? known.get(name.slice(3)) : undefined);
    if (!flag) {
      const names = [...known.keys()].map((each) => `--${each}`).join(", ");
      return refuse(`${JSON.stringify(word)} is no flag of this role`, `Flags are ${names}`);
    }
    if (name === `no-${flag.name}` && flag.kind === "switch") found.push([flag.name, "false"]);
    else if (given !== undefined) found.push([flag.name, given]);
    else if (flag.kind === "switch") found.push([flag.name, "true"]);
    else {
      i += 1;
      found.push([flag.name, words[i] ?? refuse(`--${name} needs a value`, flag.description)]);
    }
  }
  return found;
}

/**
 * Reads flags; those that others know are passed over.
 *
 * @throws LotseError `controllers/bad-flag`
 */
export function readFlags(
  definitions: readonly FlagDefinition[],
  pairs: readonly GivenFlag[],
  env: Readonly<Record<string, string | undefined>> = {},
): FlagValues {
  const known = new Map(definitions.map((flag) => [flag.name, flag]));
  const given = new Map<string, FlagValue>();
  for (const [name, text] of pairs) {
    const flag = known.get(name);
    if (!flag) continue;
    const value = read(flag, text);
    const before = given.get(flag.name);
    given.set(flag.name, Array.isArray(value) && Array.isArray(before) ? [...before, ...value] : value);
  }
  for (const flag of definitions) {
    const text = flag.env === undefined ? undefined : env[flag.env];
    if (!given.has(flag.name) && text) given.set(flag.name, read(flag, text));
    if (flag.required && !given.has(flag.name)) refuse(`--${flag.name} is missing`, flag.description);
  }
  const valueOf = (name: string): FlagValue | undefined => {
    const flag = known.get(name);
    if (!flag) throw new Error(`--${name} is not declared`);
    const value = given.get(name) ?? flag.default;
    // Defaults of durations are written as durations.
    return flag.kind === "duration" && typeof value === "string" ? read(flag, value) : value;
  };
  return {
    text: (name) => String(valueOf(name) ?? ""),
    optional: (name) => {
      const value = valueOf(name);
      return value === undefined || value === "" ? undefined : String(value);
    },
    number: (name) => Number(valueOf(name) ?? 0),
    switch: (name) => valueOf(name) === true,
    list: (name) => (valueOf(name) ?? []) as readonly string[],
    duration: (name) => Number(valueOf(name) ?? 0),
    given: (name) => given.has(name),
  };
}
