// Policies under what isn't known: once leaning to yes, once to no. Where both end alike the unknown doesn't matter.
import type {
  NamedPolicy,
  PatternElement,
  PolicyDocument,
  PolicyKind,
  PrincipalElement,
  Statement,
} from "../../iam/index.ts";
import { contextKeysOf, parsePolicy } from "../../iam/index.ts";
import { isRead } from "../explanation.ts";
import type { PolicyText } from "./world.ts";

/** `yes`: what isn't known is as good for the caller as can be; `no`: as bad. */
export type Lean = "yes" | "no";

/** What is known of a request. */
export interface Knowledge {
  /** Whether the value of a condition key is known; that the request doesn't have it is knowledge too. */
  isKnown(key: string): boolean;
  /** ARN of a session whose name is still to be chosen: `arn:aws:sts::…:assumed-role/web/`. */
  openSession?: string | undefined;
}

const everything = (effect: "Allow" | "Deny", kind: PolicyKind): PolicyDocument => {
  const statement = {
    Effect: effect,
    Action: kind === "trust" ? "sts:*" : "*",
    ...(kind === "trust" ? {} : { Resource: "*" }),
    ...(kind === "trust" || kind === "resource" ? { Principal: "*" } : {}),
  };
  const parsed = parsePolicy(JSON.stringify({ Version: "2012-10-17", Statement: [statement] }), kind);
  return "document" in parsed ? parsed.document : { version: "2012-10-17", statements: [] };
};

const unknownKeysOf = (statement: Statement, { isKnown }: Knowledge): string[] =>
  contextKeysOf({ version: "2012-10-17", statements: [statement] }).filter((key) => !isKnown(key.toLowerCase()));

const namesSession = ({ principals }: Statement, { openSession }: Knowledge): boolean =>
  openSession !== undefined && (principals?.entries ?? []).some(({ value }) => value.startsWith(openSession));

const nothing: PatternElement = { not: false, patterns: [] };
const everybody: PrincipalElement = { not: false, entries: [{ type: "AWS", value: "*" }] };

/** The statement with everything unknown about it held to fit. Wider than it is where a resource has such a variable. */
function widened(statement: Statement, known: Knowledge): Statement {
  const { resources, principals, ...others } = statement;
  const whom = principals && namesSession(statement, known) ? everybody : principals;
  const rest = whom ? { ...others, principals: whom } : others;
  const alone = (part: Partial<Statement>): Statement => ({ ...statement, conditions: [], ...part });
  const conditions = statement.conditions.filter(
    (condition) => unknownKeysOf({ ...statement, resources: nothing, conditions: [condition] }, known).length === 0,
  );
  const open = resources !== undefined && unknownKeysOf(alone({}), known).length > 0;
  return open || resources === undefined ? { ...rest, conditions } : { ...rest, resources, conditions };
}

function leanStatement(statement: Statement, lean: Lean, known: Knowledge): Statement[] {
  if (unknownKeysOf(statement, known).length === 0 && !namesSession(statement, known)) return [statement];
  if ((statement.effect === "Allow") === (lean === "yes")) return [widened(statement, known)];
  const { principals } = statement;
  // Whom else it names it names for certain.
  const others = (principals?.entries ?? []).filter(({ value }) => !value.startsWith(known.openSession ?? value));
  const certain = unknownKeysOf(statement, known).length === 0 && principals?.not === false && others.length > 0;
  return certain ? [{ ...statement, principals: { not: false, entries: others } }] : [];
}

/** A policy as it counts for one side; text that wasn't read, or that can't be, allows or denies everything. */
export function leanPolicy(policy: PolicyText, kind: PolicyKind, lean: Lean, known: Knowledge): NamedPolicy {
  const found = readDocument(policy, kind);
  const document =
    "problem" in found
      ? everything(lean === "yes" ? "Allow" : "Deny", kind)
      : {
          ...found.document,
          statements: found.document.statements.flatMap((statement) => leanStatement(statement, lean, known)),
        };
  return { name: policy.name, document };
}

/** Documents that were read, by kind and text: a list of all pods asks the same roles a thousand times. */
const readTexts = new Map<string, ReturnType<typeof parsePolicy>>();
const mostParsed = 2000;

/** The document of a policy, or why there is none. */
export function readDocument(
  { text }: PolicyText,
  kind: PolicyKind,
): { document: PolicyDocument } | { problem: string } {
  if (!isRead(text)) return { problem: text.unread };
  const key = `${kind} ${text.value}`;
  const known = readTexts.get(key) ?? parsePolicy(text.value, kind);
  if (readTexts.size >= mostParsed) readTexts.clear();
  readTexts.set(key, known);
  return known;
}

/** Why a policy's text isn't known, and which keys it asks for whose values aren't. */
export function openQuestions(policy: PolicyText, kind: PolicyKind, known: Knowledge): string[] {
  const found = readDocument(policy, kind);
  if ("problem" in found) return [`${policy.name}: ${found.problem}`];
  const named = found.document.statements.some((statement) => namesSession(statement, known));
  const keys = contextKeysOf(found.document).filter((key) => !known.isKnown(key.toLowerCase()));
  return named ? [...keys, "the name of the session"] : keys;
}
