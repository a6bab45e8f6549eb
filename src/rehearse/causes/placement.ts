// There is room, but not where the pod may go: taints, selectors, affinities, spreading, ports.
import type { Node, Pod } from "../scene/objects.ts";
import type { ClauseCause, Situation } from "./cause.ts";
import { defineClauseCause } from "./cause.ts";

const zoneLabel = "topology.kubernetes.io/zone";

/** Taints that Kubernetes itself puts on nodes that aren't well. */
const passing = /^node\.(kubernetes|cloudprovider\.kubernetes)\.io\//;

function taintsOf({ scene }: Situation): string[] {
  const texts = scene
    .all("nodes")
    .flatMap(({ spec }) =>
      (spec?.taints ?? []).map(({ key, value, effect }) => `${key}${value ? `=${value}` : ""}:${effect}`),
    );
  return [...new Set(texts)];
}

const taint: ClauseCause = defineClauseCause({
  code: "rehearse/taint",
  pattern: /^(\d+) node\(s\) had untolerated taint(?:\(s\)|s)?(?: \{([^}]*)\})?/,
  explain([, count, named], _pod, situation) {
    const said = named?.replace(/: ?$/, "").replace(": ", "=");
    const all = taintsOf(situation);
    const [key = ""] = (said ?? all[0] ?? "").split(/[=:]/);
    const whole = all.find((each) => each.startsWith(key)) ?? said ?? "";
    if (passing.test(key)) {
      return {
        code: "rehearse/node-not-ready",
        title: `${count} nodes aren't ready for pods (${key})`,
        remedy: "Wait until they are; if they never are, `lotse status` says what is wrong with their node group.",
        passes: true,
      };
    }
    return {
      code: "rehearse/taint",
      title: `it doesn't tolerate the taint ${whole} of ${count} nodes`,
      detail: `Taints on the nodes: ${all.join(", ")}.`,
      remedy: `Give the pod a toleration for ${key}, or a node group without this taint.`,
      data: { taint: whole },
    };
  },
});

/** Every label that a pod wants on its node, one by one. */
function wishesOf({ spec }: Pod): { key: string; values: readonly string[] }[] {
  const plain = Object.entries(spec.nodeSelector ?? {}).map(([key, value]) => ({ key, values: [value] }));
  const terms = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];
  const expressions = terms.flatMap(({ matchExpressions = [] }) => matchExpressions);
  return [
    ...plain,
    ...expressions.filter(({ operator }) => operator === "In").map(({ key, values = [] }) => ({ key, values })),
  ];
}

const labelValues = (nodes: readonly Node[], key: string): string[] =>
  [...new Set(nodes.map(({ metadata }) => metadata.labels?.[key]).filter((value) => value !== undefined))].toSorted();

const selector: ClauseCause = defineClauseCause({
  code: "rehearse/node-selector",
  pattern: /^(\d+) node\(s\) didn't match Pod's node affinity\/selector/,
  explain(_match, pod, { scene }) {
    const nodes = scene.all("nodes");
    const missed = wishesOf(pod).find(
      ({ key, values }) => !labelValues(nodes, key).some((value) => values.includes(value)),
    );
    if (!missed) {
      return {
        code: "rehearse/node-selector",
        title: "no node with the labels it wants can take it",
        detail: "There are such nodes, but they are full or not ready.",
        remedy: "Make more of these nodes, or loosen nodeSelector and nodeAffinity.",
      };
    }
    const { key, values } = missed;
    const there = labelValues(nodes, key);
    const wants = `${key}=${values.join(" or ")}`;
    if (key === zoneLabel) {
      return {
        code: "rehearse/zone",
        title: `it has to be in ${values.join(" or ")}, where no node is`,
        detail: `Nodes are in ${there.join(", ")}.`,
        remedy: "Add the zone to the node group's availabilityZones, or choose a zone that has nodes.",
        data: { zones: values, nodes: there },
      };
    }
    return {
      code: "rehearse/node-selector",
      title: `no node has the label ${wants}`,
      detail: there.length > 0 ? `Nodes have ${key} as ${there.join(", ")}.` : `No node has a label ${key}.`,
      remedy: "Put the label on a node group (managedNodeGroups[].labels), or change nodeSelector or nodeAffinity.",
      data: { label: key, values },
    };
  },
});

/** Clauses that say enough by themselves. */
const plain = (code: string, pattern: RegExp, title: string, remedy: string): ClauseCause =>
  defineClauseCause({ code, pattern, explain: () => ({ code, title, remedy }) });

export const placementCauses: readonly ClauseCause[] = [
  taint,
  selector,
  plain(
    "rehearse/pod-affinity",
    /node\(s\) didn't (?:match pod (?:anti-)?affinity rules|satisfy existing pods anti-affinity rules)/,
    "its pod affinity or anti-affinity leaves no node",
    "More nodes, or preferredDuringSchedulingIgnoredDuringExecution instead of required.",
  ),
  plain(
    "rehearse/topology-spread",
    /node\(s\) didn't match pod topology spread constraints/,
    "its topologySpreadConstraints leave no node",
    "Nodes in more zones, a larger maxSkew, or whenUnsatisfiable: ScheduleAnyway.",
  ),
  plain(
    "rehearse/host-port",
    /node\(s\) didn't have free ports for the requested pod ports/,
    "the host port it wants is taken on every node",
    "Use a Service instead of hostPort, or fewer pods than nodes.",
  ),
  defineClauseCause({
    code: "rehearse/node-not-ready",
    pattern: /^(\d+) node\(s\) were unschedulable/,
    explain: ([, count]) => ({
      code: "rehearse/node-not-ready",
      title: `${count} nodes are cordoned`,
      remedy: "Uncordon them, or wait until new nodes take their place.",
      passes: true,
    }),
  }),
  plain(
    "rehearse/no-nodes",
    /no nodes available to schedule pods/,
    "the cluster has no node",
    "Give a node group a desiredCapacity above 0, or a Fargate profile that selects the pod.",
  ),
];
