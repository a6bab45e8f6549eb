// Reads a policy document: grammar first, then what its kind demands. AWS answers with one problem, the first; so do we.
import type { PolicyDocument, PolicyKind, PolicyVersion, Statement } from "./document.ts";
import { policyRules } from "./kinds.ts";
import type { JsonObject } from "./json.ts";
import { asObject, MalformedPolicy, refuseUnknownKeys } from "./json.ts";
import { parseStatement } from "./parse-statement.ts";

/** A policy, or AWS's text of what is wrong with it (the message of MalformedPolicyDocument). */
export type ParsedPolicy = { document: PolicyDocument } | { problem: string };

const documentKeys = ["Version", "Id", "Statement"];

/**
 * Reads and validates a policy document.
 *
 * @example parsePolicy('{"Version":"2012-10-17","Statement":[]}', "identity") // { problem: "Syntax errors in policy." }
 */
export function parsePolicy(text: string, kind: PolicyKind): ParsedPolicy {
  try {
    return { document: read(text, kind) };
  } catch (error) {
    if (error instanceof MalformedPolicy) return { problem: error.message };
    throw error;
  }
}

function read(text: string, kind: PolicyKind): PolicyDocument {
  const rules = policyRules[kind];
  const root = readJson(text, rules.notJson);
  refuseUnknownKeys(root, documentKeys, kind);
  const version = readVersion(root["Version"], rules.notJson);
  if (rules.newVersionOnly && version !== "2012-10-17") {
    throw new MalformedPolicy("Policy document must be version 2012-10-17 or greater.");
  }
  const id = root["Id"];
  if (id !== undefined && typeof id !== "string") throw new MalformedPolicy("Syntax errors in policy.");
  const raw = root["Statement"];
  const list: readonly unknown[] = Array.isArray(raw) ? raw : raw === undefined ? [] : [raw];
  if (list.length === 0) throw new MalformedPolicy(raw === undefined ? missingStatement(kind) : rules.notJson);
  const statements = list.map((statement, index) =>
    parseStatement(asObject(statement, rules.notJson), { index, kind, variables: version === "2012-10-17" }),
  );
  refuseDuplicateSids(statements);
  return { version, statements, ...(id === undefined ? {} : { id }) };
}

function missingStatement(kind: PolicyKind): string {
  return kind === "trust" ? "Missing required field Statement" : "Syntax errors in policy.";
}

function readJson(text: string, notJson: string): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // What exactly is wrong with the JSON AWS doesn't say either.
    throw new MalformedPolicy(notJson);
  }
  return asObject(value, notJson);
}

function readVersion(value: unknown, problem: string): PolicyVersion {
  if (value === undefined) return "2008-10-17";
  if (value === "2008-10-17" || value === "2012-10-17") return value;
  throw new MalformedPolicy(
    typeof value === "string" ? "Policy document must be version 2012-10-17 or greater." : problem,
  );
}

function refuseDuplicateSids(statements: readonly Statement[]): void {
  const seen = new Set<string>();
  for (const { sid } of statements) {
    if (sid === undefined || sid === "") continue;
    if (seen.has(sid)) throw new MalformedPolicy("Statement IDs (SID) in a single policy must be unique.");
    seen.add(sid);
  }
}
