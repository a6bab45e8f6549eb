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
  why: "Nodes without a way out need VPC endpoints for ec2, ecr.api, ecr.dkr, s3, sts, logs, eks and eks-auth, or they never join and pull no images.",
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
    const missing = ["ec2", "ecr.api", "ecr.dkr", "s3", "sts", "logs", "eks", "eks-auth"].filter(
      (name) => !there.includes(name),
    );
    const text = `${shut.length} subnets have no way out, and endpoints for ${missing.join(", ")} are missing`;
    return ofCluster(account, shut.length > 0 && missing.length > 0 && { text, evidence: { missing } });
  },
});
