// LT-N021: The VPC keeps no flow logs.
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { ofCluster } from "../../sight.ts";

/** The VPC keeps no flow logs. */
export const flowLogs: Check = defineCheck({
  id: "LT-N021",
  title: "The VPC keeps no flow logs",
  area: "network",
  severity: "warning",
  why: "Without flow logs nobody can tell afterwards who spoke to whom.",
  docs: "https://docs.aws.amazon.com/eks/latest/best-practices/network-security.html",
  remedy: "Make a flow log of the VPC to CloudWatch Logs or S3.",
  account: async (account) => {
    const [{ resourcesVpcConfig }, logs] = await Promise.all([account.read("cluster"), account.read("flowLogs")]);
    return ofCluster(
      account,
      !logs.some(({ FlowLogStatus }) => FlowLogStatus === "ACTIVE") &&
        `${resourcesVpcConfig?.vpcId} has no active flow log`,
    );
  },
});
