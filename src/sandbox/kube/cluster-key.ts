// Which cluster: names of EKS clusters are unique in an account and region.

export interface ClusterKey {
  account: string;
  region: string;
  name: string;
}

/** The key as one word. */
export const clusterId = ({ account, region, name }: ClusterKey): string => `${account}/${region}/${name}`;
