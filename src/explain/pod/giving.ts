// Ways to give a pod a role where it has none.
import { isRead } from "../explanation.ts";
import { roleName } from "../iam/world.ts";
import type { Proposal } from "./reasoning.ts";
import type { PodWorld } from "./world.ts";

const accountName = ({ pod }: PodWorld): string => pod.spec.serviceAccountName ?? "default";

/** An association of the pod's service account with a role that is still to be chosen. */
export function associateProposal(world: PodWorld): Proposal {
  const { cluster, pod } = world;
  const role = `arn:${cluster.partition}:iam::${cluster.account}:role/ROLE`;
  return {
    change: {
      text: "Associate the service account with a role that trusts pods.eks.amazonaws.com, and make the pod anew",
      command: `aws eks create-pod-identity-association --cluster-name ${cluster.name} --namespace ${pod.metadata.namespace} --service-account ${accountName(world)} --role-arn ${role}`,
    },
  };
}

/** What was meant for the pod, and hasn't reached it: credentials are put into pods when they are made. */
export interface Intention {
  kind: "pod-identity" | "web-identity";
  roleArn: string;
  text: string;
}

/** What its service account promises the pod. An association wins over an annotation. */
export function intentionOf({ association, serviceAccount, pod }: PodWorld): Intention | undefined {
  const account = `${pod.metadata.namespace}/${pod.spec.serviceAccountName ?? "default"}`;
  const associated = isRead(association) ? association.value : undefined;
  if (associated) {
    const text = `${account} is associated with ${roleName(associated.roleArn)} by EKS Pod Identity`;
    return { kind: "pod-identity", roleArn: associated.roleArn, text };
  }
  const annotated = isRead(serviceAccount)
    ? serviceAccount.value?.annotations["eks.amazonaws.com/role-arn"]
    : undefined;
  if (annotated === undefined || annotated === "") return undefined;
  return { kind: "web-identity", roleArn: annotated, text: `${account} is annotated with ${annotated} (IRSA)` };
}
