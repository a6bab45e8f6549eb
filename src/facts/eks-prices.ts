// What EKS charges for a control plane, by AWS's pricing page (https://aws.amazon.com/eks/pricing/); the same in all commercial regions.

/** USD an hour for a cluster, by where its version stands. After extended support EKS upgrades by itself. */
export const clusterPrices: Readonly<Record<"standard" | "extended", number>> = { standard: 0.1, extended: 0.6 };
