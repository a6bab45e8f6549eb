// No room: which resource is short, on which nodes, and whether any node could ever have enough.
import { quantity } from "../../base/index.ts";
import type { Node, Pod } from "../scene/objects.ts";
import { podRequest, quantityText } from "../scene/quantity.ts";
import type { ClauseCause, Situation } from "./cause.ts";
import { defineClauseCause } from "./cause.ts";

interface Room {
  node: Node;
  allocatable: number;
  free: number;
}

/** What each node that takes pods has, and has left, of a resource. */
function roomOn({ scene }: Situation, resource: string): Room[] {
  const pods = scene.all("pods").filter(({ status }) => status?.phase !== "Succeeded" && status?.phase !== "Failed");
  return scene.all("nodes").map((node) => {
    const allocatable = quantity(node.status?.allocatable?.[resource]);
    const here = pods.filter(({ spec }) => spec.nodeName === node.metadata.name);
    const taken = resource === "pods" ? here.length : here.reduce((sum, pod) => sum + podRequest(pod, resource), 0);
    return { node, allocatable, free: allocatable - taken };
  });
}

const nodeName = ({ metadata }: Node): string => metadata.name.split(".")[0] ?? metadata.name;
const typeOf = ({ metadata }: Node): string => metadata.labels?.["node.kubernetes.io/instance-type"] ?? "node";
/** Nodes beyond these add nothing to what a person sees. */
const named = 4;

function roomText(rooms: readonly Room[], resource: string): string {
  const text = (value: number): string => quantityText(resource, value);
  const lines = rooms
    .toSorted((a, b) => b.free - a.free)
    .slice(0, named)
    .map(
      ({ node, allocatable, free }) =>
        `${nodeName(node)} (${typeOf(node)}) has ${text(free)} of ${text(allocatable)} left`,
    );
  const more = rooms.length - lines.length;
  return more > 0 ? `${lines.join("; ")}; ${more} more have no more than that` : lines.join("; ");
}

function isTooBig(pod: Pod, rooms: readonly Room[], resource: string): boolean {
  return rooms.every(({ allocatable }) => podRequest(pod, resource) > allocatable);
}

/** `3 Insufficient cpu`. */
export const insufficientResource: ClauseCause = defineClauseCause({
  code: "rehearse/no-capacity",
  pattern: /^(\d+) Insufficient (\S+?)\.?$/,
  explain([, , resource = ""], pod, situation) {
    const rooms = roomOn(situation, resource);
    const wants = quantityText(resource, podRequest(pod, resource));
    const never = isTooBig(pod, rooms, resource);
    const device = rooms.every(({ allocatable }) => allocatable === 0);
    return {
      code: "rehearse/no-capacity",
      title: device ? `no node has ${resource}` : `no node has ${wants} ${resource} free`,
      detail: device
        ? `The pod asks for ${wants} ${resource}.`
        : `The pod asks for ${wants}; ${roomText(rooms, resource)}.`,
      remedy: device
        ? `Add a node group whose instances bring ${resource}, or take the request out.`
        : never
          ? "Choose a larger instance type: no node of this kind will ever hold it. Or ask for less."
          : "Raise desiredCapacity and maxSize of a node group, choose a larger instance type, or ask for less.",
      data: { resource, wants: podRequest(pod, resource), never },
    };
  },
});

/** `3 Too many pods`: the addresses of the instance type's interfaces, as max-pods counts them. */
export const tooManyPods: ClauseCause = defineClauseCause({
  code: "rehearse/pods-per-node",
  pattern: /^(\d+) Too many pods\.?$/,
  explain(_match, _pod, situation) {
    return {
      code: "rehearse/pods-per-node",
      title: "every node has as many pods as it takes",
      detail: `${roomText(roomOn(situation, "pods"), "pods")}.`,
      remedy:
        "More or larger nodes, or more pods a node: prefix delegation of vpc-cni (ENABLE_PREFIX_DELEGATION) with maxPodsPerNode.",
    };
  },
});
