// The Condition element: every key of every operator must hold; the values of one key are alternatives.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-logic-multiple-context-keys-or-values.html
import type { Condition } from "./document.ts";
import type { ConditionOperator } from "./operators.ts";
import { conditionOperator } from "./operators.ts";
import type { ContextLookup } from "./pattern.ts";
import { resolvePattern } from "./pattern.ts";

const none: readonly string[] = [];

function valuesOf(lookup: ContextLookup, key: string): readonly string[] {
  const value = lookup(key);
  if (value === undefined) return none;
  return typeof value === "string" ? [value] : value;
}

/** True when the condition holds for a request. */
export function conditionHolds(condition: Condition, lookup: ContextLookup): boolean {
  const operator = conditionOperator(condition.test);
  if (!operator) return false;
  const actual = valuesOf(lookup, condition.lookup);
  if (operator.name === "Null") return nullHolds(condition, actual.length === 0);
  if (condition.set === "ForAllValues") {
    // True for a missing key, for an empty set, and for a set that holds nothing but an empty string.
    if (actual.every((value) => value === "")) return true;
    return actual.every((value) => one(operator, condition, value, lookup));
  }
  if (actual.length === 0) return condition.ifExists || (operator.negated && condition.set === undefined);
  if (condition.set === "ForAnyValue") return actual.some((value) => one(operator, condition, value, lookup));
  const some = actual.some((value) => positive(operator, condition, value, lookup));
  return operator.negated ? !some : some;
}

function nullHolds(condition: Condition, missing: boolean): boolean {
  return condition.values.some((value) => (value.text.toLowerCase() === "true") === missing);
}

function one(operator: ConditionOperator, condition: Condition, value: string, lookup: ContextLookup): boolean {
  return positive(operator, condition, value, lookup) !== operator.negated;
}

function positive(operator: ConditionOperator, condition: Condition, actual: string, lookup: ContextLookup): boolean {
  return condition.values.some((pattern) => {
    const expected = resolvePattern(pattern, lookup);
    return expected !== undefined && operator.test(actual, expected);
  });
}
