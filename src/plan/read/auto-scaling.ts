// Auto Scaling groups behind node groups: self-managed ones by their stack's resource, managed ones as EKS names them.
import { allPages, type Aws } from "../../aws/index.ts";
import type { FoundAutoScalingGroup } from "../found.ts";

/** DescribeAutoScalingGroups takes at most 100 names. */
const namesPerCall = 100;

/** The groups by the keys of `names`; whatever isn't there is left out. */
export async function readAutoScalingGroups(
  aws: Aws,
  names: ReadonlyMap<string, string>,
): Promise<Map<string, FoundAutoScalingGroup>> {
  const all = [...names.values()];
  const batches = Array.from({ length: Math.ceil(all.length / namesPerCall) }, (_, i) =>
    all.slice(i * namesPerCall, (i + 1) * namesPerCall),
  );
  const pages = await Promise.all(
    batches.map(async (AutoScalingGroupNames) =>
      allPages(async (token) => {
        const page = await aws.call("autoscaling", "DescribeAutoScalingGroups", {
          AutoScalingGroupNames,
          MaxRecords: namesPerCall,
          ...(token !== undefined && { NextToken: token }),
        });
        return { items: page.AutoScalingGroups, next: page.NextToken };
      }),
    ),
  );
  const byName = new Map(pages.flat().map((group) => [group.AutoScalingGroupName, group]));
  return new Map(
    [...names].flatMap(([key, name]) => {
      const group = byName.get(name);
      if (!group) return [];
      const found: FoundAutoScalingGroup = {
        name,
        minSize: group.MinSize ?? 0,
        maxSize: group.MaxSize ?? 0,
        desiredSize: group.DesiredCapacity ?? 0,
        suspended: (group.SuspendedProcesses ?? []).flatMap(({ ProcessName }) => ProcessName ?? []),
        tags: Object.fromEntries((group.Tags ?? []).map(({ Key = "", Value = "" }) => [Key, Value])),
      };
      return [[key, found] as const];
    }),
  );
}
