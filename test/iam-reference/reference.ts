// A second policy evaluator, written naively from AWS's published evaluation order and operator tables, sharing nothing
// with src/iam. It works on plain JSON, knows no caches and no short cuts, and is only here to disagree.

export type Json = Record<string, unknown>;

export interface ReferenceRequest {
  who: {
    kind: "root" | "user" | "role" | "service" | "web";
    account: string;
    arn: string;
    roleArn?: string;
    id?: string;
    service?: string;
    provider?: string;
  };
  action: string;
  resource: string;
  context: Record<string, string | string[]>;
}

export interface ReferencePolicies {
  identity?: Json[];
  boundary?: Json;
  session?: Json[];
  control?: Json[][];
  resource?: Json;
  owner?: string;
  mustAllow?: boolean;
}

export type Verdict = "allowed" | "implicitDeny" | "explicitDeny";

const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : value === undefined ? [] : [value]);
const strings = (value: unknown): string[] => listOf(value).map(String);

function contextValue(request: ReferenceRequest, key: string): string[] {
  const name = Object.keys(request.context).find((known) => known.toLowerCase() === key.toLowerCase());
  return name === undefined ? [] : strings(request.context[name]);
}

function quote(character: string): string {
  return character.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");
}

/** A pattern as the source of a regular expression; null when a variable has no value. */
function sourceOf(
  pattern: string,
  request: ReferenceRequest,
  how: { wild: boolean; variables: boolean; segments: boolean },
): string | null {
  let source = "";
  let rest = pattern;
  let colons = 0;
  while (rest !== "") {
    const variable = how.variables ? /^\$\{([^}]*)\}/.exec(rest) : null;
    if (variable) {
      rest = rest.slice(variable[0].length);
      const inside = variable[1] as string;
      if (["*", "?", "$"].includes(inside)) {
        source += quote(inside);
        continue;
      }
      const withDefault = /^(.+?)\s*,\s*'(.*)'\s*$/.exec(inside);
      const values = contextValue(request, (withDefault ? (withDefault[1] as string) : inside).trim());
      const value = values.length === 1 && values[0] !== "" ? values[0] : withDefault?.[2];
      if (value === undefined) return null;
      source += Array.from(value, quote).join("");
      continue;
    }
    const character = rest[0] as string;
    rest = rest.slice(1);
    if (character === ":") colons += 1;
    if (how.wild && character === "?") source += "[^]";
    else if (how.wild && character === "*") {
      // In the first five fields of an ARN only a star that ends its field may run over the colon.
      const inField = how.segments && colons < 5 && rest !== "" && !rest.startsWith(":") && !rest.startsWith("*");
      source += inField ? "[^:]*" : "[^]*";
    } else source += quote(character);
  }
  return source;
}

function fits(pattern: string, value: string, request: ReferenceRequest, how: Parameters<typeof sourceOf>[2]): boolean {
  const source = sourceOf(pattern, request, how);
  return source !== null && new RegExp(`^(?:${source})$`).test(value);
}

function bits(address: string): string | null {
  if (/^\d+\.\d+\.\d+\.\d+$/.test(address)) {
    return address
      .split(".")
      .map((part) => Number(part).toString(2).padStart(8, "0"))
      .join("");
  }
  if (!address.includes(":")) return null;
  const [head = "", tail] = address.split("::");
  const left = head === "" ? [] : head.split(":");
  const right = tail === undefined || tail === "" ? [] : tail.split(":");
  const middle = tail === undefined ? [] : Array.from({ length: 8 - left.length - right.length }, () => "0");
  return [...left, ...middle, ...right].map((part) => Number.parseInt(part, 16).toString(2).padStart(16, "0")).join("");
}

function inBlock(address: string, block: string): boolean {
  const [base = "", length] = block.split("/");
  const [a, b] = [bits(address), bits(base)];
  if (a === null || b === null || a.length !== b.length) return false;
  const count = length === undefined ? a.length : Number(length);
  return a.slice(0, count) === b.slice(0, count);
}

const time = (text: string): number => (/^\d{5,}$/.test(text) ? Number(text) * 1000 : Date.parse(text));
const number = (text: string): number => (text.trim() === "" ? Number.NaN : Number(text));

function arnFits(pattern: string, arn: string, request: ReferenceRequest, variables: boolean): boolean {
  const [want, have] = [pattern.split(":"), arn.split(":")];
  if (have.length < 6 || want.length < 6) return false;
  const fields = (parts: string[]): string[] => [...parts.slice(0, 5), parts.slice(5).join(":")];
  const [wanted, had] = [fields(want), fields(have)];
  return wanted.every((field, i) => fits(field, had[i] as string, request, { wild: true, variables, segments: false }));
}

/** Positive comparisons of one value of the request with one of the policy. */
function compare(operator: string, have: string, want: string, request: ReferenceRequest, variables: boolean): boolean {
  if (operator === "StringEquals") return fits(want, have, request, { wild: false, variables, segments: false });
  if (operator === "StringEqualsIgnoreCase") {
    const source = sourceOf(want, request, { wild: false, variables, segments: false });
    return source !== null && new RegExp(`^(?:${source})$`, "i").test(have);
  }
  if (operator === "StringLike") return fits(want, have, request, { wild: true, variables, segments: false });
  if (operator === "ArnEquals" || operator === "ArnLike") return arnFits(want, have, request, variables);
  if (operator === "IpAddress") return inBlock(have, want);
  if (operator === "Bool") return have.toLowerCase() === want.toLowerCase();
  if (operator === "BinaryEquals") return atob(have) === atob(want);
  const [a, b] = operator.startsWith("Date") ? [time(have), time(want)] : [number(have), number(want)];
  if (operator.endsWith("LessThan")) return a < b;
  if (operator.endsWith("LessThanEquals")) return a <= b;
  if (operator.endsWith("GreaterThan")) return a > b;
  if (operator.endsWith("GreaterThanEquals")) return a >= b;
  return a === b;
}

function conditionHolds(
  name: string,
  key: string,
  wanted: string[],
  request: ReferenceRequest,
  variables: boolean,
): boolean {
  const forAll = name.startsWith("ForAllValues:");
  const forAny = name.startsWith("ForAnyValue:");
  let operator = name.replace(/^For(All|Any)Values?:/, "");
  const ifExists = operator.endsWith("IfExists");
  if (ifExists) operator = operator.slice(0, -"IfExists".length);
  const present = contextValue(request, key);
  if (operator === "Null") return wanted.some((want) => (want.toLowerCase() === "true") === (present.length === 0));
  const negated = operator.includes("Not");
  const positive = operator === "NotIpAddress" ? "IpAddress" : operator.replace("Not", "");
  const equalsAny = (have: string): boolean => wanted.some((want) => compare(positive, have, want, request, variables));
  const satisfies = (have: string): boolean => (negated ? !equalsAny(have) : equalsAny(have));
  if (forAll) return present.every((value) => value === "") || present.every(satisfies);
  if (present.length === 0) return ifExists ? true : forAny ? false : negated;
  if (forAny) return present.some(satisfies);
  return negated ? !present.some(equalsAny) : present.some(equalsAny);
}

function matches(one: unknown, not: unknown, test: (pattern: string) => boolean): boolean {
  if (one !== undefined) return strings(one).some(test);
  return !strings(not).some(test);
}

/** How a Principal element names the caller: `self`, `role`, `account`, or not at all. */
function named(principal: unknown, who: ReferenceRequest["who"]): "self" | "role" | "account" | null {
  const element: Json = principal === "*" ? { AWS: "*" } : (principal as Json);
  const aws = strings(element["AWS"]);
  if (aws.includes("*")) return "self";
  if (who.kind === "service") return strings(element["Service"]).includes(who.service as string) ? "self" : null;
  if (who.kind === "web") return strings(element["Federated"]).includes(who.provider as string) ? "self" : null;
  const root = aws.some(
    (value) => value === who.account || /^arn:[^:]+:iam::(\d+):root$/.exec(value)?.[1] === who.account,
  );
  if (who.kind === "root") return root ? "self" : null;
  if (aws.includes(who.arn)) return "self";
  if (who.kind === "user" && who.id !== undefined && aws.includes(who.id)) return "self";
  if (who.kind === "role" && (aws.includes(who.roleArn as string) || (who.id !== undefined && aws.includes(who.id))))
    return "role";
  return root ? "account" : null;
}

function excepted(principal: unknown, who: ReferenceRequest["who"]): boolean {
  const element: Json = principal === "*" ? { AWS: "*" } : (principal as Json);
  const aws = strings(element["AWS"]);
  if (aws.includes("*")) return true;
  if (who.kind === "service" || who.kind === "web") return named(principal, who) !== null;
  const root = aws.some(
    (value) => value === who.account || /^arn:[^:]+:iam::(\d+):root$/.exec(value)?.[1] === who.account,
  );
  if (who.kind === "root") return root;
  const id = who.id !== undefined && aws.includes(who.id);
  if (who.kind === "user") return root && (aws.includes(who.arn) || id);
  return root && (aws.includes(who.roleArn as string) || id) && aws.includes(who.arn);
}

interface Found {
  effect: string;
  closeness: "self" | "role" | "account" | null;
}

/** Statements of a document that apply to the request. */
function applying(document: Json, request: ReferenceRequest): Found[] {
  const variables = document["Version"] === "2012-10-17";
  return listOf(document["Statement"]).flatMap((raw): Found[] => {
    const statement = raw as Json;
    const action = (pattern: string): boolean =>
      fits(pattern.toLowerCase(), request.action.toLowerCase(), request, {
        wild: true,
        variables: false,
        segments: false,
      });
    if (!matches(statement["Action"], statement["NotAction"], action)) return [];
    let closeness: Found["closeness"] = null;
    if (statement["Principal"] !== undefined) {
      closeness = named(statement["Principal"], request.who);
      if (closeness === null) return [];
    }
    if (statement["NotPrincipal"] !== undefined) {
      if (excepted(statement["NotPrincipal"], request.who)) return [];
      closeness = "self";
    }
    if (statement["Resource"] !== undefined || statement["NotResource"] !== undefined) {
      const how = { wild: true, variables, segments: true };
      const resource = (pattern: string): boolean => fits(pattern, request.resource, request, how);
      const unresolved = strings(statement["NotResource"]).some((pattern) => sourceOf(pattern, request, how) === null);
      if (unresolved || !matches(statement["Resource"], statement["NotResource"], resource)) return [];
    }
    for (const [operator, block] of Object.entries((statement["Condition"] ?? {}) as Json)) {
      for (const [key, wanted] of Object.entries(block as Json)) {
        if (!conditionHolds(operator, key, strings(wanted), request, variables)) return [];
      }
    }
    return [{ effect: String(statement["Effect"]), closeness }];
  });
}

/** The published order, question by question. */
export function referenceVerdict(request: ReferenceRequest, policies: ReferencePolicies): Verdict {
  const over = (documents: Json[]): Found[] => documents.flatMap((document) => applying(document, request));
  const allows = (found: Found[]): boolean => found.some((each) => each.effect === "Allow");
  const levels = (policies.control ?? []).map(over);
  const resource = policies.resource ? over([policies.resource]) : [];
  const boundary = policies.boundary ? over([policies.boundary]) : null;
  const session = policies.session && policies.session.length > 0 ? over(policies.session) : null;
  const identity = over(policies.identity ?? []);

  // 1. Does anything deny?
  const everything = [...levels.flat(), ...resource, ...(boundary ?? []), ...(session ?? []), ...identity];
  if (everything.some((each) => each.effect === "Deny")) return "explicitDeny";
  // 2. Does every level of the organisation allow?
  if (!levels.every(allows)) return "implicitDeny";
  // 3. The resource's own policy.
  const { who } = request;
  const grants = resource.filter((each) => each.effect === "Allow");
  const sameAccount = (policies.owner ?? who.account) === who.account;
  if (who.kind === "service" || who.kind === "web") return grants.length > 0 ? "allowed" : "implicitDeny";
  if (!sameAccount || policies.mustAllow === true) {
    if (grants.length === 0) return "implicitDeny";
  }
  const limited = (boundary !== null && !allows(boundary)) || (session !== null && !allows(session));
  if (sameAccount) {
    if (grants.some((each) => each.closeness === "self")) return "allowed";
    if (grants.some((each) => each.closeness === "role") && !limited) return "allowed";
  }
  // 4. Boundary and session policies limit, identity policies give.
  if (limited) return "implicitDeny";
  if (who.kind === "root") return "allowed";
  return allows(identity) ? "allowed" : "implicitDeny";
}
