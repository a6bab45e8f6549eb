// `get podidentityassociation` in eksctl's shape.
import type { Aws } from "../../aws/index.ts";
import { readPodIdentityAssociations } from "../read/eks.ts";
import { requireCluster } from "./clusters.ts";

/** A pod identity association in the shape of `eksctl get podidentityassociation -o json`. */
export interface PodIdentityAssociationSummary {
  AssociationARN: string;
  Namespace: string;
  ServiceAccountName: string;
  RoleARN: string;
  /** The add-on that it belongs to; empty for one that stands alone. */
  OwnerARN: string;
  /** A role that is assumed from the first one; only where there is one. */
  TargetRoleARN?: string;
}

/** Which associations are meant; a service account counts only together with its namespace, as for eksctl. */
export interface AssociationChoice {
  namespace?: string;
  serviceAccount?: string;
}

/** The associations of a cluster by namespace and service account. */
export async function getPodIdentityAssociations(
  aws: Aws,
  cluster: string,
  choice: AssociationChoice = {},
): Promise<PodIdentityAssociationSummary[]> {
  await requireCluster(aws, cluster);
  const { namespace, serviceAccount } = choice;
  return (await readPodIdentityAssociations(aws, cluster))
    .map((found): PodIdentityAssociationSummary => ({
      AssociationARN: found.associationArn ?? "",
      Namespace: found.namespace ?? "",
      ServiceAccountName: found.serviceAccount ?? "",
      RoleARN: found.roleArn ?? "",
      OwnerARN: found.ownerArn ?? "",
      ...(found.targetRoleArn ? { TargetRoleARN: found.targetRoleArn } : {}),
    }))
    .filter(
      (row) =>
        (namespace === undefined || row.Namespace === namespace) &&
        (serviceAccount === undefined || row.ServiceAccountName === serviceAccount),
    )
    .toSorted((a, b) => (`${a.Namespace}/${a.ServiceAccountName}` < `${b.Namespace}/${b.ServiceAccountName}` ? -1 : 1));
}
