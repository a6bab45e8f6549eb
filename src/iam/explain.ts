// Evaluations in words: AWS's own "because …" for denials, and a line for every statement of a trace.
import type { PolicyKind } from "./document.ts";
import type { Evaluation } from "./evaluate.ts";
import type { StatementTrace } from "./statement.ts";

const kindNames: Readonly<Record<PolicyKind, string>> = {
  identity: "identity-based policy",
  boundary: "permissions boundary",
  session: "session policy",
  serviceControl: "service control policy",
  resource: "resource-based policy",
  trust: "resource-based policy",
};

/**
 * The end of AWS's access denied text, from "because" or "with" on. Empty for a decision that allows.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
 *
 * @example denialReason(evaluation, "eks:ListClusters") // "because no identity-based policy allows the eks:ListClusters action"
 */
export function denialReason(evaluation: Evaluation, action: string): string {
  const { decision, decidedBy } = evaluation;
  if (decision === "allowed" || decidedBy === "root") return "";
  const kind = kindNames[decidedBy];
  if (decision === "implicitDeny") return `because no ${kind} allows the ${action} action`;
  return `with an explicit deny in ${/^[aeiou]/.test(kind) ? "an" : "a"} ${kind}`;
}

/** One line about one statement: where it stands, and whether it applies or why not. */
export function describeStatement(step: StatementTrace): string {
  const { statement } = step;
  const place = statement.sid ? `statement ${statement.sid}` : `statement ${statement.index + 1}`;
  const outcome = step.mismatch ? `does not apply: ${describeMismatch(step)}` : "applies";
  return `${kindNames[step.kind]} ${step.policy}, ${place} (${step.effect}) ${outcome}`;
}

function describeMismatch({ statement, mismatch }: StatementTrace): string {
  switch (mismatch?.element) {
    case "Action":
      return `${statement.actions.not ? "NotAction excludes" : "Action does not include"} the action`;
    case "Principal":
      return `${statement.principals?.not ? "NotPrincipal excludes" : "Principal does not name"} the caller`;
    case "Resource":
      if (mismatch.unresolved !== undefined) return `the request has no value for \${${mismatch.unresolved}}`;
      return `${statement.resources?.not ? "NotResource excludes" : "Resource does not include"} the resource`;
    case "Condition": {
      const { condition, actual } = mismatch;
      const wanted = condition.values.map((value) => value.text).join(", ");
      const found = actual === undefined ? "which is missing" : `which is ${[actual].flat().join(", ")}`;
      return `${condition.operator} wants ${condition.key} [${wanted}], ${found}`;
    }
    default:
      return "";
  }
}
