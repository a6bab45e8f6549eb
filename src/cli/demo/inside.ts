// The stages of the demo inside the cluster: a shop on it, a node that is lost, an upgrade.
import type { Node, Pod } from "../../rehearse/index.ts";
import { isNodeReady, isPodReady, missingKubernetes, rehearsalStages, standings } from "../../rehearse/index.ts";
import { tableLines } from "../render/table.ts";
import type { Stage, World } from "./world.ts";
import { demand, print, widthOf } from "./world.ts";

const label = ({ metadata }: Node, name: string): string => metadata.labels?.[name] ?? "";

/** Nodes with what runs on them. */
async function nodeTable(world: World): Promise<string[]> {
  const { scene } = await world.rehearsal.kubernetes();
  const nodes = scene.all("nodes").toSorted((a, b) => a.metadata.name.localeCompare(b.metadata.name));
  const podsOn = ({ metadata }: Node): Pod[] => scene.all("pods").filter(({ spec }) => spec.nodeName === metadata.name);
  const columns = [
    { title: "NODE", value: ({ metadata }: Node) => metadata.name.split(".")[0] },
    { title: "STATUS", value: (node: Node) => (isNodeReady(node) ? "Ready" : "NotReady") },
    { title: "ZONE", value: (node: Node) => label(node, "topology.kubernetes.io/zone") },
    { title: "TYPE", value: (node: Node) => label(node, "node.kubernetes.io/instance-type") || "fargate" },
    { title: "VERSION", value: ({ status }: Node) => status?.nodeInfo?.kubeletVersion },
    { title: "PODS", value: (node: Node) => podsOn(node).filter(isPodReady).length },
    { title: "OF", value: ({ status }: Node) => Number(status?.allocatable?.["pods"]) },
  ];
  return tableLines(columns, nodes, widthOf(world));
}

/** Workloads of the shop with how they stand. */
async function workloadTable(world: World): Promise<string[]> {
  const { scene } = await world.rehearsal.kubernetes();
  const rows = standings(scene).filter(({ namespace }) => namespace !== "kube-system");
  type Row = (typeof rows)[number];
  const columns = [
    { title: "WORKLOAD", value: ({ kind, name }: Row) => `${kind} ${name}` },
    { title: "NAMESPACE", value: ({ namespace }: Row) => namespace },
    { title: "STATUS", value: ({ text }: Row) => text },
  ];
  return tableLines(columns, rows, widthOf(world));
}

export const openShop: Stage = {
  title: "Run something on it",
  kubernetes: true,
  run: async (world) => {
    const { text: applied } = await demand(world, rehearsalStages.manifests);
    const { text } = await demand(world, rehearsalStages.ready);
    print(world, [...(await nodeTable(world)), "", ...(await workloadTable(world)), ""]);
    return world.rehearsal.manifests.length > 0 ? `${applied}; ${text}` : text;
  },
};

export const loseNode: Stage = {
  title: "Another fault: an instance is interrupted",
  kubernetes: true,
  run: async (world) => (await demand(world, rehearsalStages.fault("spot-interruption"))).text,
};

/** Undefined when a later version can't be had. */
export async function upgradeTo(
  version: string,
  environment: Parameters<typeof missingKubernetes>[1],
): Promise<Stage | undefined> {
  if ((await missingKubernetes(version, environment)) !== undefined) return undefined;
  return {
    title: `Upgrade to Kubernetes ${version}`,
    kubernetes: true,
    run: async (world) => {
      const { text } = await demand(world, rehearsalStages.upgrade(version));
      print(world, [...(await nodeTable(world)), ""]);
      return text;
    },
  };
}
