// What subnets hold beside nodes and pods: the control plane's interfaces, load balancers, endpoints, NAT gateways.
import type { Cluster } from "../../config/index.ts";
import { controlPlaneAddresses, loadBalancerAddresses } from "../subnet/arithmetic.ts";
import { zonesOf } from "./layout.ts";
import type { CapacityQuestion, ClusterSubnet, SubnetNeeds } from "./model.ts";

/** Interface endpoints that a cluster without the internet has in each zone: ec2, ecr.api, ecr.dkr, sts. S3's is none. */
const privateEndpoints = 4;

type Reserves = Pick<SubnetNeeds, "controlPlane" | "loadBalancers" | "endpoints" | "nat">;

/** Addresses of a subnet that aren't nodes' or pods'. */
export function reservesOf(cluster: Cluster, subnet: ClusterSubnet, question: CapacityQuestion): Reserves {
  const { vpc, privateCluster } = cluster.config;
  if (subnet.topology === "pods") return { controlPlane: 0, loadBalancers: 0, endpoints: 0, nat: 0 };
  const own = vpc?.subnets?.[subnet.topology]?.[subnet.name] ?? vpc?.subnets?.[subnet.topology]?.[subnet.zone];
  const ids = vpc?.controlPlaneSubnetIDs ?? [];
  const carriesControlPlane =
    ids.length > 0
      ? own?.id === undefined || ids.includes(own.id)
      : vpc?.controlPlaneOnPrivateSubnets !== true || subnet.topology === "private";
  const isPrivate = subnet.topology === "private";
  const endpoints =
    isPrivate && privateCluster?.enabled && privateCluster.skipEndpointCreation !== true
      ? privateEndpoints + (privateCluster.additionalEndpointServices ?? []).length
      : 0;
  const gateways = vpc?.id === undefined ? vpc?.nat?.gateway : undefined;
  const hasGateway =
    !isPrivate && (gateways === "HighlyAvailable" || (gateways === "Single" && subnet.zone === zonesOf(cluster)[0]));
  return {
    controlPlane: carriesControlPlane ? controlPlaneAddresses.upgrade : 0,
    loadBalancers: (question.loadBalancers ?? 1) * loadBalancerAddresses,
    endpoints,
    nat: hasGateway ? 1 : 0,
  };
}
