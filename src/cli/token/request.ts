// What `lotse token` is asked for, in its own words and in those of `aws eks get-token` and `aws-iam-authenticator token`.
// Parsed by hand: the plugin runs before every kubectl command, and loading a parser takes longer than the token.

/** What is asked for; names are those of the options in camelCase, as commander gives them too. */
export interface TokenRequest {
  cluster: string;
  region?: string;
  profile?: string;
  endpointUrl?: string;
  roleArn?: string;
  externalId?: string;
  sessionName?: string;
  forwardSessionName?: boolean;
  tokenOnly?: boolean;
  cache?: boolean;
}

type TextField = "cluster" | "region" | "profile" | "endpointUrl" | "roleArn" | "externalId" | "sessionName" | "output";

const texts: Readonly<Record<string, TextField>> = {
  "--cluster": "cluster",
  "--cluster-name": "cluster",
  "--cluster-id": "cluster",
  "-c": "cluster",
  "-i": "cluster",
  "--region": "region",
  "--profile": "profile",
  "-p": "profile",
  "--endpoint-url": "endpointUrl",
  "--role-arn": "roleArn",
  "--role": "roleArn",
  "--external-id": "externalId",
  "-e": "externalId",
  "--session-name": "sessionName",
  "-s": "sessionName",
  "--output": "output",
};

const switches: Readonly<Record<string, Partial<TokenRequest>>> = {
  "--token-only": { tokenOnly: true },
  "--forward-session-name": { forwardSessionName: true },
  "--no-cache": { cache: false },
  "--cache": { cache: true },
};

/** `-r` is the region here and the role in aws-iam-authenticator; an ARN can only be the latter. */
const fieldOf = (name: string, value: string): TextField | undefined =>
  name === "-r" ? (value.startsWith("arn:") ? "roleArn" : "region") : texts[name];

/** Name and value of `--name=value` and `-nvalue`; the value of `--name value` is undefined. */
function splitOption(word: string): [name: string, value: string | undefined] {
  const long = /^(--[^=]+)(?:=([^]*))?$/.exec(word);
  if (long) return [long[1] ?? "", long[2]];
  return [word.slice(0, 2), word.length > 2 ? word.slice(2).replace(/^=/, "") : undefined];
}

/** Arguments after `token`; undefined when there is anything to explain: help, an unknown option, a missing value. */
export function parseTokenArguments(words: readonly string[]): TokenRequest | undefined {
  const found: Partial<Record<TextField, string>> & Partial<TokenRequest> = {};
  for (let i = 0; i < words.length; i += 1) {
    const word = words[i] ?? "";
    if (!word.startsWith("-")) return undefined;
    const flag = Object.hasOwn(switches, word) ? switches[word] : undefined;
    if (flag) {
      Object.assign(found, flag);
      continue;
    }
    const [name, attached] = splitOption(word);
    const value = attached ?? words[(i += 1)];
    const field = value === undefined ? undefined : fieldOf(name, value);
    if (field === undefined || value === undefined) return undefined;
    found[field] = value;
  }
  const { output = "json", cluster, ...rest } = found;
  return output === "json" && cluster !== undefined ? { cluster, ...rest } : undefined;
}
