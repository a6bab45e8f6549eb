// The input of a stack as requests give it: template, parameters, tags, capabilities.
import type { Parameter, Tag as ApiTag } from "@aws-sdk/client-cloudformation";
import type { Context } from "../../../core/index.ts";
import { AwsError } from "../../../core/index.ts";
import { validationError } from "../errors.ts";
import { ssmParameter, stackScope } from "../executor/scope.ts";
import type { StackInput } from "../state.ts";
import { checkCapabilities } from "../template/capabilities.ts";
import { givenValues, readTemplate } from "../template/index.ts";
import { evaluate } from "../template/intrinsics.ts";
import type { Json, Template } from "../template/model.ts";
import type { ParameterFacts } from "../template/parameters.ts";
import { parameterValues } from "../template/parameters.ts";
import type { Mention } from "../template/references.ts";
import { dependencies, mentions } from "../template/references.ts";
import { UNKNOWN } from "../template/scope.ts";
import { checkTypes, noTemplate, stackTags, templateBody } from "./stack-of.ts";

export interface GivenInput {
  TemplateBody?: string | undefined;
  TemplateURL?: string | undefined;
  UsePreviousTemplate?: boolean | undefined;
  Parameters?: Parameter[] | undefined;
  Tags?: ApiTag[] | undefined;
  Capabilities?: string[] | undefined;
  NotificationARNs?: string[] | undefined;
  ResourceTypes?: string[] | undefined;
}

/**
 * Reads and checks the input of a stack that is to be created or changed.
 *
 * @param previous what a living stack was made from
 * @throws AwsError with AWS's code, NotEmulatedError for types and transforms that the sandbox lacks
 */
export function stackInput(
  ctx: Context,
  stack: { id: string; name: string },
  given: GivenInput,
  previous?: Readonly<StackInput>,
  options: { changeSet?: boolean } = {},
): { input: StackInput; template: Template } {
  const sent = templateBody(ctx, given);
  if (given.UsePreviousTemplate && sent !== undefined) {
    throw validationError("You cannot specify both usePreviousTemplate and Template Body/Template URL.");
  }
  const body = given.UsePreviousTemplate ? previous?.body : sent;
  if (body === undefined) throw validationError(noTemplate);
  const parametersGiven = given.Parameters ?? [];
  const old = previous?.parameters ?? {};
  const kept = Object.fromEntries(
    parametersGiven.flatMap(({ ParameterKey: key = "", UsePreviousValue: use }) =>
      use && old[key] ? [[key, old[key].value]] : [],
    ),
  );
  const { template } = readTemplate(body, { ...kept, ...givenValues(parametersGiven) });
  const parameters = parameterValues(template, parametersGiven, old, parameterFacts(ctx));
  checkTypes(template, given.ResourceTypes);
  // A change set shows what a transform made before anything happens, so it needs no acknowledgement.
  checkCapabilities(template, given.Capabilities ?? [], options.changeSet ? [] : template.Transform);
  const input: StackInput = {
    body,
    parameters,
    tags: given.Tags === undefined && previous ? previous.tags : stackTags(given.Tags ?? []),
    capabilities: given.Capabilities ?? previous?.capabilities ?? [],
    notificationArns: given.NotificationARNs ?? previous?.notificationArns ?? [],
  };
  checkFunctions(ctx, stack, input, template);
  return { input, template };
}

/** Carries out every function as far as that is possible now: AWS refuses what can't be carried out before it starts. */
function checkFunctions(
  ctx: Context,
  stack: { id: string; name: string },
  input: StackInput,
  template: Template,
): void {
  const source = { ref: () => UNKNOWN, attribute: () => UNKNOWN };
  const scope = stackScope(ctx, stack, input, template, { source });
  // Exports and dynamic references are looked up when their resource's turn comes.
  const later = { ...scope, importValue: () => UNKNOWN as never, resolve: () => "" };
  dependencies(template, scope.conditions);
  const lives = (condition: string | undefined): boolean =>
    condition === undefined || scope.conditions[condition] === true;
  checkLiving(template, scope.conditions, lives);
  for (const one of Object.values(template.Resources)) if (lives(one.Condition)) evaluate(one.Properties ?? {}, later);
  for (const one of Object.values(template.Outputs)) if (lives(one.Condition)) evaluate(one.Value, later);
}

/** Refuses what refers to a resource whose condition doesn't hold. */
function checkLiving(
  template: Template,
  conditions: Readonly<Record<string, boolean>>,
  lives: (condition: string | undefined) => boolean,
): void {
  const missing = (values: readonly Json[]): string[] => {
    const found = new Set<string>();
    const hear = (mention: Mention): void => {
      if (mention.kind !== "ref" && mention.kind !== "attribute") return;
      const resource = template.Resources[mention.name];
      if (resource && !lives(resource.Condition)) found.add(mention.name);
    };
    for (const value of values) mentions(value, hear, conditions);
    return [...found];
  };
  const inResources = missing(
    Object.values(template.Resources).flatMap((one) => (lives(one.Condition) ? [one.Properties ?? {}] : [])),
  );
  if (inResources.length > 0)
    throw validationError(
      `Template format error: Unresolved resource dependencies [${inResources.join(", ")}] in the Resources block of the template`,
    );
  const inOutputs = missing(
    Object.values(template.Outputs).flatMap((one) => (lives(one.Condition) ? [one.Value] : [])),
  );
  if (inOutputs.length > 0)
    throw validationError(
      `Unresolved resource dependencies [${inOutputs.join(", ")}] in the Outputs block of the template`,
    );
}

/** What only the account knows about parameter values, asked of the services. */
function parameterFacts(ctx: Context): ParameterFacts {
  return {
    ssm: (name) => ssmParameter(ctx, name),
    exists: (type, value) => {
      const lookup = lookups[type];
      if (!lookup) return true;
      try {
        ctx.call(lookup.service, lookup.operation, lookup.input(value));
        return true;
      } catch (error) {
        if (error instanceof AwsError && /NotFound|Malformed|NoSuch|Invalid/.test(error.code)) return false;
        throw error;
      }
    },
  };
}

const lookups: Readonly<Record<string, { service: string; operation: string; input(value: string): object }>> = {
  "AWS::EC2::AvailabilityZone::Name": ec2("DescribeAvailabilityZones", "ZoneNames"),
  "AWS::EC2::Image::Id": ec2("DescribeImages", "ImageIds"),
  "AWS::EC2::Instance::Id": ec2("DescribeInstances", "InstanceIds"),
  "AWS::EC2::KeyPair::KeyName": ec2("DescribeKeyPairs", "KeyNames"),
  "AWS::EC2::SecurityGroup::GroupName": ec2("DescribeSecurityGroups", "GroupNames"),
  "AWS::EC2::SecurityGroup::Id": ec2("DescribeSecurityGroups", "GroupIds"),
  "AWS::EC2::Subnet::Id": ec2("DescribeSubnets", "SubnetIds"),
  "AWS::EC2::VPC::Id": ec2("DescribeVpcs", "VpcIds"),
  "AWS::EC2::Volume::Id": ec2("DescribeVolumes", "VolumeIds"),
};

function ec2(operation: string, member: string): { service: string; operation: string; input(value: string): object } {
  return { service: "ec2", operation, input: (value) => ({ [member]: [value] }) };
}
