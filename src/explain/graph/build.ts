// Lists made into two pictures: people to rights, pods to roles.
import { roleName } from "../iam/world.ts";
import type { AccessOverview, Entrant, Graph, GraphEdge, GraphNode, PodRole } from "./model.ts";

/** Collects nodes and edges, each once. */
interface Builder {
  node(node: GraphNode): string;
  edge(edge: GraphEdge): void;
  done(title: string, layers: Graph["layers"]): Graph;
}

function builder(): Builder {
  const nodes = new Map<string, GraphNode>();
  const edges = new Map<string, GraphEdge>();
  return {
    node: (node) => {
      const known = nodes.get(node.id);
      nodes.set(node.id, known ? { ...known, ...node } : node);
      return node.id;
    },
    edge: (edge) => {
      const key = `${edge.from} ${edge.to}`;
      const known = edges.get(key);
      // One way that works is enough.
      if (!known || known.broken) edges.set(key, edge);
    },
    done: (title, layers) => ({ title, layers, nodes: [...nodes.values()], edges: [...edges.values()] }),
  };
}

const accountOf = (arn: string): string => /^arn:[^:]*:(?:iam|sts)::(\d+):/.exec(arn)?.[1] ?? "";

function nameOf(arn: string): { label: string; detail: string } {
  const resource = arn.split(":").slice(5).join(":");
  if (resource === "") return { label: arn, detail: "" };
  const kind = resource.split("/")[0] ?? "";
  const what = kind === "assumed-role" ? "session" : kind;
  return { label: resource.slice(kind.length + 1) || resource, detail: `${what} of ${accountOf(arn)}` };
}

function addEntrant(to: Builder, one: Entrant): void {
  const { label, detail } = nameOf(one.principal);
  const broken = one.problem !== undefined;
  const principal = to.node({
    id: `principal ${one.principal} ${broken ? one.by : ""}`,
    kind: "principal",
    label,
    detail: broken ? (one.problem ?? "") : [detail, one.by].filter(Boolean).join(" · "),
    ...(broken ? { mark: "broken" as const } : {}),
  });
  const named = nameOf(one.username);
  const user = to.node({
    id: `user ${one.username}`,
    kind: "user",
    label: one.username === "" ? "(no name)" : named.label,
    ...(named.detail === "" ? {} : { detail: named.detail }),
  });
  to.edge({ from: principal, to: user, label: one.by, ...(broken ? { broken } : {}) });
  if (broken) return;
  for (const name of one.groups) {
    const group = to.node({
      id: `group ${name}`,
      kind: "group",
      label: name,
      ...(name === "system:masters" ? { mark: "strong" as const } : {}),
    });
    to.edge({ from: user, to: group });
  }
  for (const right of one.rights) {
    const id = to.node({
      id: `right ${right.name} ${right.where}`,
      kind: "right",
      label: right.name,
      detail: right.where,
      ...(right.strong ? { mark: "strong" as const } : {}),
    });
    const viaGroup = / to Group (.+)$/.exec(right.by)?.[1] ?? /^group (.+)$/.exec(right.by)?.[1];
    to.edge({ from: viaGroup === undefined ? user : `group ${viaGroup}`, to: id, label: right.by });
  }
}

function addPodRole(to: Builder, row: PodRole): void {
  const account = to.node({
    id: `account ${row.namespace}/${row.serviceAccount}`,
    kind: "account",
    label: row.serviceAccount,
    ...(row.by === "trust alone" ? {} : { detail: `${row.namespace} · ${row.by}` }),
  });
  for (const label of row.workloads) {
    const workload = to.node({
      id: `workload ${row.namespace} ${label}`,
      kind: "workload",
      label,
      detail: row.namespace,
    });
    to.edge({ from: workload, to: account });
  }
  const works = row.trusted === "yes";
  const role = to.node({
    id: `role ${row.roleArn}`,
    kind: "role",
    label: roleName(row.roleArn),
    detail: `${accountOf(row.roleArn)}${works ? "" : row.trusted === "no" ? " · doesn't let it in" : " · not to be told"}`,
    ...(works ? {} : { mark: "broken" as const }),
  });
  to.edge({
    from: account,
    to: role,
    label: `${row.by}: ${row.why}`,
    ...(works ? {} : { broken: true }),
    ...(row.by === "trust alone" ? { idle: true } : {}),
  });
}

/** The two pictures of an overview; without anything to show a picture is left out. */
export function graphsOf({ cluster, people, pods }: AccessOverview): Graph[] {
  const [entering, becoming] = [builder(), builder()];
  for (const one of people) addEntrant(entering, one);
  for (const row of pods) addPodRole(becoming, row);
  return [
    entering.done(`Who can enter ${cluster}, and as whom`, ["principal", "user", "group", "right"]),
    becoming.done(`Which pods of ${cluster} can become which roles`, ["workload", "account", "role"]),
  ].filter(({ nodes }) => nodes.length > 0);
}
