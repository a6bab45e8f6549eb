// `get fargateprofile` in eksctl's shape.
import type { Aws } from "../../aws/index.ts";
import { readFargateProfiles } from "../read/eks.ts";
import { requireCluster } from "./clusters.ts";

/** A profile in the shape of `eksctl get fargateprofile -o json`. */
export interface FargateProfileSummary {
  name: string;
  podExecutionRoleARN: string;
  selectors: { namespace: string; labels?: Record<string, string> }[];
  subnets?: string[];
  tags?: Record<string, string>;
  status: string;
}

/** Fargate profiles of a cluster. */
export async function getFargateProfiles(aws: Aws, cluster: string, name?: string): Promise<FargateProfileSummary[]> {
  await requireCluster(aws, cluster);
  const profiles = await readFargateProfiles(aws, cluster);
  return [...profiles]
    .filter(([profile]) => name === undefined || profile === name)
    .map(([profile, found]) => ({
      name: profile,
      podExecutionRoleARN: found.podExecutionRoleArn ?? "",
      selectors: (found.selectors ?? []).map(({ namespace = "", labels }) => ({
        namespace,
        ...(labels && Object.keys(labels).length > 0 && { labels: { ...labels } }),
      })),
      ...(found.subnets && found.subnets.length > 0 && { subnets: [...found.subnets] }),
      ...(found.tags && Object.keys(found.tags).length > 0 && { tags: { ...found.tags } }),
      status: found.status ?? "",
    }));
}
