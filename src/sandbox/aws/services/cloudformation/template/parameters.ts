// Parameter values: given, default or previous, checked as their declaration says.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/parameters-section-structure.html
import { validationError } from "../errors.ts";
import type { ParameterDeclaration, Template } from "./model.ts";

/** A parameter of a stack as saved. */
export interface ParameterValue {
  /** As given; for SSM types the name of the SSM parameter. */
  value: string;
  /** What an SSM parameter held when the stack was last created or updated. */
  resolved?: string;
}

export interface GivenParameter {
  ParameterKey?: string | undefined;
  ParameterValue?: string | undefined;
  UsePreviousValue?: boolean | undefined;
}

/** What only the account knows. */
export interface ParameterFacts {
  /** Value of an SSM parameter, or undefined when there is none. */
  ssm(name: string): string | undefined;
  /** False when a value of an AWS-specific type doesn't exist. */
  exists(type: string, value: string): boolean;
}

const ssmType = /^AWS::SSM::Parameter::Value<(.+)>$/;

/**
 * The values of all parameters that the template declares.
 *
 * @throws AwsError ValidationError with AWS's text
 */
export function parameterValues(
  template: Template,
  given: readonly GivenParameter[],
  previous: Readonly<Record<string, ParameterValue>>,
  facts: ParameterFacts,
): Record<string, ParameterValue> {
  const declared = template.Parameters;
  const unknown = given.map(({ ParameterKey: key = "" }) => key).filter((key) => !declared[key]);
  if (unknown.length > 0) {
    throw validationError(`Parameters: [${unknown.join(", ")}] do not exist in the template`);
  }
  const duplicate = given.find(
    (one, index) => given.findIndex((other) => other.ParameterKey === one.ParameterKey) < index,
  );
  if (duplicate) throw validationError(`Parameters: [${duplicate.ParameterKey ?? ""}] are specified more than once`);
  const raw: Record<string, string> = {};
  const missing: string[] = [];
  for (const [key, declaration] of Object.entries(declared)) {
    const one = given.find((parameter) => parameter.ParameterKey === key);
    if (one?.UsePreviousValue && previous[key] === undefined) {
      throw validationError(
        `Invalid input for parameter key ${key}. Cannot specify usePreviousValue as true for a parameter key not in the previous template`,
      );
    }
    const value = one?.UsePreviousValue ? previous[key]?.value : one?.ParameterValue;
    const settled = value ?? (declaration.Default === undefined ? undefined : String(declaration.Default));
    if (settled === undefined) missing.push(key);
    else raw[key] = settled;
  }
  if (missing.length > 0) throw validationError(`Parameters: [${missing.join(", ")}] must have values`);
  return Object.fromEntries(
    Object.entries(raw).map(([key, value]) => [key, checked(key, value, declared[key] as ParameterDeclaration, facts)]),
  );
}

function checked(key: string, value: string, declaration: ParameterDeclaration, facts: ParameterFacts): ParameterValue {
  const inner = ssmType.exec(declaration.Type)?.[1];
  if (inner !== undefined) {
    const resolved = facts.ssm(value);
    if (resolved === undefined) {
      throw validationError(`Parameter ${key} should either have input value or default value`);
    }
    checkTyped(key, inner, resolved, facts);
    return { value, resolved };
  }
  if (declaration.Type === "AWS::SSM::Parameter::Name") {
    if (facts.ssm(value) === undefined) {
      throw validationError(`Unable to fetch parameters [${value}] from parameter store for this account.`);
    }
    return { value };
  }
  checkConstraints(key, value, declaration);
  checkTyped(key, declaration.Type, value, facts);
  return { value };
}

function checkTyped(key: string, type: string, value: string, facts: ParameterFacts): void {
  const listed = /^List<(.+)>$/.exec(type)?.[1];
  const element = listed ?? type;
  if (!element.startsWith("AWS::")) return;
  const items = listed ? value.split(",").map((item) => item.trim()) : [value];
  for (const item of items) {
    if (facts.exists(element, item)) continue;
    throw validationError(
      `Parameter validation failed: parameter value ${item} for parameter name ${key} does not exist`,
    );
  }
}

const knownTypes = ["String", "Number", "List<Number>", "List<String>", "CommaDelimitedList"];

function checkConstraints(key: string, value: string, declaration: ParameterDeclaration): void {
  const { Type: type } = declaration;
  if (!knownTypes.includes(type) && !type.startsWith("AWS::") && !type.startsWith("List<AWS::")) {
    throw validationError(`Template format error: Unrecognized parameter type: ${type}`);
  }
  const isList = type.startsWith("List<") || type === "CommaDelimitedList";
  const items = isList ? value.split(",").map((item) => item.trim()) : [value];
  if (type === "Number" || type === "List<Number>") {
    const wrong = items.some((item) => item === "" || Number.isNaN(Number(item)));
    if (wrong) throw validationError(`Parameter '${key}' must be a number.`);
  }
  const fails = (text: string): Error =>
    validationError(
      declaration.ConstraintDescription
        ? `Parameter '${key}' failed to satisfy constraint: ${declaration.ConstraintDescription}`
        : `Parameter '${key}' ${text}`,
    );
  const allowed = declaration.AllowedValues?.map(String);
  if (allowed && items.some((item) => !allowed.includes(item))) {
    throw fails(`must be one of AllowedValues`);
  }
  const pattern = declaration.AllowedPattern;
  if (pattern !== undefined && items.some((item) => !new RegExp(`^(?:${pattern})$`).test(item))) {
    throw fails(`must match pattern ${pattern}`);
  }
  const bound = (limit: string | number | undefined): number | undefined =>
    limit === undefined ? undefined : Number(limit);
  const [minLength, maxLength] = [bound(declaration.MinLength), bound(declaration.MaxLength)];
  if (minLength !== undefined && value.length < minLength) throw fails(`must contain at least ${minLength} characters`);
  if (maxLength !== undefined && value.length > maxLength) throw fails(`must contain at most ${maxLength} characters`);
  const [minimum, maximum] = [bound(declaration.MinValue), bound(declaration.MaxValue)];
  if (minimum !== undefined && items.some((item) => Number(item) < minimum)) {
    throw fails(`must be a number not less than ${minimum}`);
  }
  if (maximum !== undefined && items.some((item) => Number(item) > maximum)) {
    throw fails(`must be a number not greater than ${maximum}`);
  }
}

/** True when a parameter's value is shown as `****`. */
export function isNoEcho(declaration: ParameterDeclaration | undefined): boolean {
  return declaration?.NoEcho === true || declaration?.NoEcho === "true";
}
