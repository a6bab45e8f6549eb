// Statements and judgements in words: where a statement stands, and which of its parts doesn't fit.
import type { PolicyDocument, Statement, StatementTrace } from "../../iam/index.ts";

/** `arn:…:policy/p, statement ReadBucket`, `trust policy of role web, statement 2`. */
export function placeOf({ policy, statement }: Pick<StatementTrace, "policy" | "statement">): string {
  return `${policy}, statement ${statement.sid ? `${statement.sid} (${statement.index + 1})` : statement.index + 1}`;
}

const listOf = (texts: readonly string[]): string => (texts.length === 1 ? (texts[0] ?? "") : `[${texts.join(", ")}]`);

/** A statement in one line, as it stands in the policy, without its Sid. */
export function statementText(statement: Statement): string {
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

/** A statement by its place in a document. */
export function statementAt(document: PolicyDocument, index: number): Statement | undefined {
  return document.statements.find((statement) => statement.index === index);
}
