// Stack policies: what an update may not do to a stack's resources.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/protect-stack-resources.html
import { validationError } from "./errors.ts";
import { isObject } from "./template/model.ts";

interface Statement {
  Effect: "Allow" | "Deny";
  Action?: string | string[];
  NotAction?: string | string[];
  Principal: "*";
  Resource?: string | string[];
  NotResource?: string | string[];
  Condition?: Record<string, Record<string, string | string[]>>;
}

const list = (value: string | string[] | undefined): string[] =>
  value === undefined ? [] : typeof value === "string" ? [value] : value;

function matches(patterns: readonly string[], text: string): boolean {
  return patterns.some((pattern) => {
    const quoted = pattern.replace(/[.+^${}()|[\]\\]/g, "\\$&");
    return new RegExp(`^${quoted.replaceAll("*", ".*").replaceAll("?", ".")}$`, "i").test(text);
  });
}

function isStatement(value: unknown): value is Statement {
  if (!isObject(value)) return false;
  const texts = (key: string): string[] => list(value[key] as string | string[] | undefined);
  const actions = [...texts("Action"), ...texts("NotAction")];
  const resources = [...texts("Resource"), ...texts("NotResource")];
  return (
    (value["Effect"] === "Allow" || value["Effect"] === "Deny") &&
    value["Principal"] === "*" &&
    actions.length > 0 &&
    actions.every((action) => /^(Update:(\*|Modify|Replace|Delete)|\*)$/i.test(action)) &&
    resources.length > 0 &&
    resources.every((one) => one === "*" || one.startsWith("LogicalResourceId/"))
  );
}

/** The statements of a policy; an empty text or `{}` is a policy without any. */
function statements(body: string): Statement[] | undefined {
  if (body.trim() === "") return [];
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    // The text of the parser says nothing that AWS would say.
    return undefined;
  }
  if (!isObject(parsed)) return undefined;
  if (Object.keys(parsed).length === 0) return [];
  const given: unknown = parsed["Statement"];
  const all: readonly unknown[] = Array.isArray(given) ? given : [given];
  return all.every(isStatement) ? [...all] : undefined;
}

/** @throws AwsError ValidationError when it is no stack policy */
export function checkStackPolicy(body: string): void {
  if (!statements(body)) throw validationError("Error validating stack policy: Invalid stack policy");
}

/**
 * AWS's reason when a stack's policy forbids what an update would do to a resource; undefined when it may.
 *
 * @param body undefined when the stack has no policy: then everything is allowed
 */
export function denied(
  body: string | undefined,
  action: "Modify" | "Replace" | "Delete",
  resource: { logicalId: string; type: string },
): string | undefined {
  const all = body === undefined ? [] : (statements(body) ?? []);
  if (all.length === 0) return undefined;
  const applies = (one: Statement): boolean => {
    const id = `LogicalResourceId/${resource.logicalId}`;
    const byAction = one.Action
      ? matches(list(one.Action), `Update:${action}`)
      : !matches(list(one.NotAction), `Update:${action}`);
    const byResource = one.Resource ? matches(list(one.Resource), id) : !matches(list(one.NotResource), id);
    return byAction && byResource && conditionHolds(one, resource.type);
  };
  const at = all.findIndex((one) => one.Effect === "Deny" && applies(one));
  const deny = all[at];
  if (deny) {
    const what = list(deny.Action ?? deny.NotAction).join(", ");
    const whom = list(deny.Resource ?? deny.NotResource).join(", ");
    return `Action denied by stack policy: Statement [#${at + 1}] does not allow [${what}] for resource [${whom}]`;
  }
  return all.some((one) => one.Effect === "Allow" && applies(one)) ? undefined : "Action not allowed by stack policy";
}

/** `StringEquals` and `StringLike` on `ResourceType`: all that stack policies know. */
function conditionHolds(statement: Statement, type: string): boolean {
  return Object.entries(statement.Condition ?? {}).every(([operator, keys]) =>
    Object.entries(keys).every(([key, values]) => {
      if (key !== "ResourceType") return false;
      return operator === "StringEquals" ? list(values).includes(type) : matches(list(values), type);
    }),
  );
}
