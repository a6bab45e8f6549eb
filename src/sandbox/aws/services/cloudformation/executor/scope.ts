// What a stack's template is evaluated against: its parameters, its resources as they are now, exports, zones.
import type { DescribeAvailabilityZonesResult } from "@aws-sdk/client-ec2";
import type { GetParameterResult } from "@aws-sdk/client-ssm";
import type { Context } from "../../../core/index.ts";
import { AwsError, NotEmulatedError } from "../../../core/index.ts";
import { validationError } from "../errors.ts";
import { urlSuffix } from "../names.ts";
import { handlerOf } from "../resources/index.ts";
import type { ResourceRow, StackInput } from "../state.ts";
import { exportsTable, keyOf, resources } from "../state.ts";
import { evaluateConditions } from "../template/intrinsics.ts";
import type { Template } from "../template/model.ts";
import { hasAttribute } from "../template/references.ts";
import type { Scope } from "../template/scope.ts";
import { resourceRequest } from "./request.ts";

/** Where a scope finds resources; the default is the stack's own rows. */
export interface ResourceSource {
  ref(logicalId: string): unknown;
  attribute(logicalId: string, attribute: string): unknown;
}

/**
 * @param input the parameters and the rest that the template is evaluated with
 * @param heard is told of every export that is imported
 */
export function stackScope(
  ctx: Context,
  stack: { id: string; name: string },
  input: Pick<StackInput, "parameters" | "notificationArns">,
  template: Template,
  options: { source?: ResourceSource; heard?: (exportName: string) => void } = {},
): Scope {
  const source = options.source ?? rowSource(ctx, stack.id);
  const partial: Omit<Scope, "conditions"> = {
    template,
    account: ctx.account,
    region: ctx.region,
    partition: ctx.partition,
    urlSuffix: urlSuffix(ctx.partition),
    stackName: stack.name,
    stackId: stack.id,
    notificationArns: input.notificationArns,
    parameters: Object.fromEntries(
      Object.entries(input.parameters).map(([key, value]) => [key, value.resolved ?? value.value]),
    ),
    ref: (logicalId) => source.ref(logicalId),
    attribute: (logicalId, attribute) => source.attribute(logicalId, attribute),
    importValue: (name) => {
      const found = ctx.table(exportsTable).get(name);
      if (!found) throw validationError(`No export named ${name} found.`);
      options.heard?.(name);
      return found.value;
    },
    zones: (region) => zonesOf(ctx, region),
    resolve: (service, reference) => resolve(ctx, service, reference),
  };
  return { ...partial, conditions: evaluateConditions(partial) };
}

/** The resources of a stack as they are. */
export function rowSource(ctx: Context, stackId: string): ResourceSource {
  const rowOf = (logicalId: string): Readonly<ResourceRow> => {
    const row = ctx.table(resources).get(keyOf(stackId, logicalId));
    if (row?.physicalId === undefined || row.status === "DELETE_COMPLETE") {
      throw validationError(`Unresolved resource dependencies [${logicalId}] in the Resources block of the template`);
    }
    return row;
  };
  return {
    ref: (logicalId) => refOf(rowOf(logicalId)),
    attribute: (logicalId, attribute) => {
      const row = rowOf(logicalId);
      const value = attributeNow(ctx, row, attribute);
      if (value !== undefined) return value;
      throw validationError(
        hasAttribute(row.type, attribute)
          ? `Attribute '${attribute}' of ${row.logicalId} has no value`
          : `Resource type ${row.type} does not support attribute {${attribute}}.`,
      );
    },
  };
}

/** Attributes that other resources of the stack change: a VPC gets its IPv6 block by a VPCCidrBlock. */
const livingAttributes: Readonly<Record<string, readonly string[]>> = {
  "AWS::EC2::Subnet": ["Ipv6CidrBlocks"],
  "AWS::EC2::VPC": ["CidrBlockAssociations", "Ipv6CidrBlocks"],
};

/** What GetAtt gives for a resource; undefined when it has no such attribute. */
export function attributeNow(ctx: Context, row: Readonly<ResourceRow>, attribute: string): unknown {
  const handler = handlerOf(row.type);
  if (!handler || !livingAttributes[row.type]?.includes(attribute)) return row.attributes[attribute];
  const model = handler.read(resourceRequest(ctx, handler, { row, properties: row.properties }));
  return (model ?? row.attributes)[attribute];
}

/** What Ref gives for a resource. */
export function refOf(row: Readonly<ResourceRow>): string {
  const physicalId = row.physicalId ?? "";
  return handlerOf(row.type)?.ref?.(row.attributes, physicalId) ?? physicalId;
}

function zonesOf(ctx: Context, region: string): string[] {
  const elsewhere = region === ctx.region ? ctx : ctx.as(ctx.principal, { region });
  const { AvailabilityZones: zones = [] } = elsewhere.call<DescribeAvailabilityZonesResult>(
    "ec2",
    "DescribeAvailabilityZones",
    {},
  );
  return zones.flatMap((zone) => zone.ZoneName ?? []).toSorted();
}

function resolve(ctx: Context, service: string, reference: string): string {
  if (service !== "ssm") throw new NotEmulatedError(`the dynamic reference {{resolve:${service}:…}}`);
  const value = ssmParameter(ctx, reference);
  if (value !== undefined) return value;
  const [name = "", version] = reference.split(":");
  throw validationError(
    `Parameters: [ssm:${name}:${version ?? ""}] cannot be found. Could not find the parameter ${reference} in the Parameter Store`,
  );
}

/** Value of an SSM parameter, `name` or `name:version`; undefined when there is none. */
export function ssmParameter(ctx: Context, reference: string): string | undefined {
  try {
    const { Parameter: parameter } = ctx.call<GetParameterResult>("ssm", "GetParameter", { Name: reference });
    return parameter?.Value;
  } catch (error) {
    if (error instanceof AwsError && /ParameterNotFound|ParameterVersionNotFound/.test(error.code)) return undefined;
    throw error;
  }
}
