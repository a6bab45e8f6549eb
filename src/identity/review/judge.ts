// The whole decision over a token, in the two halves that the question to STS leaves: before it and after it.
import type { DecideOptions, MappedUser } from "../mapping/decide.ts";
import { decideMapping } from "../mapping/decide.ts";
import type { Mapper } from "../mapping/mapper.ts";
import type { Identity } from "../verify/answer.ts";
import type { Refusal } from "../verify/refusal.ts";
import { isRefusal } from "../verify/refusal.ts";
import type { Denial } from "./token-review.ts";
import type { UserInfo } from "./user-info.ts";
import { userInfo } from "./user-info.ts";

/** How a review ended; also what metrics are labelled with. */
export type ReviewResult = "success" | "invalid_token" | "sts_error" | "sts_throttling" | "unknown_user";

/** Somebody let in or not, and everything that is known about it. */
export type Judgement =
  | { allowed: true; result: "success"; identity: Identity; mapped: MappedUser; user: UserInfo }
  | { allowed: false; result: Exclude<ReviewResult, "success">; identity?: Identity; denial: Denial };

const results: Readonly<Record<Refusal["refused"], Exclude<ReviewResult, "success">>> = {
  format: "invalid_token",
  sts: "sts_error",
  throttled: "sts_throttling",
};

/** What `judgeIdentity` may be told besides the mappings. */
export interface JudgeOptions extends DecideOptions {
  /** Accounts whose members' ARNs and keys stay out of audit logs. */
  scrubbedAccounts?: readonly string[] | undefined;
}

/** A refused token as a judgement. */
export function judgeRefusal(refusal: Refusal): Judgement & { allowed: false } {
  const kind = refusal.refused === "throttled" ? "throttled" : refusal.retryable ? "unavailable" : "decided";
  return { allowed: false, result: results[refusal.refused], denial: { reason: refusal.text, kind } };
}

/** Judges what `readAnswer` made of STS's answer. */
export function judgeIdentity(
  identity: Identity | Refusal,
  mappers: readonly Mapper[],
  options: JudgeOptions = {},
): Judgement {
  if (isRefusal(identity)) return judgeRefusal(identity);
  const decision = decideMapping(identity, mappers, options);
  if (!decision.allowed)
    return { allowed: false, result: "unknown_user", identity, denial: { reason: decision.reason, kind: "decided" } };
  const user = userInfo(identity, decision.user, options.scrubbedAccounts);
  return { allowed: true, result: "success", identity, mapped: decision.user, user };
}
