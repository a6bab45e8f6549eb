// The stacks of a living cluster as they are: the CloudFormation export.
import type { Aws } from "../aws/index.ts";
import { LotseError } from "../base/index.ts";
import type { Tag, Template } from "../stacks/index.ts";
import { readFound } from "./read/found.ts";

/** A stack of a living cluster, as it would be submitted. */
export interface ExportedStack {
  stackName: string;
  capabilities: string[];
  tags: Tag[];
  enableTerminationProtection: boolean;
  template: Template;
}

/**
 * Every stack of a living cluster, the cluster's first.
 *
 * @throws LotseError `plan/no-cluster`
 */
export async function exportStacks(aws: Aws, cluster: string): Promise<ExportedStack[]> {
  const found = await readFound(aws, cluster);
  if (found.stacks.size === 0) {
    throw new LotseError("plan/no-cluster", {
      title: `No stacks of a cluster ${cluster} exist in ${aws.region}`,
      remedy: "lotse get cluster lists the region's clusters",
    });
  }
  const main = `eksctl-${cluster}-cluster`;
  return [...found.stacks.values()]
    .toSorted((a, b) =>
      a.name === main
        ? -1
        : b.name === main
          ? 1
          : a.created.getTime() - b.created.getTime() || (a.name < b.name ? -1 : 1),
    )
    .flatMap(({ name, capabilities, tags, terminationProtection, template }) =>
      template
        ? [
            {
              stackName: name,
              capabilities: [...capabilities],
              tags: Object.entries(tags)
                .toSorted(([a], [b]) => (a < b ? -1 : 1))
                .map(([Key, Value]) => ({ Key, Value })),
              enableTerminationProtection: terminationProtection,
              template,
            },
          ]
        : [],
    );
}
