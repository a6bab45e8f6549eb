// LT-N014: The API endpoint is open to the world.
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { privateAccess, set } from "../../fixes.ts";
import { ofCluster, ofFile } from "../../sight.ts";

const isWorld = (cidr: string): boolean => cidr === "0.0.0.0/0" || cidr === "::/0";

/** The API endpoint is open to the world. */
export const openEndpoint: Check = defineCheck({
  id: "LT-N014",
  title: "The API endpoint is open to the world",
  area: "network",
  severity: "warning",
  why: "Whoever reaches the endpoint can try stolen credentials and unpatched faults of the API server.",
  docs: "https://docs.aws.amazon.com/eks/latest/userguide/cluster-endpoint.html",
  remedy: "Name the networks of your people in vpc.publicAccessCIDRs, or switch public access off.",
  fix: ({ source }, _, { cidrs }) => {
    if (cidrs.length === 0) return "lotse can't know your people's networks: give them with --cidr";
    if (cidrs.some(isWorld)) return "What was given with --cidr is the whole world";
    return source === "file"
      ? [set(["vpc", "publicAccessCIDRs"], cidrs), set(privateAccess, true)]
      : [{ do: "narrow-public-access", cidrs }];
  },
  file: (file) => {
    const { publicAccessCIDRs = [], clusterEndpoints } = file.config.vpc ?? {};
    const open =
      clusterEndpoints?.publicAccess !== false && (publicAccessCIDRs.length === 0 || publicAccessCIDRs.some(isWorld));
    const severity = clusterEndpoints?.privateAccess === true ? "warning" : "error";
    return ofFile(
      file,
      ["vpc", "clusterEndpoints"],
      open && { text: "Every address may reach the API endpoint", severity },
    );
  },
  account: async (account) => {
    const { name = "", resourcesVpcConfig } = await account.read("cluster");
    const { endpointPublicAccess, endpointPrivateAccess, publicAccessCidrs = [] } = resourcesVpcConfig ?? {};
    const open = endpointPublicAccess === true && publicAccessCidrs.some(isWorld);
    const command = `aws eks update-cluster-config --name ${name} --resources-vpc-config publicAccessCidrs=YOUR-CIDR`;
    const severity = endpointPrivateAccess === true ? "warning" : "error";
    return ofCluster(
      account,
      open && { text: "Every address may reach the API endpoint", severity, command, evidence: { publicAccessCidrs } },
    );
  },
});
