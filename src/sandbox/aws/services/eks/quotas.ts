// Quotas of EKS, with AWS's defaults (Service Quotas console; codes in brackets).
import type { Quota } from "../../core/index.ts";

export const eksQuotas: Readonly<
  Record<
    | "clusters"
    | "nodegroupsPerCluster"
    | "nodesPerNodegroup"
    | "fargateProfilesPerCluster"
    | "podIdentityAssociationsPerCluster",
    Quota
  >
> = {
  clusters: { default: 100, of: "clusters in a region (L-1194D53C)" },
  nodegroupsPerCluster: { default: 30, of: "managed node groups of a cluster (L-6D54EA21)" },
  nodesPerNodegroup: { default: 450, of: "nodes of a managed node group (L-BD136A63)" },
  fargateProfilesPerCluster: { default: 10, of: "Fargate profiles of a cluster (L-23414FF3)" },
  podIdentityAssociationsPerCluster: { default: 5000, of: "pod identity associations of a cluster" },
};
