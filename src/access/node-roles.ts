// Roles that the nodes of a cluster run with, as far as EKS knows: managed node groups and Fargate profiles.
import type { Aws } from "../aws/index.ts";
import { allPages } from "../aws/index.ts";
import type { NodeRole } from "../identity/index.ts";

async function nodeGroupRoles(aws: Aws, clusterName: string): Promise<NodeRole[]> {
  const names = await allPages(async (nextToken) => {
    const page = await aws.call("eks", "ListNodegroups", { clusterName, ...(nextToken ? { nextToken } : {}) });
    return { items: page.nodegroups, next: page.nextToken };
  });
  return Promise.all(
    names.map(async (nodegroupName) => {
      const { nodegroup } = await aws.call("eks", "DescribeNodegroup", { clusterName, nodegroupName });
      const kind = nodegroup?.amiType?.startsWith("WINDOWS") ? "windows" : "linux";
      return { arn: nodegroup?.nodeRole ?? "", kind, name: `node group ${nodegroupName}` } as const;
    }),
  );
}

async function fargateRoles(aws: Aws, clusterName: string): Promise<NodeRole[]> {
  const names = await allPages(async (nextToken) => {
    const page = await aws.call("eks", "ListFargateProfiles", { clusterName, ...(nextToken ? { nextToken } : {}) });
    return { items: page.fargateProfileNames, next: page.nextToken };
  });
  return Promise.all(
    names.map(async (fargateProfileName) => {
      const { fargateProfile } = await aws.call("eks", "DescribeFargateProfile", { clusterName, fargateProfileName });
      const arn = fargateProfile?.podExecutionRoleArn ?? "";
      return { arn, kind: "fargate", name: `Fargate profile ${fargateProfileName}` } as const;
    }),
  );
}

/** The roles, each with what uses it. */
export async function nodeRoles(aws: Aws, clusterName: string): Promise<NodeRole[]> {
  const found = await Promise.all([nodeGroupRoles(aws, clusterName), fargateRoles(aws, clusterName)]);
  return found.flat().filter(({ arn }) => arn !== "");
}
