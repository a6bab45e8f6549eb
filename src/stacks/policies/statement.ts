// Statements of IAM policies as they stand in templates.
import { sub } from "../template.ts";
import type { TemplateValue } from "../template.ts";

/** Operator → key → value or values. */
export type Condition = Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;

/** One statement that allows something. */
export interface AllowStatement {
  readonly actions: readonly string[];
  /** `*`, or ARNs without `arn:<partition>:`. */
  readonly resources?: string | readonly string[];
  readonly condition?: Condition;
}

function resource(text: string): TemplateValue {
  return text === "*" ? "*" : sub(`arn:\${AWS::Partition}:${text}`);
}

/** A policy document of statements that allow. */
export function allowDocument(statements: readonly AllowStatement[]): TemplateValue {
  return {
    Statement: statements.map(({ actions, resources = "*", condition }): TemplateValue => ({
      Action: actions,
      ...(condition ? { Condition: condition } : {}),
      Effect: "Allow",
      Resource: typeof resources === "string" ? resource(resources) : resources.map(resource),
    })),
    Version: "2012-10-17",
  };
}

/** A trust policy for AWS services, by service principals. */
export function serviceTrust(
  services: TemplateValue,
  actions: readonly string[],
  condition?: TemplateValue,
): TemplateValue {
  return {
    Statement: [
      {
        Action: actions,
        ...(condition === undefined ? {} : { Condition: condition }),
        Effect: "Allow",
        Principal: { Service: services },
      },
    ],
    Version: "2012-10-17",
  };
}
