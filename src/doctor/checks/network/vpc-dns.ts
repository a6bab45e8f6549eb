// LT-N019: The VPC's DNS is off.
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { ofCluster } from "../../sight.ts";

/** The VPC's DNS is off. */
export const vpcDns: Check = defineCheck({
  id: "LT-N019",
  title: "The VPC's DNS is off",
  area: "network",
  severity: "error",
  why: "Nodes find the API server's private address by the VPC's own DNS: both attributes have to be on.",
  docs: "https://docs.aws.amazon.com/eks/latest/userguide/network-reqs.html",
  remedy: "Switch enableDnsSupport and enableDnsHostnames on.",
  fix: async (_, { account }) => {
    const vpc = (await account?.read("cluster"))?.resourcesVpcConfig?.vpcId ?? "";
    return [{ do: "vpc-dns", vpc, attributes: ["enableDnsSupport", "enableDnsHostnames"] }];
  },
  account: async (account) => {
    const [{ resourcesVpcConfig }, { support, hostnames }] = await Promise.all([
      account.read("cluster"),
      account.read("vpcDns"),
    ]);
    const off = [...(support ? [] : ["enableDnsSupport"]), ...(hostnames ? [] : ["enableDnsHostnames"])];
    // One attribute a call, and hostnames only where support is on.
    const command = [...(support ? [] : ["--enable-dns-support"]), ...(hostnames ? [] : ["--enable-dns-hostnames"])]
      .map((option) => `aws ec2 modify-vpc-attribute --vpc-id ${resourcesVpcConfig?.vpcId ?? ""} ${option}`)
      .join(" && ");
    return ofCluster(account, off.length > 0 && { text: `${off.join(" and ")} of the VPC are off`, command });
  },
});
