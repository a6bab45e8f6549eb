// CloudFormation templates as plain objects: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-anatomy.html

/** Any value of a template. */
export type TemplateValue =
  | string
  | number
  | boolean
  | readonly TemplateValue[]
  | { readonly [key: string]: TemplateValue };

/** A resource's properties; members that are undefined are left out. */
export type Properties = Readonly<Record<string, TemplateValue | undefined>>;

/** A resource of a template. */
export interface TemplateResource {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, TemplateValue>>;
  readonly DependsOn?: readonly string[];
  readonly UpdatePolicy?: Readonly<Record<string, TemplateValue>>;
}

/** An output of a template. */
export interface TemplateOutput {
  readonly Value: TemplateValue;
  readonly Export?: { readonly Name: TemplateValue };
}

/** A CloudFormation template. */
export interface Template {
  readonly AWSTemplateFormatVersion: "2010-09-09";
  readonly Description?: string;
  readonly Mappings?: Readonly<Record<string, TemplateValue>>;
  readonly Resources: Readonly<Record<string, TemplateResource>>;
  readonly Outputs?: Readonly<Record<string, TemplateOutput>>;
}

/** `{"Ref": id}`. */
export function ref(logicalId: string): TemplateValue {
  return { Ref: logicalId };
}

/** `{"Fn::GetAtt": [id, attribute]}`. */
export function getAtt(logicalId: string, attribute: string): TemplateValue {
  return { "Fn::GetAtt": [logicalId, attribute] };
}

/** `{"Fn::Sub": text}`. */
export function sub(text: string): TemplateValue {
  return { "Fn::Sub": text };
}

/** An export of another stack: `{"Fn::ImportValue": "stack::output"}`. */
export function importValue(stackName: string, output: string): TemplateValue {
  return { "Fn::ImportValue": `${stackName}::${output}` };
}

/** The object without its undefined members. */
export function defined(members: Properties): Record<string, TemplateValue> {
  const result: Record<string, TemplateValue> = {};
  for (const [key, value] of Object.entries(members)) if (value !== undefined) result[key] = value;
  return result;
}

/** A template being put together; see {@link templateBuilder}. */
export interface TemplateBuilder {
  /** Adds a resource and returns a reference to it. */
  add(
    logicalId: string,
    type: string,
    properties: Properties,
    attributes?: Pick<TemplateResource, "DependsOn" | "UpdatePolicy">,
  ): TemplateValue;
  /** Adds an output; `exported` under `${AWS::StackName}::<name>`. */
  output(name: string, value: TemplateValue, exported: boolean): void;
  /** True once a resource of that logical id is there. */
  has(logicalId: string): boolean;
  build(): Template;
}

/** Types to which eksctl gives a `Name` tag of `<stack>/<logical id>`. */
const named: ReadonlySet<string> = new Set([
  "AWS::EC2::EIP",
  "AWS::EC2::InternetGateway",
  "AWS::EC2::NatGateway",
  "AWS::EC2::RouteTable",
  "AWS::EC2::SecurityGroup",
  "AWS::EC2::Subnet",
  "AWS::EC2::VPC",
  "AWS::EKS::AccessEntry",
  "AWS::EKS::Cluster",
  "AWS::IAM::Role",
]);

function byName<T>(entries: ReadonlyMap<string, T>): Record<string, T> {
  return Object.fromEntries([...entries].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/**
 * Starts a template. Resources and outputs come out in alphabetical order, so that equal input gives equal text.
 *
 * @param options `nameTags: false` for stacks whose resources eksctl doesn't tag (its role stacks).
 */
export function templateBuilder(options: {
  description?: string;
  mappings?: Readonly<Record<string, TemplateValue>>;
  nameTags?: boolean;
}): TemplateBuilder {
  const resources = new Map<string, TemplateResource>();
  const outputs = new Map<string, TemplateOutput>();
  const nameTags = options.nameTags ?? true;
  return {
    add(logicalId, type, properties, attributes = {}) {
      const own = defined(properties);
      if (nameTags && named.has(type)) {
        const tags = (own["Tags"] ?? []) as readonly TemplateValue[];
        own["Tags"] = [{ Key: "Name", Value: sub(`\${AWS::StackName}/${logicalId}`) }, ...tags];
      }
      resources.set(logicalId, { Type: type, Properties: own, ...attributes });
      return ref(logicalId);
    },
    output(name, value, exported) {
      const exportName = sub(`\${AWS::StackName}::${name}`);
      outputs.set(name, exported ? { Value: value, Export: { Name: exportName } } : { Value: value });
    },
    has: (logicalId) => resources.has(logicalId),
    build: () => ({
      AWSTemplateFormatVersion: "2010-09-09",
      ...(options.description === undefined ? {} : { Description: options.description }),
      ...(options.mappings ? { Mappings: options.mappings } : {}),
      Resources: byName(resources),
      ...(outputs.size > 0 ? { Outputs: byName(outputs) } : {}),
    }),
  };
}
