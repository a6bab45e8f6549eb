// Clusters, their updates, versions, insights and tags: each operation at work and refused.
import { clusterRequest } from "../testing.ts";
import type { World } from "../testing.ts";
import type { OperationCase } from "./case.ts";
import { ask, noCluster, roleFor } from "./case.ts";

const prod = "arn:aws:eks:eu-central-1:123456789012:cluster/prod";
const status = (here: World, name = "prod"): unknown => ask(here, "DescribeCluster", { name }, "cluster", "status");
const keyArn = (here: World, KeySpec = "SYMMETRIC_DEFAULT"): string =>
  here.call<{ KeyMetadata: { Arn: string } }>("kms", "CreateKey", {
    KeySpec,
    KeyUsage: KeySpec === "SYMMETRIC_DEFAULT" ? "ENCRYPT_DECRYPT" : "SIGN_VERIFY",
  }).KeyMetadata.Arn;
const encryption = (key: string): object[] => [{ resources: ["secrets"], provider: { keyArn: key } }];
const register = { name: "edge", connectorConfig: { provider: "OTHER", roleArn: "arn:aws:iam::1:role/x" } };
const updateIds = (here: World, name = "prod"): string[] => ask(here, "ListUpdates", { name }, "updateIds") as string[];
function autoModeRollback(here: World): void {
  const request = {
    name: "auto",
    roleArn: roleFor(here, "auto", "eks.amazonaws.com"),
    bootstrapSelfManagedAddons: false,
    computeConfig: { enabled: true, nodePools: ["general-purpose"], nodeRoleArn: here.nodeRole },
    kubernetesNetworkConfig: { elasticLoadBalancing: { enabled: true } },
    storageConfig: { blockStorage: { enabled: true } },
  };
  here.eks("CreateCluster", clusterRequest(here, request));
  status(here, "auto");
  here.eks("UpdateClusterVersion", { name: "auto", version: "1.35" });
  status(here, "auto");
  here.eks("UpdateClusterVersion", { name: "auto", version: "1.34" });
}
const upgrade = (here: World): string =>
  ask(here, "UpdateClusterVersion", { name: "prod", version: "1.35" }, "update", "id") as string;

export const clusterCases: Readonly<Record<string, OperationCase>> = {
  CreateCluster: {
    input: (here) => clusterRequest(here, { name: "second" }),
    effect: (here) => status(here, "second"),
    shows: "ACTIVE",
    refused: [(here) => clusterRequest(here), "ResourceInUseException"],
  },
  DescribeCluster: {
    input: { name: "prod" },
    shows: { cluster: { name: "prod", arn: prod, status: "ACTIVE", platformVersion: /^eks\.\d+$/ } },
    refused: [noCluster, "ResourceNotFoundException"],
  },
  ListClusters: {
    input: {},
    shows: { clusters: ["prod"] },
    refused: [{ maxResults: 101 }, "InvalidParameterException"],
  },
  DeleteCluster: {
    input: { name: "prod" },
    effect: (here) => [status(here, "prod-is-gone-after-this"), ask(here, "ListClusters", {}, "clusters")],
    given: (here) => here.eks("CreateCluster", clusterRequest(here, { name: "prod-is-gone-after-this" })),
    shows: ["ACTIVE", ["prod-is-gone-after-this"]],
    refused: [noCluster, "ResourceNotFoundException"],
  },
  RegisterCluster: {
    input: register,
    effect: (here) => ask(here, "DescribeCluster", { name: "edge" }, "cluster"),
    shows: { status: "PENDING", connectorConfig: { provider: "OTHER" } },
    refused: [
      { ...register, name: "other", connectorConfig: { provider: "ECS", roleArn: "x" } },
      "InvalidParameterException",
    ],
  },
  DeregisterCluster: {
    given: (here) => here.eks("RegisterCluster", register),
    input: { name: "edge" },
    effect: (here) => ask(here, "ListClusters", { include: ["all"] }, "clusters"),
    shows: ["prod"],
    refused: [{ name: "prod" }, "ResourceNotFoundException"],
  },
  UpdateClusterConfig: {
    input: { name: "prod", logging: { clusterLogging: [{ types: ["audit"], enabled: true }] } },
    effect: (here) => [status(here), ask(here, "DescribeCluster", { name: "prod" }, "cluster", "logging")],
    shows: ["ACTIVE", { clusterLogging: [{ types: ["audit"], enabled: true }, { enabled: false }] }],
    refused: [
      { name: "prod", deletionProtection: true, zonalShiftConfig: { enabled: true } },
      "InvalidParameterException",
    ],
  },
  UpdateClusterVersion: {
    input: { name: "prod", version: "1.35" },
    effect: (here) => [status(here), ask(here, "DescribeCluster", { name: "prod" }, "cluster", "version")],
    shows: ["ACTIVE", "1.35"],
    refused: [{ name: "prod", version: "1.37" }, "InvalidParameterException"],
  },
  AssociateEncryptionConfig: {
    input: (here) => ({ clusterName: "prod", encryptionConfig: encryption(keyArn(here)) }),
    effect: (here) => [status(here), ask(here, "DescribeCluster", { name: "prod" }, "cluster", "encryptionConfig")],
    shows: ["ACTIVE", [{ resources: ["secrets"] }]],
    refused: [
      (here) => ({ clusterName: "prod", encryptionConfig: encryption(keyArn(here)) }),
      "InvalidRequestException",
    ],
  },
  DescribeUpdate: {
    given: upgrade,
    input: (here) => ({
      name: "prod",
      updateId: updateIds(here)[0],
    }),
    shows: { update: { type: "VersionUpdate", status: "Successful", errors: [] } },
    refused: [{ name: "prod", updateId: "00000000-0000-0000-0000-000000000000" }, "ResourceNotFoundException"],
  },
  ListUpdates: {
    given: upgrade,
    input: { name: "prod" },
    shows: { updateIds: [/^[0-9a-f-]{36}$/] },
    refused: [{ name: "prod", capabilityName: "none" }, "ResourceNotFoundException"],
  },
  CancelUpdate: {
    // Auto Mode's nodes go back first, and until they are back the control plane hasn't begun.
    given: autoModeRollback,
    input: (here) => ({ name: "auto", updateId: updateIds(here, "auto").at(-1) }),
    effect: (here) => [
      status(here, "auto"),
      ask(here, "DescribeCluster", { name: "auto" }, "cluster", "version"),
      ask(here, "DescribeUpdate", { name: "auto", updateId: updateIds(here, "auto").at(-1) }, "update"),
    ],
    shows: ["ACTIVE", "1.35", { type: "VersionRollback", status: "Cancelled", cancellation: { status: "Successful" } }],
    refused: [(here) => ({ name: "auto", updateId: updateIds(here, "auto")[0] }), "InvalidRequestException"],
  },
  DescribeClusterVersions: {
    input: { clusterVersions: ["1.31", "1.34"] },
    shows: {
      clusterVersions: [
        { clusterVersion: "1.34", versionStatus: "STANDARD_SUPPORT", status: "standard-support" },
        { clusterVersion: "1.31", versionStatus: "EXTENDED_SUPPORT", status: "extended-support" },
      ],
    },
    refused: [{ versionStatus: "ANCIENT" }, "InvalidParameterException"],
  },
  ListInsights: {
    input: { clusterName: "prod", filter: { categories: ["UPGRADE_READINESS"] } },
    effect: (_here, { insights }: { insights: { kubernetesVersion: string }[] }) => insights[0],
    shows: { name: "Kubelet version skew", kubernetesVersion: "1.35", insightStatus: { status: "PASSING" } },
    refused: [noCluster, "ResourceNotFoundException"],
  },
  DescribeInsight: {
    input: (here) => ({
      clusterName: "prod",
      id: (ask(here, "ListInsights", { clusterName: "prod" }, "insights") as { id: string }[])[1]?.id,
    }),
    shows: { insight: { name: "EKS add-on version compatibility", category: "UPGRADE_READINESS" } },
    refused: [{ clusterName: "prod", id: "none" }, "ResourceNotFoundException"],
  },
  StartInsightsRefresh: {
    input: { clusterName: "prod" },
    shows: { status: "COMPLETED" },
    refused: [noCluster, "ResourceNotFoundException"],
  },
  DescribeInsightsRefresh: {
    input: { clusterName: "prod" },
    shows: { status: "COMPLETED", startedAt: expectDate },
    refused: [noCluster, "ResourceNotFoundException"],
  },
  TagResource: {
    input: { resourceArn: prod, tags: { team: "a" } },
    effect: (here) => ask(here, "DescribeCluster", { name: "prod" }, "cluster", "tags"),
    shows: { team: "a" },
    refused: [{ resourceArn: prod, tags: { "aws:x": "y" } }, "BadRequestException"],
  },
  UntagResource: {
    given: (here) => here.eks("TagResource", { resourceArn: prod, tags: { team: "a", stage: "b" } }),
    input: { resourceArn: prod, tagKeys: ["team"] },
    effect: (here) => [ask(here, "DescribeCluster", { name: "prod" }, "cluster", "tags")],
    shows: [{ stage: "b" }],
    refused: [{ resourceArn: `${prod}uction`, tagKeys: ["team"] }, "NotFoundException"],
  },
  ListTagsForResource: {
    given: (here) => here.eks("TagResource", { resourceArn: prod, tags: { team: "a" } }),
    input: { resourceArn: prod },
    shows: { tags: { team: "a" } },
    refused: [{ resourceArn: "prod" }, "BadRequestException"],
  },
};

/** Stands for any date. */
function expectDate(value: unknown): boolean {
  return value instanceof Date;
}
