// What the API's own model says of its inputs (enumerations, lengths, ranges, either-ors): the sandbox holds it.
import { describe, it } from "vitest";
import { refusal } from "../../testing.ts";
import { roleFor } from "./cases/case.ts";
import type { World } from "./testing.ts";
import { clusterRequest, worldWithCluster } from "./testing.ts";

type Make = (here: World, change: object) => object;
const makers: Readonly<Record<string, Make>> = {
  CreateCluster: (here, change) => clusterRequest(here, { name: "second", ...change }),
  UpdateClusterConfig: (_here, change) => ({ name: "prod", ...change }),
  CreateNodegroup: (here, change) => ({
    clusterName: "prod",
    nodegroupName: "ng",
    nodeRole: here.nodeRole,
    subnets: here.privateSubnets,
    ...change,
  }),
  CreateAddon: (_here, change) => ({ clusterName: "prod", addonName: "vpc-cni", ...change }),
  CreateFargateProfile: (here, change) => ({
    clusterName: "prod",
    fargateProfileName: "fp",
    podExecutionRoleArn: here.fargateRole,
    subnets: here.privateSubnets,
    selectors: [{ namespace: "default" }],
    ...change,
  }),
  AssociateIdentityProviderConfig: (_here, change) => ({
    clusterName: "prod",
    oidc: { identityProviderConfigName: "a", issuerUrl: "https://a.example.com", clientId: "b", ...change },
  }),
  CreateCapability: (here, change) => ({
    clusterName: "prod",
    capabilityName: "c",
    type: "KRO",
    roleArn: roleFor(here, "capability", "capabilities.eks.amazonaws.com"),
    deletePropagationPolicy: "RETAIN",
    ...change,
  }),
  ListInsights: (_here, change) => ({ clusterName: "prod", filter: change }),
  TagResource: (_here, change) => ({ resourceArn: "arn:aws:eks:eu-central-1:123456789012:cluster/prod", ...change }),
  UntagResource: (_here, change) => ({ resourceArn: "arn:aws:eks:eu-central-1:123456789012:cluster/prod", ...change }),
};

const many = <T>(count: number, make: (index: number) => T): T[] => Array.from({ length: count }, (_, i) => make(i));
const tags = (count: number): object => ({ tags: Object.fromEntries(many(count, (i) => [`k${i}`, "v"])) });
const long = (length: number): string => "a".repeat(length);
const repair = (config: object): object => ({ nodeRepairConfig: { enabled: true, ...config } });
const override = { nodeMonitoringCondition: "x", nodeUnhealthyReason: "y", minRepairWaitTimeMins: 1 };

/** An input that is fine, and one just beyond. */
const rows: readonly [operation: string, what: string, fine: object, beyond: object][] = [
  ["CreateCluster", "name of 100", { name: long(100) }, { name: long(101) }],
  ["CreateCluster", "name's first character", { name: "0a" }, { name: "_a" }],
  ["CreateCluster", "50 tags", tags(50), tags(51)],
  ["CreateCluster", "tag key of 128", { tags: { [long(128)]: "" } }, { tags: { [long(129)]: "" } }],
  ["CreateCluster", "tag value of 256", { tags: { k: long(256) } }, { tags: { k: long(257) } }],
  [
    "CreateCluster",
    "support type",
    { upgradePolicy: { supportType: "STANDARD" } },
    { upgradePolicy: { supportType: "NONE" } },
  ],
  [
    "CreateCluster",
    "tier",
    { controlPlaneScalingConfig: { tier: "tier-xl" } },
    { controlPlaneScalingConfig: { tier: "xl" } },
  ],
  [
    "CreateCluster",
    "log types",
    { logging: { clusterLogging: [{ types: ["api"], enabled: true }] } },
    { logging: { clusterLogging: [{ types: ["kubelet"], enabled: true }] } },
  ],
  [
    "CreateCluster",
    "authentication mode",
    { accessConfig: { authenticationMode: "API" } },
    { accessConfig: { authenticationMode: "IAM" } },
  ],
  [
    "CreateCluster",
    "remote networks of 15 ranges",
    { remoteNetworkConfig: { remoteNodeNetworks: [{ cidrs: many(15, (i) => `10.${i}.0.0/16`) }] } },
    { remoteNetworkConfig: { remoteNodeNetworks: [{ cidrs: many(16, (i) => `10.${i}.0.0/16`) }] } },
  ],
  [
    "CreateCluster",
    "one list of remote networks",
    { remoteNetworkConfig: { remoteNodeNetworks: [{ cidrs: ["10.0.0.0/16"] }] } },
    { remoteNetworkConfig: { remoteNodeNetworks: [{ cidrs: ["10.0.0.0/16"] }, { cidrs: ["10.1.0.0/16"] }] } },
  ],
  [
    "CreateCluster",
    "service range from /24 …",
    { kubernetesNetworkConfig: { serviceIpv4Cidr: "10.1.0.0/24" } },
    { kubernetesNetworkConfig: { serviceIpv4Cidr: "10.1.0.0/25" } },
  ],
  [
    "CreateCluster",
    "… to /12, in private space",
    { kubernetesNetworkConfig: { serviceIpv4Cidr: "172.16.0.0/12" } },
    { kubernetesNetworkConfig: { serviceIpv4Cidr: "10.0.0.0/11" } },
  ],
  [
    "CreateCluster",
    "service range apart from the VPC",
    { kubernetesNetworkConfig: { serviceIpv4Cidr: "10.1.0.0/16" } },
    { kubernetesNetworkConfig: { serviceIpv4Cidr: "192.168.0.0/16" } },
  ],
  ["CreateNodegroup", "name of 63", { nodegroupName: long(63) }, { nodegroupName: long(64) }],
  ["CreateNodegroup", "AMI type", { amiType: "BOTTLEROCKET_x86_64" }, { amiType: "UBUNTU" }],
  ["CreateNodegroup", "AMI type of the version", { amiType: "AL2023_x86_64_STANDARD" }, { amiType: "AL2_x86_64" }],
  ["CreateNodegroup", "capacity", { capacityType: "SPOT" }, { capacityType: "RESERVED" }],
  ["CreateNodegroup", "label key of 63", { labels: { [long(63)]: "x" } }, { labels: { [`a/${long(62)}`]: "x" } }],
  ["CreateNodegroup", "label value of 63", { labels: { a: long(63) } }, { labels: { a: long(64) } }],
  [
    "CreateNodegroup",
    "labels of one's own",
    { labels: { "team.io/x": "y" } },
    { labels: { "eks.amazonaws.com/x": "y" } },
  ],
  [
    "CreateNodegroup",
    "50 taints",
    { taints: many(50, (i) => ({ key: `k${i}`, effect: "NO_SCHEDULE" })) },
    { taints: many(51, (i) => ({ key: `k${i}`, effect: "NO_SCHEDULE" })) },
  ],
  [
    "CreateNodegroup",
    "taint effects",
    { taints: [{ key: "a", effect: "NO_EXECUTE" }] },
    { taints: [{ key: "a", effect: "NoExecute" }] },
  ],
  [
    "CreateNodegroup",
    "20 instance types",
    { instanceTypes: many(20, () => "t3.large") },
    { instanceTypes: many(21, () => "t3.large") },
  ],
  [
    "CreateNodegroup",
    "types of the image's architecture",
    { instanceTypes: ["m5.large"] },
    { instanceTypes: ["m6g.large"] },
  ],
  ["CreateNodegroup", "types that exist", { instanceTypes: ["m5.large"] }, { instanceTypes: ["m5.tiny"] }],
  [
    "CreateNodegroup",
    "unavailable from 1 to 100",
    { updateConfig: { maxUnavailable: 100 } },
    { updateConfig: { maxUnavailable: 101 } },
  ],
  [
    "CreateNodegroup",
    "unavailable counted or as a share",
    { updateConfig: { maxUnavailablePercentage: 100 } },
    { updateConfig: { maxUnavailable: 1, maxUnavailablePercentage: 50 } },
  ],
  [
    "CreateNodegroup",
    "update strategy",
    { updateConfig: { updateStrategy: "MINIMAL" } },
    { updateConfig: { updateStrategy: "FAST" } },
  ],
  [
    "CreateNodegroup",
    "a size of at least 1 at most",
    { scalingConfig: { minSize: 0, desiredSize: 0, maxSize: 1 } },
    { scalingConfig: { minSize: 0, desiredSize: 0, maxSize: 0 } },
  ],
  [
    "CreateNodegroup",
    "all three sizes",
    { scalingConfig: { minSize: 1, desiredSize: 1, maxSize: 1 } },
    { scalingConfig: { minSize: 1, maxSize: 1 } },
  ],
  [
    "CreateNodegroup",
    "repair thresholds of 1 to 100 %",
    repair({ maxUnhealthyNodeThresholdPercentage: 100 }),
    repair({ maxUnhealthyNodeThresholdPercentage: 101 }),
  ],
  [
    "CreateNodegroup",
    "repairs counted or as a share",
    repair({ maxParallelNodesRepairedCount: 1 }),
    repair({ maxParallelNodesRepairedCount: 1, maxParallelNodesRepairedPercentage: 10 }),
  ],
  [
    "CreateNodegroup",
    "repair actions",
    repair({ nodeRepairConfigOverrides: [{ ...override, repairAction: "Reboot" }] }),
    repair({ nodeRepairConfigOverrides: [{ ...override, repairAction: "Restart" }] }),
  ],
  [
    "CreateNodegroup",
    "warm pool state",
    { warmPoolConfig: { poolState: "STOPPED" } },
    { warmPoolConfig: { poolState: "COLD" } },
  ],
  ["CreateNodegroup", "warm pool size", { warmPoolConfig: { minSize: 0 } }, { warmPoolConfig: { minSize: -1 } }],
  ["CreateAddon", "conflict resolution", { resolveConflicts: "OVERWRITE" }, { resolveConflicts: "FORCE" }],
  [
    "CreateAddon",
    "namespace of 63",
    { namespaceConfig: { namespace: long(63) } },
    { namespaceConfig: { namespace: long(64) } },
  ],
  [
    "CreateAddon",
    "settings of its schema",
    { configurationValues: '{"env":{}}' },
    { configurationValues: '{"environment":{}}' },
  ],
  [
    "CreateFargateProfile",
    "5 selectors",
    { selectors: many(5, (i) => ({ namespace: `n${i}` })) },
    { selectors: many(6, (i) => ({ namespace: `n${i}` })) },
  ],
  [
    "CreateFargateProfile",
    "5 labels of a selector",
    { selectors: [{ namespace: "n", labels: Object.fromEntries(many(5, (i) => [`k${i}`, "v"])) }] },
    { selectors: [{ namespace: "n", labels: Object.fromEntries(many(6, (i) => [`k${i}`, "v"])) }] },
  ],
  ["AssociateIdentityProviderConfig", "an https issuer", {}, { issuerUrl: "http://a.example.com" }],
  [
    "AssociateIdentityProviderConfig",
    "claims of 253",
    { requiredClaims: { k: long(253) } },
    { requiredClaims: { k: long(254) } },
  ],
  ["CreateCapability", "type", { type: "KRO" }, { type: "FLUX" }],
  ["CreateCapability", "settings of its type", {}, { configuration: { argoCd: {} } }],
  ["ListInsights", "categories", { categories: ["MISCONFIGURATION"] }, { categories: ["SECURITY"] }],
  ["ListInsights", "statuses", { statuses: ["UNKNOWN"] }, { statuses: ["FINE"] }],
  ["TagResource", "50 tags", tags(50), tags(51)],
  ["UntagResource", "50 keys", { tagKeys: many(50, (i) => `k${i}`) }, { tagKeys: many(51, (i) => `k${i}`) }],
];

describe("limits of EKS's API", () => {
  it.for(rows)("%s: %s", ([operation, , fine, beyond], { expect }) => {
    const make = makers[operation];
    if (!make) throw new Error(`no maker for ${operation}`);
    const tried = (change: object): string => {
      const here = worldWithCluster();
      return refusal(() => here.eks(operation, make(here, change)));
    };
    expect(tried(fine)).toBe("nothing");
    expect(tried(beyond)).toMatch(/^(InvalidParameter|BadRequest)Exception: ./);
  });

  it("UpdateCapability changes Argo CD's role mappings by role", ({ expect }) => {
    const here = worldWithCluster();
    const mapping = (role: string, id: string): object => ({ role, identities: [{ id, type: "SSO_GROUP" }] });
    const argoCd = {
      awsIdc: { idcInstanceArn: "arn:aws:sso:::instance/a" },
      rbacRoleMappings: [mapping("ADMIN", "a")],
    };
    const make = makers["CreateCapability"];
    here.eks("CreateCapability", make?.(here, { type: "ARGOCD", configuration: { argoCd } }) ?? {});
    const name = { clusterName: "prod", capabilityName: "c" };
    const now = (): unknown => here.eks<{ capability: unknown }>("DescribeCapability", name).capability;
    expect(now()).toMatchObject({ status: "ACTIVE" });
    const rbacRoleMappings = {
      addOrUpdateRoleMappings: [mapping("VIEWER", "b")],
      removeRoleMappings: [mapping("ADMIN", "a")],
    };
    here.eks("UpdateCapability", { ...name, configuration: { argoCd: { rbacRoleMappings } } });
    expect(now()).toMatchObject({
      status: "ACTIVE",
      configuration: { argoCd: { ...argoCd, rbacRoleMappings: [mapping("VIEWER", "b")] } },
    });
  });

  it("CreatePodIdentityAssociation takes a target role of any account, and nothing else", ({ expect }) => {
    const here = worldWithCluster();
    const roleArn = roleFor(here, "pods", "pods.eks.amazonaws.com");
    const associate = (serviceAccount: string, targetRoleArn: string): string =>
      refusal(() =>
        here.eks("CreatePodIdentityAssociation", {
          clusterName: "prod",
          namespace: "default",
          serviceAccount,
          roleArn,
          targetRoleArn,
        }),
      );
    expect(associate("a", "arn:aws:iam::999999999999:role/theirs")).toBe("nothing");
    expect(associate("b", "theirs")).toMatch(/^InvalidParameterException: /);
  });
});
