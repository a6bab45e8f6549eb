// Extracts what the sandbox's CloudFormation engine needs from AWS's resource specification (@aws-cdk/aws-service-spec,
// Apache-2.0): required properties, types, replacement, attributes, identifiers and where tags go.
import { createRequire } from "node:module";
import { loadAwsServiceSpecSync } from "@aws-cdk/aws-service-spec";
import type { Property, PropertyType, Resource, SpecDatabase } from "@aws-cdk/service-spec-types";

const words = (...texts: readonly string[]): string[] => texts.flatMap((text) => text.split(" "));

/** Types whose properties are extracted; of all others only the name is kept, to tell a typo from what isn't emulated. */
const types: Readonly<Record<string, readonly string[]>> = {
  AutoScaling: words("AutoScalingGroup LaunchConfiguration LifecycleHook ScalingPolicy ScheduledAction"),
  CloudFormation: words("Stack WaitCondition WaitConditionHandle"),
  EC2: words(
    "VPC VPCCidrBlock Subnet SubnetCidrBlock SubnetRouteTableAssociation RouteTable Route",
    "InternetGateway VPCGatewayAttachment EgressOnlyInternetGateway NatGateway EIP EIPAssociation",
    "SecurityGroup SecurityGroupIngress SecurityGroupEgress VPCEndpoint LaunchTemplate",
    "PlacementGroup Instance Volume VolumeAttachment NetworkInterface KeyPair NetworkAcl",
    "NetworkAclEntry SubnetNetworkAclAssociation DHCPOptions VPCDHCPOptionsAssociation",
  ),
  EKS: words(
    "Cluster Nodegroup FargateProfile Addon AccessEntry PodIdentityAssociation",
    "IdentityProviderConfig Capability",
  ),
  IAM: words(
    "Role Policy RolePolicy ManagedPolicy InstanceProfile User UserPolicy Group GroupPolicy",
    "UserToGroupAddition AccessKey OIDCProvider ServiceLinkedRole",
  ),
  KMS: words("Key Alias"),
  Logs: words("LogGroup LogStream"),
  S3: words("Bucket BucketPolicy"),
  SSM: words("Parameter"),
};

/** A property's type: a primitive's name, `[element]` of a list, `{map: value}`, a definition's number, or `{any: […]}`. */
type CompactType = string | number | [CompactType] | { map: CompactType } | { any: CompactType[] };

const tables = (database: SpecDatabase): { compact(type: PropertyType): CompactType; definitions: object[] } => {
  const definitions: object[] = [];
  const numbers = new Map<string, number>();
  const compact = (type: PropertyType): CompactType => {
    switch (type.type) {
      case "array":
        return [compact(type.element)];
      case "map":
        return { map: compact(type.element) };
      case "union":
        return { any: type.types.map(compact) };
      case "ref":
        return definition(type.reference.$ref);
      default:
        return type.type;
    }
  };
  const definition = (id: string): number => {
    const known = numbers.get(id);
    if (known !== undefined) return known;
    const number = definitions.length;
    numbers.set(id, number);
    definitions.push({});
    definitions[number] = propertiesOf(database.get("typeDefinition", id).properties, compact, false);
    return number;
  };
  return { compact, definitions };
};

function propertiesOf(
  properties: Readonly<Record<string, Property>>,
  compact: (type: PropertyType) => CompactType,
  top: boolean,
): Record<string, CompactType | { type: CompactType; required?: true; replace?: "yes" | "maybe" }> {
  const entries = Object.entries(properties).map(([name, property]) => {
    const type = compact(property.type);
    // Nested replacement flags are wrong too often to be of use (sandbox facts §3.2), so only the top level's are kept.
    const replace = top && property.causesReplacement !== "no" ? property.causesReplacement : undefined;
    if (!property.required && !replace) return [name, type] as const;
    return [name, { type, ...(property.required ? { required: true } : {}), ...(replace ? { replace } : {}) }] as const;
  });
  return Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

function compactResource(resource: Resource, compact: (type: PropertyType) => CompactType): object {
  const tags = resource.tagInformation;
  return {
    id: resource.primaryIdentifier ?? [],
    ...(resource.cfnRefIdentifier ? { ref: resource.cfnRefIdentifier } : {}),
    ...(tags ? { tags: { property: tags.tagPropertyName, form: tags.variant } } : {}),
    attributes: Object.keys(resource.attributes).toSorted(),
    properties: propertiesOf(resource.properties, compact, true),
  };
}

/** Content of `data/cloudformation/spec.json` by its path in the repository. */
export async function generate(): Promise<Map<string, string>> {
  const database = loadAwsServiceSpecSync();
  const { compact, definitions } = tables(database);
  const resources: Record<string, object> = {};
  for (const [namespace, names] of Object.entries(types)) {
    for (const name of names) {
      const type = `AWS::${namespace}::${name}`;
      const resource = database.lookup("resource", "cloudFormationType", "equals", type).only();
      resources[type] = compactResource(resource, compact);
    }
  }
  const names: Record<string, string[]> = {};
  for (const { cloudFormationType } of database.all("resource")) {
    const at = cloudFormationType.lastIndexOf("::");
    (names[cloudFormationType.slice(0, at)] ??= []).push(cloudFormationType.slice(at + 2));
  }
  const known = Object.entries(names)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([namespace, all]) => `  ${JSON.stringify(namespace)}: ${JSON.stringify(all.toSorted().join(" "))}`);
  const { version } = createRequire(import.meta.url)("@aws-cdk/aws-service-spec/package.json") as { version: string };
  const text = [
    "{",
    ` "source": ${JSON.stringify(`@aws-cdk/aws-service-spec ${version} (Apache-2.0)`)},`,
    ` "resources": {\n${lines(resources)}\n },`,
    ` "definitions": [\n${definitions.map((definition) => `  ${JSON.stringify(definition)}`).join(",\n")}\n ],`,
    ` "names": {\n${known.join(",\n")}\n }`,
    "}",
    "",
  ].join("\n");
  return new Map([["data/cloudformation/spec.json", text]]);
}

function lines(entries: Readonly<Record<string, object>>): string {
  return Object.entries(entries)
    .map(([key, value]) => `  ${JSON.stringify(key)}: ${JSON.stringify(value)}`)
    .join(",\n");
}
