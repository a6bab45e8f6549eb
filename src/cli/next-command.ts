// The command that a person types next: the same account and file, quoted as a shell wants it.
import type { Invocation } from "./command.ts";

const quoted = (word: string): string =>
  /^[\w./:@%+,=-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;

const flags = [
  ["prune", "--prune"],
  ["awsOnly", "--aws-only"],
  ["region", "--region"],
  ["profile", "--profile"],
  ["endpointUrl", "--endpoint-url"],
  ["sandbox", "--sandbox"],
] as const;

/**
 * A command line that goes on in the account of this one.
 *
 * @param words after `lotse`: `["apply", "-f", file]`
 * @param known options that the words stand for already, or values that were found out: `{ region: "eu-west-1" }`
 */
export function nextCommand(
  { options }: Invocation,
  words: readonly string[],
  known: Readonly<Record<string, unknown>> = {},
): string {
  const all = { ...options, ...known };
  const more = flags.flatMap(([name, flag]) => {
    const value = all[name];
    return value === true ? [flag] : typeof value === "string" ? [flag, value] : [];
  });
  return ["lotse", ...words, ...more].map(quoted).join(" ");
}
