// What lives in a cluster that is to go and would leave something behind in AWS: load balancers and volumes; and what
// would keep its nodes from being emptied.
import type { Aws } from "../../aws/index.ts";
import type { KubeObject } from "../../kube/index.ts";
import { resources } from "../../kube/index.ts";
import type { Found } from "../found.ts";
import type { KubernetesMode } from "../kubernetes-view.ts";
import { answers, visit } from "./kubernetes.ts";

/** A Service that has, or waits for, a load balancer. */
export interface FoundLoadBalancer {
  namespace: string;
  name: string;
  /** Its host name or address; absent while it has none. */
  host?: string;
}

/** A volume that was made for a claim. */
export interface FoundVolume {
  /** `vol-…`, or the volume's handle with other drivers. */
  id: string;
  /** `namespace/name` of its claim. */
  claim: string;
}

/** Who lives in a cluster that is to go. */
export type Inhabitants =
  | { state: "read"; loadBalancers: FoundLoadBalancer[]; volumes: FoundVolume[] }
  | { state: "unreachable"; reason: string };

interface Service extends KubeObject {
  spec: { type?: string };
  status?: { loadBalancer?: { ingress?: { hostname?: string; ip?: string }[] } };
}

interface Volume extends KubeObject {
  spec: {
    csi?: { driver: string; volumeHandle: string };
    awsElasticBlockStore?: { volumeID: string };
    claimRef?: { namespace?: string; name?: string };
  };
}

function loadBalancer({ metadata, spec, status }: Service): FoundLoadBalancer[] {
  if (spec.type !== "LoadBalancer") return [];
  const [ingress] = status?.loadBalancer?.ingress ?? [];
  const host = ingress?.hostname ?? ingress?.ip;
  return [{ namespace: metadata.namespace ?? "", name: metadata.name, ...(host !== undefined && { host }) }];
}

/** Volumes of EBS; files of EFS and FSx are nobody's but their file system's. */
function volume({ spec }: Volume): FoundVolume[] {
  const own = spec.csi?.driver.startsWith("ebs.csi.") ? spec.csi.volumeHandle : undefined;
  const id = own ?? spec.awsElasticBlockStore?.volumeID.split("/").at(-1);
  if (id === undefined) return [];
  return [{ id, claim: `${spec.claimRef?.namespace ?? ""}/${spec.claimRef?.name ?? ""}` }];
}

/** Asks the cluster, if it can be asked; undefined where there is no control plane. */
export async function readInhabitants(
  aws: Aws,
  found: Found,
  mode: Exclude<KubernetesMode, "never">,
): Promise<Inhabitants | undefined> {
  if (!answers(found)) return undefined;
  const visited = await visit(aws, found.name, mode, async (kube) =>
    Promise.all([kube.list<Service>(resources.services), kube.list<Volume>(resources.persistentVolumes)]),
  );
  if ("unreachable" in visited) return { state: "unreachable", reason: visited.unreachable };
  const [services, volumes] = visited.read;
  return { state: "read", loadBalancers: services.flatMap(loadBalancer), volumes: volumes.flatMap(volume) };
}
