// Statements and judgements in words: where a statement stands, and which of its parts doesn't fit.
import type { Statement, StatementTrace } from "../../iam/index.ts";
import { isRead } from "../explanation.ts";
import { writtenStatement } from "./edit.ts";
import type { PolicyText } from "./world.ts";

/** `arn:…:policy/p, statement ReadBucket`, `trust policy of role web, statement 2`. */
export function placeOf({ policy, statement }: Pick<StatementTrace, "policy" | "statement">): string {
  return `${policy}, statement ${statement.sid ? `${statement.sid} (${statement.index + 1})` : statement.index + 1}`;
}

const listOf = (texts: readonly string[]): string => (texts.length === 1 ? (texts[0] ?? "") : `[${texts.join(", ")}]`);

/** A statement in one line; actions are compared, and kept, in lower case. */
function statementText(statement: Statement): string {
  const { effect, actions, resources, principals, conditions } = statement;
  const parts = [
    effect,
    principals &&
      `${principals.not ? "NotPrincipal" : "Principal"} ${listOf(principals.entries.map(({ value }) => value))}`,
    `${actions.not ? "NotAction" : "Action"} ${listOf(actions.patterns.map(({ text }) => text))}`,
    resources && `${resources.not ? "NotResource" : "Resource"} ${listOf(resources.patterns.map(({ text }) => text))}`,
    ...conditions.map(({ operator, key, values }) => `if ${operator} ${key} ${listOf(values.map(({ text }) => text))}`),
  ];
  return parts.filter(Boolean).join(" ");
}

/** A statement as it is written in the policy that has it; in our words where that can't be found. */
export function asWritten(step: StatementTrace, policies: readonly (PolicyText | undefined)[]): string {
  const policy = policies.find((each) => each?.name === step.policy);
  const text = policy && isRead(policy.text) ? policy.text.value : undefined;
  return (
    (text === undefined ? undefined : writtenStatement(text, step.statement.index)) ?? statementText(step.statement)
  );
}

/** Why a statement doesn't apply, as the end of a sentence. */
export function mismatchText({ statement, mismatch }: StatementTrace): string {
  if (!mismatch) return "applies";
  if (mismatch.element === "Action") return `is about ${listOf(statement.actions.patterns.map(({ text }) => text))}`;
  if (mismatch.element === "Principal") {
    const names = listOf((statement.principals?.entries ?? []).map(({ value }) => value));
    return `is for ${statement.principals?.not ? "everybody but " : ""}${names}`;
  }
  if (mismatch.element === "Resource") {
    if (mismatch.unresolved !== undefined) return `needs a value for \${${mismatch.unresolved}}, and there is none`;
    return `is about ${statement.resources?.not ? "everything but " : ""}${listOf((statement.resources?.patterns ?? []).map(({ text }) => text))}`;
  }
  const { condition, actual } = mismatch;
  const found = actual === undefined ? "is missing" : `is ${listOf([actual].flat())}`;
  return `wants ${condition.key} ${condition.operator} ${listOf(condition.values.map(({ text }) => text))}, and it ${found}`;
}
