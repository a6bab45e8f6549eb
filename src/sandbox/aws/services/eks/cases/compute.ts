// Node groups, Fargate profiles and add-ons: each operation at work and refused.
import type { World } from "../testing.ts";
import type { OperationCase } from "./case.ts";
import { ask, noCluster } from "./case.ts";

const group = (here: World, change: object = {}): object => ({
  clusterName: "prod",
  nodegroupName: "ng",
  nodeRole: here.nodeRole,
  subnets: here.privateSubnets,
  scalingConfig: { minSize: 1, desiredSize: 2, maxSize: 3 },
  ...change,
});
const withGroup = (here: World): unknown => {
  here.eks("CreateNodegroup", group(here));
  return ask(here, "DescribeNodegroup", ng, "nodegroup", "status");
};
const ng = { clusterName: "prod", nodegroupName: "ng" };
const noGroup = { ...ng, nodegroupName: "none" };
const groupNow = (here: World): unknown => ask(here, "DescribeNodegroup", ng, "nodegroup");

const profile = (here: World, change: object = {}): object => ({
  clusterName: "prod",
  fargateProfileName: "fp",
  podExecutionRoleArn: here.fargateRole,
  subnets: here.privateSubnets,
  selectors: [{ namespace: "default" }],
  ...change,
});
const fp = { clusterName: "prod", fargateProfileName: "fp" };
const withProfile = (here: World): unknown => {
  here.eks("CreateFargateProfile", profile(here));
  return ask(here, "DescribeFargateProfile", fp, "fargateProfile");
};

const cni = { clusterName: "prod", addonName: "vpc-cni" };
const cniVersions = (here: World): string[] =>
  (
    ask(here, "DescribeAddonVersions", { addonName: "vpc-cni", kubernetesVersion: "1.34" }, "addons") as {
      addonVersions: { addonVersion: string }[];
    }[]
  )[0]?.addonVersions.map(({ addonVersion }) => addonVersion) ?? [];
const withCni = (here: World): unknown => {
  here.eks("CreateAddon", cni);
  return ask(here, "DescribeAddon", cni, "addon");
};

export const computeCases: Readonly<Record<string, OperationCase>> = {
  CreateNodegroup: {
    input: group,
    effect: groupNow,
    shows: {
      status: "ACTIVE",
      version: "1.34",
      amiType: "AL2023_x86_64_STANDARD",
      instanceTypes: ["t3.medium"],
      diskSize: 20,
      updateConfig: { maxUnavailable: 1 },
      resources: { autoScalingGroups: [{ name: /^eks-ng-[0-9a-f-]{36}$/ }] },
    },
    refused: [
      (here) => group(here, { nodegroupName: "two", scalingConfig: { minSize: 2, desiredSize: 1, maxSize: 3 } }),
      "InvalidParameterException",
    ],
  },
  DescribeNodegroup: {
    given: withGroup,
    input: ng,
    shows: { nodegroup: { nodegroupName: "ng", status: "ACTIVE", health: { issues: [] } } },
    refused: [noGroup, "ResourceNotFoundException"],
  },
  ListNodegroups: {
    given: withGroup,
    input: { clusterName: "prod" },
    shows: { nodegroups: ["ng"] },
    refused: [noCluster, "ResourceNotFoundException"],
  },
  UpdateNodegroupConfig: {
    given: withGroup,
    input: {
      ...ng,
      scalingConfig: { desiredSize: 3 },
      labels: { addOrUpdateLabels: { tier: "web" } },
      taints: { addOrUpdateTaints: [{ key: "gpu", value: "yes", effect: "NO_SCHEDULE" }] },
    },
    effect: groupNow,
    shows: {
      status: "ACTIVE",
      scalingConfig: { minSize: 1, desiredSize: 3, maxSize: 3 },
      labels: { tier: "web" },
      taints: [{ key: "gpu", value: "yes", effect: "NO_SCHEDULE" }],
    },
    // One is there already: fifty are all that a group may have.
    refused: [
      {
        ...ng,
        taints: {
          addOrUpdateTaints: Array.from({ length: 50 }, (_, i) => ({ key: `t${i}`, value: "", effect: "NO_EXECUTE" })),
        },
      },
      "InvalidParameterException",
    ],
  },
  UpdateNodegroupVersion: {
    given: (here) => {
      withGroup(here);
      here.eks("UpdateClusterVersion", { name: "prod", version: "1.35" });
      ask(here, "DescribeCluster", { name: "prod" });
    },
    input: { ...ng, version: "1.35" },
    effect: groupNow,
    shows: { status: "ACTIVE", version: "1.35", releaseVersion: /^1\.35\.\d+-\d{8}$/ },
    refused: [{ ...ng, version: "1.36" }, "InvalidParameterException"],
  },
  DeleteNodegroup: {
    given: withGroup,
    input: ng,
    effect: (here) => {
      here.cloud.clock.settle();
      return ask(here, "ListNodegroups", { clusterName: "prod" }, "nodegroups");
    },
    shows: [],
    refused: [ng, "ResourceNotFoundException"],
  },

  CreateFargateProfile: {
    input: profile,
    effect: (here) => ask(here, "DescribeFargateProfile", fp, "fargateProfile"),
    shows: { status: "ACTIVE", selectors: [{ namespace: "default" }] },
    refused: [
      (here) => profile(here, { fargateProfileName: "two", subnets: here.publicSubnets }),
      "InvalidParameterException",
    ],
  },
  DescribeFargateProfile: {
    given: withProfile,
    input: fp,
    shows: { fargateProfile: { fargateProfileArn: /fargateprofile\/prod\/fp\/[0-9a-f-]{36}$/, status: "ACTIVE" } },
    refused: [{ ...fp, fargateProfileName: "none" }, "ResourceNotFoundException"],
  },
  ListFargateProfiles: {
    given: withProfile,
    input: { clusterName: "prod" },
    shows: { fargateProfileNames: ["fp"] },
    refused: [noCluster, "ResourceNotFoundException"],
  },
  DeleteFargateProfile: {
    given: withProfile,
    input: fp,
    effect: (here) => ask(here, "ListFargateProfiles", { clusterName: "prod" }, "fargateProfileNames"),
    shows: [],
    refused: [fp, "ResourceNotFoundException"],
  },

  DescribeAddonVersions: {
    input: { addonName: "vpc-cni", kubernetesVersion: "1.34" },
    effect: (here) => cniVersions(here)[0],
    shows: /^v1\.\d+\.\d+-eksbuild\.\d+$/,
    refused: [{ addonName: "vpc-cni", kubernetesVersion: "2.0" }, "InvalidParameterException"],
  },
  DescribeAddonConfiguration: {
    input: (here) => ({ addonName: "vpc-cni", addonVersion: cniVersions(here)[0] }),
    shows: { configurationSchema: /enableNetworkPolicy/, podIdentityConfiguration: [{ serviceAccount: "aws-node" }] },
    refused: [{ addonName: "vpc-cni", addonVersion: "v0.0.1-eksbuild.1" }, "InvalidParameterException"],
  },
  CreateAddon: {
    input: { ...cni, configurationValues: '{"env":{"ENABLE_PREFIX_DELEGATION":"true"}}' },
    effect: (here) => ask(here, "DescribeAddon", cni, "addon"),
    shows: { status: "ACTIVE", configurationValues: '{"env":{"ENABLE_PREFIX_DELEGATION":"true"}}' },
    refused: [{ ...cni, addonName: "kube-proxy", configurationValues: '{"nonsense":1}' }, "InvalidParameterException"],
  },
  DescribeAddon: {
    given: withCni,
    input: cni,
    shows: { addon: { addonName: "vpc-cni", status: "ACTIVE", health: { issues: [] } } },
    refused: [{ ...cni, addonName: "coredns" }, "ResourceNotFoundException"],
  },
  ListAddons: {
    given: withCni,
    input: { clusterName: "prod" },
    shows: { addons: ["vpc-cni"] },
    refused: [noCluster, "ResourceNotFoundException"],
  },
  UpdateAddon: {
    given: withCni,
    input: (here) => ({ ...cni, addonVersion: cniVersions(here).at(-1), resolveConflicts: "PRESERVE" }),
    effect: (here) => [ask(here, "DescribeAddon", cni, "addon"), cniVersions(here).length > 1],
    shows: [{ status: "ACTIVE", addonVersion: /^v1\./ }, true],
    refused: [{ ...cni, resolveConflicts: "MERGE" }, "InvalidParameterException"],
  },
  DeleteAddon: {
    given: withCni,
    input: { ...cni, preserve: true },
    effect: (here) => ask(here, "ListAddons", { clusterName: "prod" }, "addons"),
    shows: [],
    refused: [cni, "ResourceNotFoundException"],
  },
};
