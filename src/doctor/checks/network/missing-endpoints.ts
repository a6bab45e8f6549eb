// LT-N018: Nodes can't reach AWS's services.
import { nodeSubnets, routesOf } from "../../account/network.ts";
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { ofCluster } from "../../sight.ts";

/** Nodes can't reach AWS's services. */
export const missingEndpoints: Check = defineCheck({
  id: "LT-N018",
  title: "Nodes can't reach AWS's services",
  area: "network",
  severity: "error",
  why: "Nodes without a way out need VPC endpoints for ec2, ecr.api, ecr.dkr, s3 and sts, or they never join and pull no images; Pod Identity needs eks-auth, and what ships logs or asks EKS needs logs and eks.",
  docs: "https://docs.aws.amazon.com/eks/latest/userguide/private-clusters.html",
  remedy: "Make the endpoints, or a NAT gateway.",
  account: async (account) => {
    const [subnets, tables, endpoints] = await Promise.all([
      nodeSubnets(account),
      account.read("routeTables"),
      account.read("vpcEndpoints"),
    ]);
    const shut = subnets.filter(
      ({ SubnetId = "" }) =>
        !routesOf(SubnetId, tables).some(({ DestinationCidrBlock }) => DestinationCidrBlock === "0.0.0.0/0"),
    );
    const there = endpoints.map(({ ServiceName = "" }) => ServiceName.split(".").slice(3).join("."));
    if (shut.length === 0) return [];
    const associations = await account.read("associations");
    // Without these no node joins, or no pod gets its role; without the others only what asks for them fails.
    const vital = ["ec2", "ecr.api", "ecr.dkr", "s3", "sts", ...(associations.length > 0 ? ["eks-auth"] : [])];
    const missing = [...new Set([...vital, "logs", "eks"])].filter((name) => !there.includes(name));
    const text = `${shut.length} subnets have no way out, and endpoints for ${missing.join(", ")} are missing`;
    const severity = missing.some((name) => vital.includes(name)) ? "error" : "info";
    return ofCluster(account, missing.length > 0 && { text, severity, evidence: { missing } });
  },
});
