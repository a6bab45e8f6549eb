// Which pods can become which roles: by association, by annotation, by their node, and by a trust that nobody uses yet.
import type { Known } from "../explanation.ts";
import { isRead, read, valueOf } from "../explanation.ts";
import type { ProviderFacts, RoleFacts } from "../iam/world.ts";
import { roleName } from "../iam/world.ts";
import { admitted } from "../pod/admission.ts";
import { becomes } from "../pod/explain-pod.ts";
import { plainResource } from "../pod/permission.ts";
import type { AssociationFacts, ClusterFacts, NodeFacts, PodFacts, PodWorld, ProxyFacts } from "../pod/world.ts";
import type { PodRole } from "./model.ts";

/** A service account by name. */
export interface AccountFacts {
  namespace: string;
  name: string;
  annotations: Readonly<Record<string, string>>;
}

/** A pod, or the template of pods that a Deployment or its like makes. */
export interface WorkloadFacts {
  /** `Deployment cart`, `Pod cart-1`. */
  label: string;
  pod: PodFacts;
}

/** What the list is made of. */
export interface PodsWorld {
  cluster: ClusterFacts;
  accounts: readonly AccountFacts[];
  workloads: readonly WorkloadFacts[];
  associations: readonly (AssociationFacts & { namespace: string; serviceAccount: string })[];
  roles: ReadonlyMap<string, Known<RoleFacts | undefined>>;
  providers: Known<readonly ProviderFacts[]>;
  /** By name. */
  nodes: ReadonlyMap<string, NodeFacts>;
  proxy: Known<ProxyFacts | undefined>;
  now: number;
}

const annotation = "eks.amazonaws.com/role-arn";

function podOf({ namespace, name }: Pick<AccountFacts, "namespace" | "name">): PodFacts {
  return {
    metadata: { name: "any", namespace },
    spec: { serviceAccountName: name, containers: [{ name: "app" }] },
  };
}

function worldOf(
  world: PodsWorld,
  account: AccountFacts,
  association: AssociationFacts | undefined,
  pod: PodFacts,
): PodWorld {
  return {
    cluster: world.cluster,
    pod,
    sources: { configMaps: new Map(), secretKeys: new Map() },
    namespaceAnnotations: { unread: "it wasn't looked at" },
    serviceAccount: read({ annotations: account.annotations }),
    association: read(association),
    agent: read(true),
    node: read(pod.spec.nodeName === undefined ? undefined : world.nodes.get(pod.spec.nodeName)),
    proxy: world.proxy,
    roles: world.roles,
    providers: world.providers,
    target: plainResource(world.cluster.account),
  };
}

const answers = { allow: "yes", deny: "no", unknown: "unknown" } as const;

function meant(world: PodsWorld, account: AccountFacts): Omit<PodRole, "workloads"> | undefined {
  const { namespace, name } = account;
  const association = world.associations.find((each) => each.namespace === namespace && each.serviceAccount === name);
  const annotated = account.annotations[annotation];
  const pod = admitted(podOf(account), read({ annotations: account.annotations }), read(association));
  const roleArn = association ? (association.targetRoleArn ?? association.roleArn) : annotated;
  if (!pod || roleArn === undefined) return undefined;
  const { verdict, why } = becomes(worldOf(world, account, association, pod), world.now);
  return {
    namespace,
    serviceAccount: name,
    roleArn,
    by: association ? "Pod Identity" : "IRSA",
    trusted: answers[verdict],
    why,
  };
}

/** Roles that a service account's token opens although it isn't annotated with them. */
function open(world: PodsWorld, account: AccountFacts, used: string | undefined): Omit<PodRole, "workloads">[] {
  const issuer = valueOf(world.cluster.issuer)?.replace(/^https:\/\//, "");
  if (issuer === undefined) return [];
  return [...world.roles.values()].flatMap((known) => {
    const role = valueOf(known);
    if (!role || role.arn === used || !role.trust.includes(issuer)) return [];
    const asking = { ...account, annotations: { [annotation]: role.arn } };
    const pod = admitted(podOf(account), read({ annotations: asking.annotations }), read(undefined));
    if (!pod) return [];
    const { verdict, why } = becomes(worldOf(world, asking, undefined, pod), world.now);
    if (verdict !== "allow") return [];
    const { namespace, name } = account;
    return [
      { namespace, serviceAccount: name, roleArn: role.arn, by: "trust alone" as const, trusted: "yes" as const, why },
    ];
  });
}

/** What the pods of an account get from the metadata address, each role once. */
function byNode(world: PodsWorld, account: AccountFacts, own: readonly WorkloadFacts[]): Omit<PodRole, "workloads">[] {
  const found = new Map<string, Omit<PodRole, "workloads">>();
  for (const { pod } of own) {
    if (pod.spec.nodeName === undefined) continue;
    const { roleArn, verdict, why, source } = becomes(worldOf(world, account, undefined, pod), world.now);
    if (verdict !== "allow" || roleArn === undefined || source !== "metadata") continue;
    const by = valueOf(world.proxy) ? "proxy" : "node";
    const { namespace, name } = account;
    found.set(roleArn, { namespace, serviceAccount: name, roleArn, by, trusted: "yes", why });
  }
  return [...found.values()];
}

/** Every way of a pod to a role. */
export function podRolesOf(world: PodsWorld): PodRole[] {
  const known = new Set(world.accounts.map(({ namespace, name }) => `${namespace}/${name}`));
  // An association doesn't need its account to be there.
  const promised = world.associations
    .filter(({ namespace, serviceAccount }) => !known.has(`${namespace}/${serviceAccount}`))
    .map(({ namespace, serviceAccount }): AccountFacts => ({ namespace, name: serviceAccount, annotations: {} }));
  return [...world.accounts, ...promised].flatMap((account) => {
    const own = world.workloads.filter(
      ({ pod }) =>
        pod.metadata.namespace === account.namespace && (pod.spec.serviceAccountName ?? "default") === account.name,
    );
    const workloads = [...new Set(own.map(({ label }) => label))];
    const first = meant(world, account);
    const rows = [...(first ? [first] : byNode(world, account, own)), ...open(world, account, first?.roleArn)];
    return rows.map((row): PodRole => ({ ...row, workloads }));
  });
}

/** What of it couldn't be read, for people. */
export function unreadPods({ providers, cluster, roles }: PodsWorld): string[] {
  const closed = [...roles].flatMap(([arn, known]) =>
    isRead(known) ? [] : [`role ${roleName(arn)}: ${known.unread}`],
  );
  return [
    ...(isRead(providers) ? [] : [`providers: ${providers.unread}`]),
    ...(isRead(cluster.issuer) ? [] : [`issuer: ${cluster.issuer.unread}`]),
    ...closed,
  ];
}
