// Why a token is refused, in the words that operators of aws-iam-authenticator know.

/** `format`: the token itself. `sts`: STS doesn't vouch for it. `throttled`: STS has no time; worth another try. */
export type RefusalKind = "format" | "sts" | "throttled";

/** A token that wasn't believed. */
export interface Refusal {
  readonly refused: RefusalKind;
  /** The whole sentence. Never holds the token or its signature. */
  readonly text: string;
  /** True when the same token may pass a moment later: STS couldn't be reached, was busy, or failed. */
  readonly retryable: boolean;
}

const prefixes: Readonly<Record<RefusalKind, string>> = {
  format: "input token was not properly formatted: ",
  sts: "sts getCallerIdentity failed: ",
  throttled: "sts getCallerIdentity was throttled: ",
};

/** Makes a refusal; `problem` is the text after the kind's prefix. */
export function refuse(refused: RefusalKind, problem: string, retryable: boolean = refused === "throttled"): Refusal {
  return { refused, text: prefixes[refused] + problem, retryable };
}

/** Tells a refusal from what was asked for. */
export function isRefusal(value: object): value is Refusal {
  return "refused" in value;
}
