// Intrinsic functions. https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html
import { validationError } from "../errors.ts";
import { cidrFunction } from "./cidr-function.ts";
import type { Json } from "./model.ts";
import { functionName, isObject, splitGetAtt, subPieces } from "./model.ts";
import { getAttArity } from "./references.ts";
import type { Scope } from "./scope.ts";
import { NO_VALUE, UNKNOWN } from "./scope.ts";

type Evaluate = (value: unknown) => unknown;

/** One function: gets its argument as written, and `evaluate` for the parts that it wants evaluated. */
type IntrinsicFunction = (argument: unknown, evaluate: Evaluate, scope: Scope) => unknown;

const arity = {
  equals: "Template error: every Fn::Equals object requires a list of 2 string parameters.",
  select: "Template error: Fn::Select requires a list argument with two elements: an integer index and a list",
  split:
    "Template error: every Fn::Split object requires two parameters, (1) a string delimiter and (2) a string to be split or a function that returns a string to be split.",
  join: "Template error: every Fn::Join object requires two parameters, (1) a string delimiter and (2) a list of strings to be joined or a function that returns a list of strings (such as Fn::GetAZs) to be joined.",
  sub: "Template error: One or more Fn::Sub intrinsic functions don't specify expected arguments. Specify a string as first argument, and an optional second argument to specify a mapping of values to replace in the string",
  findInMap:
    "Template error: every Fn::FindInMap object requires three parameters, the map name, map key and the attribute for return value",
  if: "Template error: Fn::If requires a list argument with three elements",
};

const functions: Readonly<Record<string, IntrinsicFunction>> = {
  Ref: (name, _evaluate, scope) => ref(String(name), scope),
  "Fn::GetAtt": (argument, evaluate, scope) => {
    const parts = splitGetAtt(argument as Json);
    if (!parts) throw validationError(`Template error: ${getAttArity}`);
    const attribute = evaluate(parts[1]);
    return attribute === UNKNOWN ? UNKNOWN : scope.attribute(parts[0], String(attribute));
  },
  "Fn::Sub": (argument, evaluate, scope) => {
    const [text, local] = (Array.isArray(argument) ? argument : [argument]) as [unknown, unknown];
    const malformed =
      typeof text !== "string" || (Array.isArray(argument) && !(argument.length === 2 && isObject(local)));
    if (malformed) throw validationError(arity.sub);
    const own = isObject(local) ? local : {};
    const pieces = subPieces(text).map((piece) => {
      if ("text" in piece) return piece.text;
      if (Object.hasOwn(own, piece.name)) return evaluate(own[piece.name]);
      const dot = piece.name.indexOf(".");
      return dot < 0 ? ref(piece.name, scope) : scope.attribute(piece.name.slice(0, dot), piece.name.slice(dot + 1));
    });
    return joined("", pieces);
  },
  "Fn::Join": (argument, evaluate) => {
    const [delimiter, list] = pair(argument, arity.join);
    const items = evaluate(list);
    if (items === UNKNOWN) return UNKNOWN;
    if (typeof delimiter !== "string" || !Array.isArray(items)) throw validationError(arity.join);
    return joined(delimiter, items);
  },
  "Fn::Split": (argument, evaluate) => {
    const [delimiter, source] = pair(argument, arity.split);
    const text = evaluate(source);
    if (text === UNKNOWN) return UNKNOWN;
    if (typeof delimiter !== "string" || typeof text !== "string") throw validationError(arity.split);
    return text.split(delimiter);
  },
  "Fn::Select": (argument, evaluate) => {
    const [rawIndex, rawList] = pair(argument, arity.select);
    const index = evaluate(rawIndex);
    const list = evaluate(rawList);
    if (index === UNKNOWN || list === UNKNOWN) return UNKNOWN;
    const items = typeof list === "string" && list.includes(",") ? list.split(",") : list;
    if (!Array.isArray(items) || !/^\d+$/.test(String(index))) throw validationError(arity.select);
    const item: unknown = items[Number(index)];
    if (item === undefined) {
      throw validationError(arity.select);
    }
    return item;
  },
  "Fn::FindInMap": (argument, evaluate, scope) => {
    if (!Array.isArray(argument) || argument.length < 3) throw validationError(arity.findInMap);
    const keys = argument.slice(0, 3).map(evaluate);
    if (keys.includes(UNKNOWN)) return UNKNOWN;
    const [map, key, attribute] = keys.map(String) as [string, string, string];
    const found = scope.template.Mappings[map]?.[key]?.[attribute];
    if (found !== undefined) return found;
    const options: unknown = argument[3];
    if (isObject(options) && "DefaultValue" in options) return evaluate(options["DefaultValue"]);
    throw validationError(`Template error: Unable to get mapping for ${map}::${key}::${attribute}`);
  },
  "Fn::If": (argument, evaluate, scope) => {
    if (!Array.isArray(argument) || argument.length !== 3) throw validationError(arity.if);
    const [name, yes, no] = argument as [unknown, unknown, unknown];
    const holds = scope.conditions[String(name)];
    if (holds === undefined) {
      throw validationError(`Template error: unresolved condition dependency ${String(name)} in Fn::If`);
    }
    return evaluate(holds ? yes : no);
  },
  "Fn::ImportValue": (argument, evaluate, scope) => {
    const name = evaluate(argument);
    return name === UNKNOWN ? UNKNOWN : scope.importValue(String(name));
  },
  "Fn::Base64": (argument, evaluate) => {
    const text = evaluate(argument);
    return text === UNKNOWN ? UNKNOWN : Buffer.from(scalarText(text)).toString("base64");
  },
  "Fn::GetAZs": (argument, evaluate, scope) => {
    const region = evaluate(argument);
    return region === UNKNOWN ? UNKNOWN : [...scope.zones(region === "" ? scope.region : String(region))];
  },
  "Fn::Cidr": (argument, evaluate) => {
    if (!Array.isArray(argument) || argument.length < 2 || argument.length > 3) {
      throw validationError("Template error: every Fn::Cidr object requires two or three parameters");
    }
    const parts = argument.map(evaluate);
    return parts.includes(UNKNOWN) ? UNKNOWN : cidrFunction(parts);
  },
  "Fn::Length": (argument, evaluate) => {
    const list = evaluate(argument);
    if (list === UNKNOWN) return UNKNOWN;
    if (!Array.isArray(list)) throw validationError("Template error: Fn::Length requires a list");
    return list.length;
  },
  "Fn::ToJsonString": (argument, evaluate) => {
    const value = evaluate(argument);
    return holdsUnknown(value) ? UNKNOWN : JSON.stringify(value);
  },
  Condition: (name, _evaluate, scope) => scope.conditions[String(name)] ?? false,
};

/** Functions of the Conditions section. */
const conditionFunctions: Readonly<Record<string, (argument: unknown, evaluate: Evaluate) => boolean>> = {
  "Fn::Equals": (argument, evaluate) => {
    const [left, right] = pair(argument, arity.equals).map(evaluate);
    return comparable(left) === comparable(right);
  },
  "Fn::And": (argument, evaluate) => several("Fn::And", argument).every((item) => truth(evaluate(item))),
  "Fn::Or": (argument, evaluate) => several("Fn::Or", argument).some((item) => truth(evaluate(item))),
  "Fn::Not": (argument, evaluate) => {
    if (!Array.isArray(argument) || argument.length !== 1) {
      throw validationError("Template error: every Fn::Not object requires one boolean parameter.");
    }
    return !truth(evaluate(argument[0]));
  },
};

/** Evaluates a value: functions are carried out, `AWS::NoValue` and what holds it alone are left out. */
export function evaluate(value: unknown, scope: Scope): unknown {
  const inner: Evaluate = (part) => evaluate(part, scope);
  if (typeof value === "string") return value.includes("{{resolve:") ? dynamicReferences(value, scope) : value;
  if (Array.isArray(value)) return value.map(inner).filter((item) => item !== NO_VALUE);
  if (!isObject(value)) return value;
  const name = functionName(value);
  // A statement of a policy may hold nothing but a Condition of its own kind.
  if (name !== undefined && !(name === "Condition" && typeof value[name] !== "string")) {
    const condition = conditionFunctions[name];
    if (condition) return condition(value[name], inner);
    const run = functions[name];
    if (run) return withReferences(run(value[name], inner, scope), scope);
    throw validationError(`Template error: ${name} is not a supported function`);
  }
  const result: Record<string, unknown> = {};
  for (const [key, member] of Object.entries(value)) {
    const evaluated = inner(member);
    if (evaluated !== NO_VALUE) result[key] = evaluated;
  }
  return result;
}

/** All conditions of a template, each computed once. */
export function evaluateConditions(scope: Omit<Scope, "conditions">): Record<string, boolean> {
  const done: Record<string, boolean> = {};
  const conditions = new Proxy(done, {
    get: (_target, name: string) => conditionOf(name),
  });
  const conditionOf = (name: string): boolean | undefined => {
    const declared = scope.template.Conditions[name];
    if (declared === undefined) return undefined;
    return (done[name] ??= truth(evaluate(declared, { ...scope, conditions })));
  };
  for (const name of Object.keys(scope.template.Conditions)) conditionOf(name);
  return done;
}

function ref(name: string, scope: Scope): unknown {
  switch (name) {
    case "AWS::AccountId":
      return scope.account;
    case "AWS::Region":
      return scope.region;
    case "AWS::Partition":
      return scope.partition;
    case "AWS::URLSuffix":
      return scope.urlSuffix;
    case "AWS::StackName":
      return scope.stackName;
    case "AWS::StackId":
      return scope.stackId;
    case "AWS::NotificationARNs":
      return [...scope.notificationArns];
    case "AWS::NoValue":
      return NO_VALUE;
  }
  const declared = scope.template.Parameters[name];
  if (!declared) return scope.ref(name);
  const value = scope.parameters[name] ?? "";
  const list =
    declared.Type.startsWith("List<") || declared.Type.includes("<List<") || declared.Type.endsWith("DelimitedList");
  if (!list && !declared.Type.includes("<CommaDelimitedList>")) return value;
  return value === "" ? [] : value.split(",").map((item) => item.trim());
}

/** A function may put a dynamic reference together from its parts. */
function withReferences(value: unknown, scope: Scope): unknown {
  return typeof value === "string" && value.includes("{{resolve:") ? dynamicReferences(value, scope) : value;
}

const dynamicPattern = /\{\{resolve:([a-z-]+):([^}]*)\}\}/g;

function dynamicReferences(text: string, scope: Scope): unknown {
  return text.replace(dynamicPattern, (_all, service: string, reference: string) => scope.resolve(service, reference));
}

function pair(argument: unknown, text: string): [unknown, unknown] {
  if (!Array.isArray(argument) || argument.length !== 2) throw validationError(text);
  return argument as [unknown, unknown];
}

function several(name: string, argument: unknown): unknown[] {
  if (!Array.isArray(argument) || argument.length < 2 || argument.length > 10) {
    throw validationError(
      `Template error: every ${name} object requires a list of at least 2 and at most 10 boolean parameters.`,
    );
  }
  return argument;
}

function truth(value: unknown): boolean {
  return value === true || value === "true";
}

function comparable(value: unknown): string {
  return typeof value === "object" ? JSON.stringify(value) : String(value as string);
}

function joined(delimiter: string, items: readonly unknown[]): unknown {
  const present = items.filter((item) => item !== NO_VALUE);
  return present.some(holdsUnknown) ? UNKNOWN : present.map(scalarText).join(delimiter);
}

/** A scalar as CloudFormation puts it into text. */
function scalarText(value: unknown): string {
  if (Array.isArray(value)) return value.map(scalarText).join(",");
  return typeof value === "object" ? JSON.stringify(value) : String(value as string);
}

/** True when any part of the value is {@link UNKNOWN}. */
export function holdsUnknown(value: unknown): boolean {
  if (value === UNKNOWN) return true;
  if (Array.isArray(value)) return value.some(holdsUnknown);
  return isObject(value) && Object.values(value).some(holdsUnknown);
}
