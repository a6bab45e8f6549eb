// LT-N015: Nodes reach the API server over the internet.
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { privateAccess, set } from "../../fixes.ts";
import { ofCluster, ofFile } from "../../sight.ts";

/** Nodes reach the API server over the internet. */
export const privateAccessOff: Check = defineCheck({
  id: "LT-N015",
  title: "Nodes reach the API server over the internet",
  area: "network",
  severity: "warning",
  why: "Without private access the traffic of nodes leaves the VPC, through a NAT gateway or public addresses, and ends when the way out does.",
  docs: "https://docs.aws.amazon.com/eks/latest/userguide/cluster-endpoint.html",
  remedy: "Set vpc.clusterEndpoints.privateAccess: true.",
  fix: ({ source }) => (source === "file" ? [set(privateAccess, true)] : [{ do: "private-access" }]),
  file: (file) => {
    const { privateAccess: isOn } = file.config.vpc?.clusterEndpoints ?? {};
    return ofFile(file, ["vpc", "clusterEndpoints"], isOn !== true && "Private access to the API endpoint is off");
  },
  account: async (account) => {
    const { name = "", resourcesVpcConfig } = await account.read("cluster");
    const command = `aws eks update-cluster-config --name ${name} --resources-vpc-config endpointPrivateAccess=true`;
    return ofCluster(
      account,
      resourcesVpcConfig?.endpointPrivateAccess !== true && {
        text: "Private access to the API endpoint is off",
        command,
      },
    );
  },
});
