// The two lists of a living cluster: who can enter it, and which of its pods can become which roles.
import { describeCluster, openCluster, readAwsAuthMap, readEntries } from "../../access/index.ts";
import type { Aws } from "../../aws/index.ts";
import { allPages } from "../../aws/index.ts";
import type { Kube, KubeObject } from "../../kube/index.ts";
import { resources } from "../../kube/index.ts";
import type { Known } from "../explanation.ts";
import { isRead, read, unread, valueOf } from "../explanation.ts";
import type { AccessOverview } from "../graph/model.ts";
import { entrantsOf, unreadOf } from "../graph/people.ts";
import type { AccountFacts, WorkloadFacts } from "../graph/pods.ts";
import { podRolesOf, unreadPods } from "../graph/pods.ts";
import type { NodeFacts, PodFacts } from "../pod/world.ts";
import { attempt } from "./attempt.ts";
import type { DaemonSetObject } from "./daemons.ts";
import { proxyAmong } from "./daemons.ts";
import type { PodObject } from "./kube-pod.ts";
import type { NodeObject } from "./node.ts";
import { nodeFacts } from "./node.ts";
import { readAssociations, readClusterFacts } from "./pod-world.ts";
import { readRbac } from "./principal.ts";
import { roleReader } from "./roles.ts";

/** `Deployment cart` of a pod that a ReplicaSet made; else its owner, else itself. */
export function workloadOf({ metadata }: KubeObject): string {
  const owner = metadata.ownerReferences?.find(({ controller }) => controller === true);
  if (!owner) return `Pod ${metadata.name}`;
  if (owner.kind !== "ReplicaSet") return `${owner.kind} ${owner.name}`;
  return `Deployment ${owner.name.replace(/-[a-z0-9]{4,10}$/, "")}`;
}

/** ARNs of roles whose trust names the cluster's issuer. */
async function trustingRoles(aws: Aws, issuer: string): Promise<string[]> {
  const roles = await allPages(async (Marker) => {
    const page = await aws.call("iam", "ListRoles", Marker === undefined ? {} : { Marker });
    return { items: page.Roles, next: page.IsTruncated ? page.Marker : undefined };
  });
  return roles
    .filter(({ AssumeRolePolicyDocument = "" }) => decodeURIComponent(AssumeRolePolicyDocument).includes(issuer))
    .flatMap(({ Arn }) => Arn ?? []);
}

async function inside(kube: Kube): Promise<{
  accounts: Known<AccountFacts[]>;
  pods: Known<PodObject[]>;
  nodes: Known<NodeObject[]>;
  daemonSets: Known<DaemonSetObject[]>;
}> {
  const [accounts, pods, nodes, daemonSets] = await Promise.all([
    attempt("service accounts", async () => kube.list(resources.serviceAccounts)),
    attempt("pods", async () => kube.list<PodObject>(resources.pods)),
    attempt("nodes", async () => kube.list<NodeObject>(resources.nodes)),
    attempt("DaemonSets", async () => kube.list<DaemonSetObject>(resources.daemonSets)),
  ]);
  return {
    accounts: isRead(accounts)
      ? read(
          accounts.value.map(({ metadata: { name, namespace = "default", annotations = {} } }) => ({
            namespace,
            name,
            annotations,
          })),
        )
      : accounts,
    pods,
    nodes,
    daemonSets,
  };
}

const notRead = (what: string, known: Known<unknown>): string[] => (isRead(known) ? [] : [`${what}: ${known.unread}`]);

/** Reads a living cluster. @throws LotseError `access/…`, `aws/…` */
export async function readOverview(aws: Aws, clusterName: string, now: number): Promise<AccessOverview> {
  const living = await describeCluster(aws, clusterName);
  const kube = openCluster(aws, living);
  const roles = roleReader(aws);
  try {
    const [cluster, entries, awsAuth, rbac, here, associations, providers] = await Promise.all([
      readClusterFacts(aws, clusterName),
      living.mode === "CONFIG_MAP" ? read([]) : attempt("access entries", () => readEntries(aws, clusterName)),
      attempt("aws-auth", async () => (await readAwsAuthMap(kube))?.data),
      readRbac(kube),
      inside(kube),
      attempt("Pod Identity associations", () => readAssociations(aws, clusterName)),
      roles.providers(),
    ]);
    const people = { mode: read(living.mode), entries, awsAuth, rbac };
    const issuer = valueOf(cluster.issuer)?.replace(/^https:\/\//, "");
    const trusting: Known<string[]> =
      issuer === undefined
        ? unread("the cluster has no issuer")
        : await attempt("roles", () => trustingRoles(aws, issuer));
    const nodes = new Map<string, NodeFacts>(
      await Promise.all(
        (valueOf(here.nodes) ?? []).map(async (node) => [node.metadata.name, await nodeFacts(aws, node)] as const),
      ),
    );
    const accounts = valueOf(here.accounts) ?? [];
    const listed = valueOf(associations) ?? [];
    const arns = [
      ...(valueOf(trusting) ?? []),
      ...listed.flatMap(({ roleArn, targetRoleArn }) => [roleArn, targetRoleArn ?? []].flat()),
      ...accounts.flatMap(({ annotations }) => annotations["eks.amazonaws.com/role-arn"] ?? []),
      ...[...nodes.values()].flatMap(({ roleArn }) => valueOf(roleArn) ?? []),
    ].filter((arn) => arn.startsWith("arn:"));
    const daemonSets = here.daemonSets;
    const pods = {
      cluster,
      accounts,
      workloads: (valueOf(here.pods) ?? []).map((pod): WorkloadFacts => ({
        label: workloadOf(pod),
        pod: pod satisfies PodFacts,
      })),
      associations: listed,
      roles: await roles.roles([...new Set(arns)]),
      providers,
      nodes,
      proxy: isRead(daemonSets) ? read(proxyAmong(daemonSets.value)) : daemonSets,
      now,
    };
    return {
      cluster: clusterName,
      mode: living.mode,
      people: entrantsOf(people),
      pods: podRolesOf(pods),
      notes: [
        ...unreadOf(people),
        ...notRead("service accounts", here.accounts),
        ...notRead("pods", here.pods),
        ...notRead("associations", associations),
        ...notRead("roles", trusting),
        ...unreadPods(pods),
      ],
    };
  } finally {
    kube.close();
  }
}
