// When nodes and pods came, got ready, had trouble and went, in virtual time.
import type { Node, Pod } from "./scene/objects.ts";
import { isNodeReady, isPodReady } from "./scene/objects.ts";
import type { SceneListener } from "./scene/scene.ts";
import type { Lane, Timeline } from "./report.ts";

type State = Lane["spans"][number]["state"];

/** More lanes than this make a page that nobody reads; the rest is counted. */
const mostPods = 150;
/** Pods that are remembered at all. */
const mostRemembered = 5_000;

/** Collects while the rehearsal runs. */
export interface TimelineKeeper {
  hear: SceneListener;
  mark(text: string): void;
  /** Nobody watches any more: what was there is not known to be there after. */
  end(): void;
  read(): Timeline;
}

function setState(lane: Lane, state: State | undefined, at: number): void {
  const last = lane.spans.at(-1);
  if (last && last.to === undefined) {
    if (last.state === state) return;
    last.to = at;
    // What lasted no time is not drawn.
    if (last.to <= last.from) lane.spans.pop();
  }
  if (state !== undefined) lane.spans.push({ state, from: at });
}

const podState = (pod: Pod): State =>
  isPodReady(pod)
    ? "ready"
    : pod.status?.phase === "Failed" ||
        (pod.status?.containerStatuses ?? []).some(({ restartCount }) => restartCount > 0)
      ? "trouble"
      : "waiting";

function ownerName({ metadata }: Pod): string {
  const owner = metadata.ownerReferences?.find(({ controller }) => controller);
  // A ReplicaSet is known by the Deployment whose name it has, and a hash.
  const name = owner?.kind === "ReplicaSet" ? owner.name.replace(/-[a-z0-9]+$/, "") : owner?.name;
  return `${metadata.namespace ?? ""}/${name ?? metadata.name}`;
}

function nodeAbout({ metadata }: Node): string {
  const { labels = {} } = metadata;
  return [
    labels["topology.kubernetes.io/zone"],
    labels["node.kubernetes.io/instance-type"],
    labels["eks.amazonaws.com/nodegroup"],
  ]
    .filter(Boolean)
    .join(" · ");
}

/** @param now virtual seconds since the rehearsal began */
export function keepTimeline(now: () => number): TimelineKeeper {
  const nodes = new Map<string, Lane>();
  const pods = new Map<string, Lane>();
  const marks: Timeline["marks"] = [];
  let more = 0;
  const laneOf = (lanes: Map<string, Lane>, key: string, lane: () => Lane): Lane | undefined => {
    const known = lanes.get(key);
    if (known) return known;
    if (lanes.size >= mostRemembered) {
      more += 1;
      return undefined;
    }
    const made = lane();
    lanes.set(key, made);
    return made;
  };
  return {
    hear(kind, object, gone) {
      const { name, uid = name } = object.metadata;
      if (kind === "nodes") {
        const node = object as Node;
        const lane = laneOf(nodes, uid, () => ({
          name: name.split(".")[0] ?? name,
          about: nodeAbout(node),
          spans: [],
        }));
        if (lane)
          setState(
            lane,
            gone
              ? undefined
              : isNodeReady(node)
                ? "ready"
                : lane.spans.some(({ state }) => state === "ready")
                  ? "trouble"
                  : "waiting",
            now(),
          );
      } else if (kind === "pods") {
        const pod = object as Pod;
        const lane = laneOf(pods, uid, () => ({ name, about: ownerName(pod), spans: [] }));
        if (lane) setState(lane, gone ? undefined : podState(pod), now());
      }
    },
    end: () => {
      for (const lane of [...nodes.values(), ...pods.values()]) setState(lane, undefined, now());
    },
    mark: (text) => void marks.push({ at: now(), text }),
    read: () => {
      const all = [...pods.values()].toSorted(
        (a, b) => a.about.localeCompare(b.about) || (a.spans[0]?.from ?? 0) - (b.spans[0]?.from ?? 0),
      );
      return {
        nodes: [...nodes.values()],
        pods: all.slice(0, mostPods),
        morePods: more + Math.max(0, all.length - mostPods),
        marks,
      };
    },
  };
}
