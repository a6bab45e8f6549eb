// What STS answered, and who that makes the bearer of the token.
import type { PrincipalType } from "../arn.ts";
import { canonicalArn } from "../arn.ts";
import type { IdentityQuestion } from "./question.ts";
import type { Refusal } from "./refusal.ts";
import { isRefusal, refuse } from "./refusal.ts";

/** Somebody known to IAM. */
export interface Identity {
  /** As STS says it. */
  arn: string;
  /** The role behind a session, without its path; the ARN itself for everybody else. */
  canonicalArn: string;
  type: PrincipalType;
  accountId: string;
  /** As STS says it: `AROA…:session` of a session, `AIDA…` of a user. */
  userId: string;
  /** What stays the same over sessions and ends with the principal: `AROA…`, `AIDA…`. */
  principalId: string;
  /** Chosen by whoever assumed the role; empty for users. */
  sessionName: string;
  accessKeyId: string;
}

/** An HTTP answer. */
export interface StsAnswer {
  status: number;
  body: string;
}

/** The GET came to nothing: no connection, a timeout, a redirect, a body that broke off. */
export function stsUnreachable(question: IdentityQuestion, error: string, reading = false): Refusal {
  return refuse(
    "sts",
    reading ? `error reading HTTP result: ${error}` : `error during GET: ${error} on ${question.region} endpoint`,
    true,
  );
}

/** STS repeats the request where a signature doesn't match, session token and all. */
function redact(body: string): string {
  return body.replace(/(X-Amz-(?:Security-Token|Signature)(?:=|%3D))[^&\s'"<]+/gi, "$1…").slice(0, 2048);
}

interface CallerIdentity {
  Account: string;
  Arn: string;
  UserId: string;
}

const entities: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

function xmlField(body: string, name: string): string | undefined {
  const value = new RegExp(`<${name}>([^<]*)</${name}>`).exec(body)?.[1];
  return value?.replace(/&(amp|lt|gt|quot|apos);/g, (_, entity: string) => entities[entity] ?? "");
}

/** JSON is what was asked for; XML comes from what stands in for STS and doesn't look at `accept`. */
function readBody(body: string): CallerIdentity | Refusal {
  let found: Partial<Record<keyof CallerIdentity, unknown>> | undefined;
  if (body.trimStart().startsWith("<")) {
    found = { Account: xmlField(body, "Account"), Arn: xmlField(body, "Arn"), UserId: xmlField(body, "UserId") };
  } else {
    try {
      const json = JSON.parse(body) as {
        GetCallerIdentityResponse?: { GetCallerIdentityResult?: typeof found };
      } | null;
      found = json?.GetCallerIdentityResponse?.GetCallerIdentityResult;
    } catch {
      return refuse("sts", "the answer is neither JSON nor XML");
    }
  }
  const { Account, Arn, UserId } = found ?? {};
  if (typeof Account !== "string" || typeof Arn !== "string" || typeof UserId !== "string")
    return refuse("sts", "the answer lacks Account, Arn or UserId");
  return { Account, Arn, UserId };
}

/** Checks 20 to 23: the status, the body, the ARN, the user id. */
export function readAnswer(answer: StsAnswer, question: IdentityQuestion): Identity | Refusal {
  const { status, body } = answer;
  if (status !== 200) {
    if (body.includes("Throttling")) return refuse("throttled", redact(body));
    const where = `on ${question.region} endpoint`;
    const text = `error from AWS (expected 200, got ${status}) ${where}. Body: ${redact(body)}`;
    return refuse("sts", text, status >= 500);
  }
  const caller = readBody(body);
  if (isRefusal(caller)) return caller;
  const canonical = canonicalArn(caller.Arn);
  if (!canonical.ok) return refuse("sts", canonical.problem);
  const { type, arn } = canonical;
  const [id = "", session, ...more] = caller.UserId.split(":");
  const isSession = type === "assumed-role" || type === "role";
  if (isSession && (session === undefined || more.length > 0))
    return refuse("sts", `malformed UserID ${JSON.stringify(caller.UserId)}`);
  return {
    arn: caller.Arn,
    canonicalArn: arn,
    type,
    accountId: caller.Account,
    userId: caller.UserId,
    principalId: isSession ? id : caller.UserId,
    sessionName: isSession ? (session ?? "") : "",
    accessKeyId: question.accessKeyId,
  };
}
