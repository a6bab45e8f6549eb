// Whether a cluster is well in the middle of an upgrade: what EKS says of its parts, nodes, and workloads that lack pods.

/** A part of EKS as it says itself: cluster, add-on, node group. */
export interface PartSeen {
  /** `addon/coredns`. */
  subject: string;
  status: string;
  /** `InsufficientNumberOfReplicas: …`. */
  issues: readonly string[];
}

/** A node. */
export interface NodeState {
  name: string;
  ready: boolean;
  /** What its kubelet says when it isn't. */
  reason: string | undefined;
}

/** A Deployment, StatefulSet or DaemonSet. */
export interface WorkloadState {
  /** `deployment/shop/web`. */
  subject: string;
  wanted: number;
  /** Pods that are Ready, and those of the newest template. */
  ready: number;
  updated: number;
  /** Whether the controller has seen the newest template. */
  seen: boolean;
}

/** The inside of a cluster. */
export interface InsideSeen {
  nodes: readonly NodeState[];
  workloads: readonly WorkloadState[];
}

/** What is looked at; the inside says why it couldn't be. */
export interface HealthSeen {
  parts: readonly PartSeen[];
  inside: InsideSeen | { unread: string };
}

/** A sign that something isn't well. */
export interface HealthSign {
  kind: "part" | "api-server" | "node" | "workload";
  subject: string;
  text: string;
  /** Whether EKS is at work on it. */
  passes?: true;
}

function ofPart({ subject, status, issues }: PartSeen): HealthSign[] {
  if (status === "ACTIVE" && issues.length === 0) return [];
  const text = [`it is ${status}`, ...issues].join("; ");
  return [{ kind: "part", subject, text, ...(/^(?:CREATING|UPDATING)$/.test(status) ? { passes: true } : {}) }];
}

function ofWorkload({ subject, wanted, ready, updated, seen }: WorkloadState): HealthSign[] {
  if (ready >= wanted && updated >= wanted && seen) return [];
  const text = ready < wanted ? `${ready} of ${wanted} pods Ready` : `${updated} of ${wanted} pods of its new template`;
  return [{ kind: "workload", subject, text }];
}

/**
 * Signs that something isn't well, parts of EKS first.
 *
 * @param wasInside whether the inside could be read before: then an API server that gives no answer, or another, is a sign
 */
export function signsOf({ parts, inside }: HealthSeen, wasInside = false): HealthSign[] {
  const ofParts = parts.flatMap(ofPart);
  if ("unread" in inside)
    return wasInside ? [...ofParts, { kind: "api-server", subject: "api-server", text: inside.unread }] : ofParts;
  const ofNodes = inside.nodes
    .filter(({ ready }) => !ready)
    .map(({ name, reason = "it isn't Ready" }): HealthSign => ({
      kind: "node",
      subject: `node/${name}`,
      text: reason,
    }));
  return [...ofParts, ...ofNodes, ...inside.workloads.flatMap(ofWorkload)];
}
