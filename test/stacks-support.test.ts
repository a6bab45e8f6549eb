// Nothing a file says is ignored: every field of the definitions is built, or makes nothing by nature, or is refused by name.
// "Built" is proven by its effect: another value gives other stacks or objects.
import fc from "fast-check";
import { describe, it } from "vitest";
import type { Cluster, ClusterConfig } from "../src/config/index.ts";
import type { FieldType, Struct } from "../src/config/schema/define.ts";
import { clusterConfig } from "../src/config/schema/cluster.ts";
import { desiredObjects, desiredStacks } from "../src/stacks/index.ts";
import type { DesiredStack } from "../src/stacks/index.ts";
import { refusals } from "../src/stacks/refusals.ts";
import { builtPaths, supportedPaths, supportOf } from "../src/stacks/support.ts";
import { randomised } from "../src/base/testing.ts";

type Json = Record<string, unknown>;

const clusterOf = (config: Json): Cluster => ({
  config: config as unknown as ClusterConfig,
  written: config as unknown as ClusterConfig,
  locate: (path) => ({ path: path.join(".") }),
});

const publicKey = (name: string): string =>
  `ssh-ed25519 ${Buffer.from(`....ssh-ed25519....${name.padEnd(32, "x")}`).toString("base64")} me`;

/** A cluster with one of everything that fields can be added to. */
function base(): Json {
  return {
    metadata: { name: "base", region: "eu-central-1", version: "1.34" },
    cloudWatch: { clusterLogging: { enableTypes: ["audit"] } },
    accessConfig: {
      accessEntries: [{ principalARN: "arn:aws:iam::1:role/a", accessPolicies: [{ policyARN: "p", accessScope: {} }] }],
    },
    iam: {
      withOIDC: true,
      serviceAccounts: [{ metadata: { name: "a" } }],
      podIdentityAssociations: [{ namespace: "n", serviceAccountName: "s", permissionPolicy: { Statement: [] } }],
    },
    iamIdentityMappings: [{}],
    addons: [
      { name: "aws-ebs-csi-driver" },
      {
        name: "vpc-cni",
        podIdentityAssociations: [{ namespace: "n", serviceAccountName: "s", permissionPolicy: { Statement: [] } }],
      },
    ],
    fargateProfiles: [{ name: "f", selectors: [{ namespace: "default" }] }],
    nodeGroups: [
      { name: "own", ssh: { allow: true }, additionalVolumes: [{ volumeName: "/dev/sdb" }] },
      {
        name: "mixed",
        instancesDistribution: { instanceTypes: ["m5.large"] },
        iam: { instanceRoleARN: "arn:aws:iam::1:role/n" },
      },
    ],
    managedNodeGroups: [{ name: "managed", ssh: { allow: true }, additionalVolumes: [{ volumeName: "/dev/sdb" }] }],
  };
}

/** Fields that live on the second entry of their list in {@link base}. */
const onSecond = [
  /^nodeGroups\[\]\.(instancesDistribution|iam\.instanceProfileARN)/,
  /^addons\[\]\.podIdentityAssociations/,
];

/** Values where one made up from the type would say nothing new, by the end of the path; the first match counts. */
const values: readonly [RegExp, unknown][] = [
  [/^availabilityZones$/, ["eu-central-1c", "eu-central-1a"]],
  [/availabilityZones$/, ["eu-central-1b"]],
  [/metadata\.region$/, "us-west-2"],
  [/vpc\.cidr$/, "10.0.0.0/16"],
  [/nat\.gateway$/, "Disable"],
  [/(disableIMDSv1|withShared|withLocal|withOIDC|vpcResourceControllerPolicy|publicAccess|ssh\.allow)$/, false],
  [/(manageSharedNodeSecurityGroupRules|bootstrapClusterCreatorAdminPermissions)$/, false],
  [/authenticationMode$/, "CONFIG_MAP"],
  [/serviceIPv4CIDR$/, "172.30.0.0/16"],
  [/withAddonPolicies$/, { ebs: true }],
  [/wellKnownPolicies$/, { certManager: true }],
  [/^(nodeGroups|managedNodeGroups)\[\]\.subnets$/, ["subnet-1"]],
  [/taints$/, [{ key: "k", value: "v", effect: "NoSchedule" }]],
  [/ssh\.publicKey$/, publicKey("a")],
  [/overrideBootstrapCommand$/, "apiVersion: node.eks.aws/v1alpha1\nkind: NodeConfig\nspec: {featureGates: {X: true}}"],
  [/^managedNodeGroups.*instanceType$/, "m6g.large"],
  [/^addons\[\]\.name$/, "other"],
];

/** Fields that every file has with the same value. */
const constant = new Set(["apiVersion", "kind"]);

function sample(type: FieldType, path: string): unknown {
  const given = values.find(([pattern]) => pattern.test(path));
  if (given) return given[1];
  if (type.kind === "text") return type.values?.at(-1) ?? "sample";
  if (type.kind === "flag") return true;
  if (type.kind === "number") return type.values?.[0] ?? 7;
  if (type.kind === "list") return [sample(type.of, path)];
  if (type.kind === "map") return { key: sample(type.of, path) };
  if (type.kind === "document") return { Version: "2012-10-17", Statement: [] };
  const entries = Object.entries(type.struct.fields);
  return Object.fromEntries(entries.map(([name, field]) => [name, sample(field.type, `${path}.${name}`)]));
}

/** Every path of the definitions with its type, structs and what is in them. */
function* paths(struct: Struct, prefix = ""): Generator<[string, FieldType]> {
  for (const [name, { type }] of Object.entries(struct.fields)) {
    const path = prefix === "" ? name : `${prefix}.${name}`;
    yield [path, type];
    if (type.kind === "struct") yield* paths(type.struct, path);
    if (type.kind === "list" && type.of.kind === "struct") yield* paths(type.of.struct, `${path}[]`);
    if (type.kind === "map" && type.of.kind === "struct") yield* paths(type.of.struct, `${path}.key`);
  }
}

function set(config: Json, path: string, value: unknown): Json {
  const second = onSecond.some((pattern) => pattern.test(path));
  let at: Json = config;
  const names = path.split(".");
  for (const [i, part] of names.entries()) {
    const name = part.replace("[]", "");
    if (i === names.length - 1) at[name] = value;
    else if (part.endsWith("[]")) {
      const list = (at[name] ??= [{}]) as Json[];
      const index = second && i === 0 ? 1 : 0;
      at = list[index] ??= {};
    } else at = (at[name] ??= {}) as Json;
  }
  return config;
}

/** The listed path that decides about a field: its own or the nearest above it. */
function deciding(path: string): string | undefined {
  for (let at = path; at !== ""; at = at.includes(".") ? at.slice(0, at.lastIndexOf(".")) : "") {
    if (supportOf(at) !== undefined) return at;
    if (at.endsWith("[]") && supportOf(at.slice(0, -2)) !== undefined) return at.slice(0, -2);
  }
  return undefined;
}

const fields = new Map(paths(clusterConfig));

const outcome = (config: Json): string => {
  const { stacks, refusals: refused } = desiredStacks(clusterOf(config));
  return JSON.stringify([stacks, refused, desiredObjects(clusterOf(config))]);
};

/** References of a template to resources it doesn't have, and imports of outputs that the cluster stack doesn't export. */
function danglingReferences(stacks: readonly DesiredStack[]): string[] {
  const exports = stacks.flatMap(({ stackName, template }) =>
    Object.entries(template.Outputs ?? {}).flatMap(([name, output]) =>
      output.Export ? [`${stackName}::${name}`] : [],
    ),
  );
  const found: string[] = [];
  const visit = (value: unknown, stack: DesiredStack): void => {
    if (typeof value !== "object" || value === null) return;
    const known = (id: string): boolean => id.startsWith("AWS::") || id in stack.template.Resources;
    for (const [key, inner] of Object.entries(value)) {
      const id = key === "Fn::GetAtt" ? (Array.isArray(inner) ? inner[0] : String(inner).split(".")[0]) : inner;
      if ((key === "Ref" || key === "Fn::GetAtt") && !known(id as string)) found.push(`${stack.stackName}: ${id}`);
      if (key === "Fn::ImportValue" && !exports.includes(inner as string)) found.push(`${stack.stackName}: ${inner}`);
      if (inner === undefined) found.push(`${stack.stackName}: ${key} is undefined`);
      visit(inner, stack);
    }
  };
  for (const stack of stacks) visit(stack.template, stack);
  return found;
}

describe("what the builders say of each field", () => {
  const built = new Set(builtPaths());
  const leaves = [...fields].filter(
    ([, type]) => type.kind !== "struct" && !(type.kind === "list" && type.of.kind === "struct"),
  );

  it("lists no field that the definitions don't have", ({ expect }) => {
    expect(supportedPaths().filter((path) => !fields.has(path))).toEqual([]);
  });

  it.for(leaves.filter(([path]) => built.has(path) && typeof supportOf(path) === "string" && !constant.has(path)))(
    "%s has an effect",
    ([path, type], { expect }) => {
      const changed = set(base(), path, sample(type, path));
      expect(refusals(clusterOf(changed))).toEqual([]);
      expect(outcome(changed)).not.toBe(outcome(base()));
    },
  );

  it.for(
    leaves.filter(([path]) => deciding(path) === undefined || typeof supportOf(deciding(path) ?? "") === "object"),
  )("%s is refused by name", ([path, type], { expect }) => {
    const listed = deciding(path);
    const config = set(base(), path, sample(type, path));
    // A block that counts only when it is switched on.
    if (listed === "autoModeConfig" || listed === "privateCluster") set(config, `${listed}.enabled`, true);
    const found = refusals(clusterOf(config));
    expect(found.map(({ data }) => data?.["field"])).toContain(listed ?? path);
    expect(found[0]).toMatchObject({ code: "stacks/not-yet", severity: "error", at: { path: expect.any(String) } });
  });

  it("builds templates that are whole, whatever fields come together", ({ expect }) => {
    const settable = leaves.filter(([path]) => supportOf(path) === "built");
    fc.assert(
      fc.property(fc.subarray(settable, { maxLength: 40 }), (chosen) => {
        const config = chosen.reduce((made, [path, type]) => set(made, path, sample(type, path)), base());
        const { stacks, refusals: refused } = desiredStacks(clusterOf(config));
        // Two groups of fields contradict each other by themselves; loading a file says so.
        fc.pre(refused.length === 0);
        expect(danglingReferences(stacks)).toEqual([]);
        expect(JSON.parse(JSON.stringify(stacks))).toEqual(stacks);
        const ids = new Set(stacks.map(({ stackName }) => stackName));
        expect(stacks.flatMap(({ dependsOn }) => dependsOn).filter((name) => !ids.has(name))).toEqual([]);
      }),
      randomised(60),
    );
  });

  it("refuses a field that no list knows", ({ expect }) => {
    const config = { ...base(), somethingNew: { deep: [1] } };
    expect(refusals(clusterOf(config)).map(({ title }) => title)).toEqual([
      "not yet: the field somethingNew.deep[] (somethingNew.deep.0: 1)",
    ]);
  });

  it("makes nothing at all of a file it refuses a part of", ({ expect }) => {
    expect(desiredStacks(clusterOf({ ...base(), karpenter: { version: "1.0" } })).stacks).toEqual([]);
  });
});
