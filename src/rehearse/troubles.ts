// What is wrong with a cluster beside its workloads: nodes that don't come, and what EKS says about node groups and add-ons.
import type { Diagnostic } from "../base/index.ts";
import type { Problem } from "../lotse.ts";
import { status } from "../lotse.ts";
import type { Rehearsal } from "./rehearsal.ts";
import type { KubeObject } from "../kube/index.ts";
import type { Scene } from "./scene/scene.ts";
import type { Standing } from "./scene/workloads.ts";

/** EKS's word for an add-on whose Deployment lacks pods: the same that is told of the Deployment, with its cause. */
const lacksPods = "InsufficientNumberOfReplicas";

/** The add-on that an object belongs to has its name, or the label that EKS's add-ons carry. */
const belongsTo = ({ metadata }: KubeObject, addon: string): boolean =>
  metadata.name === addon || metadata.labels?.["app.kubernetes.io/name"] === addon;

/**
 * What EKS reports without what was told already: an add-on is unhealthy because its own Deployment isn't Ready, and why
 * that is stands at the Deployment.
 *
 * @param waiting workloads that aren't Ready, each with its own findings
 */
export function untold(
  problems: readonly Problem[],
  waiting: readonly Standing[],
  scene: Pick<Scene, "find">,
): Problem[] {
  const objects = waiting
    .filter(({ kind }) => kind === "Deployment")
    .map(({ namespace, name }) => scene.find("deployments", namespace, name))
    .filter((object) => object !== undefined);
  const told = new Set(
    problems
      .filter(
        ({ part, code, name }) => part === "addon" && code === lacksPods && objects.some((o) => belongsTo(o, name)),
      )
      .map(({ name }) => name),
  );
  // Of an add-on with another issue as well, its state and that issue are told.
  for (const { part, name, code } of problems) {
    if (part === "addon" && code !== undefined && code !== lacksPods) told.delete(name);
  }
  return problems.filter(({ part, name }) => part !== "addon" || !told.has(name));
}

/** Nodes that don't come, and what EKS says about its node groups and add-ons. */
export async function troubles(
  rehearsal: Rehearsal,
  cluster: string,
  nodes: { ready: number; wanted: number },
  waiting: readonly Standing[],
): Promise<Diagnostic[]> {
  const { scene } = await rehearsal.kubernetes();
  const { details } = await status(rehearsal.aws, cluster);
  const unhealthy = untold(details, waiting, scene).map(({ text, ...data }): Diagnostic => ({
    code: "rehearse/unhealthy",
    severity: "error",
    title: text,
    remedy: "See `lotse status` for what EKS reports.",
    data,
  }));
  if (nodes.ready >= nodes.wanted) return unhealthy;
  return [
    {
      code: "rehearse/missing-nodes",
      severity: "error",
      title: `${nodes.ready} of ${nodes.wanted} nodes are Ready`,
      remedy:
        "See the health issues of the node groups: instances that find no address, whose role isn't let in, or that run no kubelet stay out.",
      data: nodes,
    },
    ...unhealthy,
  ];
}
