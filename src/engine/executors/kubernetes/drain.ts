// A node group is drained, or opened again; Services of type LoadBalancer go before their cluster does.
import { waitFor } from "../../../aws/index.ts";
import { resources } from "../../../kube/index.ts";
import { nodesOfGroup, type NodeObject, type Step, type Work } from "../../../plan/index.ts";
import type { Crew } from "../../crew.ts";
import { cordon, drainNodes, type DrainJob } from "../../drain/drain.ts";

/** What draining needs to know of a step. */
export async function drainJob(
  crew: Crew,
  step: Step,
  nodeGroup: string,
  sparing: readonly string[] = [],
): Promise<DrainJob> {
  return {
    kube: await crew.kube(),
    what: `Node group ${nodeGroup}`,
    options: crew.drain,
    sparing: new Set(sparing),
    say: (text, data) => crew.progress(step, text, data),
    signal: crew.signal,
  };
}

/** Drains a group, and nodes that come to it meanwhile; with `undo` lets pods onto its nodes again. */
export async function drainNodeGroup(
  crew: Crew,
  step: Step,
  { nodeGroup, undo = false, sparing }: Extract<Work, { do: "drain-nodegroup" }>,
): Promise<void> {
  const job = await drainJob(crew, step, nodeGroup, sparing);
  if (undo) {
    const nodes = await nodesOfGroup(job.kube, nodeGroup);
    await Promise.all(nodes.map(async (node) => cordon(job.kube, node, false)));
    return;
  }
  const done = new Set<string>();
  for (;;) {
    const fresh = (await nodesOfGroup(job.kube, nodeGroup)).filter(
      ({ metadata }: NodeObject) => !done.has(metadata.name),
    );
    if (fresh.length === 0) return;
    await drainNodes(job, fresh);
    for (const { metadata } of fresh) done.add(metadata.name);
  }
}

/** Seconds; a load balancer takes a minute or two to go. */
const loadBalancerPatience = 600;

/** Deletes the Services and waits until whoever made their load balancers has let them go. */
export async function deleteLoadBalancers(
  crew: Crew,
  _step: Step,
  { services }: Extract<Work, { do: "delete-load-balancers" }>,
): Promise<void> {
  const kube = await crew.kube();
  await Promise.all(
    services.map(async (key) => {
      await kube.delete(resources.services, key);
      await waitFor(async () => ((await kube.find(resources.services, key)) ? undefined : true), {
        what: `Service ${key.namespace}/${key.name} and its load balancer to go`,
        timeout: loadBalancerPatience,
        signal: crew.signal,
      });
    }),
  );
}
