// One statement of a policy document.
import type { Condition, Effect, PatternElement, PolicyKind, PrincipalElement, Statement } from "./document.ts";
import { policyRules } from "./kinds.ts";
import { checkAction, checkResource } from "./check.ts";
import type { JsonObject } from "./json.ts";
import { asObject, asStrings, MalformedPolicy, refuseUnknownKeys } from "./json.ts";
import { conditionOperator } from "./operators.ts";
import { compilePattern } from "./pattern.ts";
import { parsePrincipals } from "./parse-principal.ts";

const statementKeys = "Sid Effect Principal NotPrincipal Action NotAction Resource NotResource Condition".split(" ");
const syntax = "Syntax errors in policy.";

interface Place {
  index: number;
  kind: PolicyKind;
  variables: boolean;
}

/**
 * A statement of a policy, with IAM's own refusals.
 *
 * @throws MalformedPolicy when it breaks a rule of the policy's kind
 */
export function parseStatement(raw: JsonObject, place: Place): Statement {
  const { kind } = place;
  const rules = policyRules[kind];
  // These three come before "unknown field": AWS names them apart.
  if (rules.resource === "forbidden") {
    for (const name of ["Resource", "NotResource"]) {
      if (name in raw) throw new MalformedPolicy(`Has prohibited field ${name}`);
    }
  }
  if (rules.principal === "forbidden" && ("Principal" in raw || "NotPrincipal" in raw)) {
    throw new MalformedPolicy("Policy document should not specify a principal.");
  }
  refuseUnknownKeys(raw, statementKeys, kind);
  const sid = readSid(raw["Sid"], kind);
  const principals = readPrincipals(raw, kind);
  const resources = rules.resource === "required" ? readResources(raw, place) : undefined;
  return {
    index: place.index,
    ...(sid === undefined ? {} : { sid }),
    effect: readEffect(raw["Effect"], kind),
    actions: readActions(raw, kind),
    ...(resources ? { resources } : {}),
    ...(principals ? { principals } : {}),
    conditions: raw["Condition"] === undefined ? [] : parseConditions(raw["Condition"], place),
  };
}

function readSid(value: unknown, kind: PolicyKind): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== "string") throw new MalformedPolicy(syntax);
  // Policies of resources may have spaces and punctuation in their Sids (S3's own examples do).
  if (kind !== "resource" && !/^[0-9A-Za-z]*$/.test(value)) {
    throw new MalformedPolicy(
      "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*",
    );
  }
  return value;
}

function readEffect(value: unknown, kind: PolicyKind): Effect {
  if (value === "Allow" || value === "Deny") return value;
  if (kind !== "trust" && kind !== "resource") throw new MalformedPolicy(syntax);
  if (value === undefined) throw new MalformedPolicy("Missing required field Effect");
  throw new MalformedPolicy(`Invalid effect: ${typeof value === "string" ? value : JSON.stringify(value)}`);
}

function one(raw: JsonObject, positive: string, negative: string): { name: string; not: boolean } | undefined {
  if (positive in raw && negative in raw) throw new MalformedPolicy(syntax);
  if (positive in raw) return { name: positive, not: false };
  return negative in raw ? { name: negative, not: true } : undefined;
}

function readActions(raw: JsonObject, kind: PolicyKind): PatternElement {
  const element = one(raw, "Action", "NotAction");
  const strict = kind === "trust" || kind === "resource";
  if (!element) {
    throw new MalformedPolicy(strict ? "Missing required field Action" : "Policy statement must contain actions.");
  }
  const values = asStrings(raw[element.name], syntax);
  if (values.length === 0) throw new MalformedPolicy("Policy statement must contain actions.");
  for (const value of values) checkAction(value, kind);
  // Actions are compared without case, and have no variables.
  return { not: element.not, patterns: values.map((value) => compilePattern(value.toLowerCase(), "glob", false)) };
}

function readResources(raw: JsonObject, place: Place): PatternElement {
  const element = one(raw, "Resource", "NotResource");
  const strict = place.kind === "resource";
  if (!element) {
    throw new MalformedPolicy(strict ? "Missing required field Resource" : "Policy statement must contain resources.");
  }
  const values = asStrings(raw[element.name], syntax);
  if (values.length === 0) throw new MalformedPolicy("Policy statement must contain resources.");
  for (const value of values) checkResource(value);
  return { not: element.not, patterns: values.map((value) => compilePattern(value, "arn", place.variables)) };
}

function readPrincipals(raw: JsonObject, kind: PolicyKind): PrincipalElement | undefined {
  const element = one(raw, "Principal", "NotPrincipal");
  if (element?.not && kind === "trust") throw new MalformedPolicy("Has prohibited field NotPrincipal");
  if (element) return { not: element.not, entries: parsePrincipals(raw[element.name]) };
  if (policyRules[kind].principal === "required") throw new MalformedPolicy("Missing required field Principal");
  return undefined;
}

function parseConditions(raw: unknown, place: Place): Condition[] {
  return Object.entries(asObject(raw, syntax)).flatMap(([operator, block]) => {
    const { test, set, ifExists } = readOperator(operator);
    const known = conditionOperator(test);
    const keys = Object.entries(asObject(block, syntax));
    // An operator that says nothing isn't looked at, whatever its name.
    if (keys.length === 0) return [];
    if (!known || (test === "Null" && ifExists)) throw new MalformedPolicy(`Invalid Condition type : ${operator}`);
    // A key that no request has (`a`) is none of IAM's worries: the condition just never holds.
    return keys.map(([key, value]): Condition => {
      const values = asStrings(value, syntax, true).map((text) =>
        compilePattern(text, known.mode, known.variables && place.variables),
      );
      return { operator, test, ...(set ? { set } : {}), ifExists, key, lookup: key.toLowerCase(), values };
    });
  });
}

function readOperator(operator: string): Pick<Condition, "test" | "set" | "ifExists"> {
  const match = /^(?:(ForAllValues|ForAnyValue):)?(.*?)(IfExists)?$/.exec(operator);
  const set = match?.[1] as Condition["set"];
  return { test: match?.[2] ?? operator, ifExists: match?.[3] !== undefined, ...(set ? { set } : {}) };
}
