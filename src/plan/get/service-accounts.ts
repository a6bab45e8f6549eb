// `get iamserviceaccount` in eksctl's shape: what the stacks tell, not what stands in Kubernetes.
import type { Aws } from "../../aws/index.ts";
import { belongsTo, readAllStacks } from "../read/stacks.ts";
import { requireCluster } from "./clusters.ts";

const tag = "alpha.eksctl.io/iamserviceaccount-name";

/** A service account's role in the shape of `eksctl get iamserviceaccount -o json`. */
export interface ServiceAccountSummary {
  metadata: { name: string; namespace: string };
  /** All false: a stack doesn't tell which policies were meant by name, and eksctl prints it so. */
  wellKnownPolicies: Record<string, false>;
  status: { roleARN: string; stackName: string; tags: Record<string, string>; capabilities: string[] };
}

const noPolicies = {
  imageBuilder: false,
  autoScaler: false,
  awsLoadBalancerController: false,
  externalDNS: false,
  certManager: false,
  ebsCSIController: false,
  efsCSIController: false,
} as const;

/** IAM service accounts of a cluster by namespace and name. */
export async function getServiceAccounts(aws: Aws, cluster: string, name?: string): Promise<ServiceAccountSummary[]> {
  await requireCluster(aws, cluster);
  const stacks = (await readAllStacks(aws)).filter(
    (stack) => belongsTo(cluster, stack) && stack.tags[tag] !== undefined,
  );
  return stacks
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .map((stack): ServiceAccountSummary => {
      const [namespace = "", account = ""] = (stack.tags[tag] ?? "").split("/");
      return {
        metadata: { name: account, namespace },
        wellKnownPolicies: { ...noPolicies },
        status: {
          roleARN: stack.outputs["Role1"] ?? "",
          stackName: stack.name,
          tags: { [tag]: stack.tags[tag] ?? "" },
          capabilities: [...stack.capabilities],
        },
      };
    })
    .filter(
      ({ metadata }) =>
        name === undefined || metadata.name === name || `${metadata.namespace}/${metadata.name}` === name,
    );
}
