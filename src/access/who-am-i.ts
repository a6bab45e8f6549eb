// Who the caller is twice over: to AWS, and to a cluster; and by which of the cluster's rules.
import type { Aws } from "../aws/index.ts";
import { isDenied } from "../aws/index.ts";
import { errorMessage, isLotseError } from "../base/index.ts";
import type { AuthenticationMode, AwsAuthData, Identity } from "../identity/index.ts";
import { clusterMappers, decideMapping, entryOf, policyName, stripPath } from "../identity/index.ts";
import type { Kube, KubeObject } from "../kube/index.ts";
import { resources } from "../kube/index.ts";
import { callerIdentity } from "./caller.ts";
import type { ListedEntry } from "./entries.ts";
import { readEntries } from "./entries.ts";
import type { LivingCluster } from "./living-cluster.ts";
import { describeCluster, openCluster } from "./living-cluster.ts";

/** A policy that the caller's access entry gives. */
export interface EffectivePolicy {
  name: string;
  /** Namespaces it holds in; undefined is the whole cluster. */
  namespaces?: readonly string[];
}

/** What a cluster makes of the caller. */
export interface ClusterView {
  name: string;
  server: string;
  authenticationMode: AuthenticationMode;
  /** False when no answer came: then the rule is what EKS alone can tell. */
  reachable: boolean;
  /** True when the cluster knows the caller. */
  known: boolean;
  username?: string;
  uid?: string;
  groups?: readonly string[];
  /** Which rule lets the caller in, for people: `access entry arn:…`, `aws-auth mapRoles[2]`. */
  rule?: string;
  policies: readonly EffectivePolicy[];
  /** Why the caller isn't known, and what couldn't be found out. */
  notes: readonly string[];
}

/** Who the caller is. */
export interface WhoAmI {
  account: string;
  arn: string;
  userId: string;
  region: string;
  /** Of a session: the role, as mappings name it. */
  role?: string;
  cluster?: ClusterView;
}

interface SelfSubjectReview {
  status?: { userInfo?: { username?: string; uid?: string; groups?: string[] } };
}

/** What a source says, or a note why it can't be asked. */
async function known<T>(what: string, read: Promise<T>, notes: string[]): Promise<T | undefined> {
  try {
    return await read;
  } catch (error) {
    if (!isLotseError(error)) throw error;
    const denied = isDenied(error) || error.code === "kube/denied";
    notes.push(denied ? `${what} can't be read by you` : `${what} can't be read: ${errorMessage(error)}`);
    return undefined;
  }
}

async function askCluster(kube: Kube): Promise<{ username: string; uid?: string; groups: string[] }> {
  const review = await kube.connection.send<SelfSubjectReview>({
    method: "POST",
    path: "/apis/authentication.k8s.io/v1/selfsubjectreviews",
    body: { apiVersion: "authentication.k8s.io/v1", kind: "SelfSubjectReview" },
    what: "review who asks",
  });
  const { username = "", uid, groups = [] } = review.status?.userInfo ?? {};
  return { username, groups, ...(uid === undefined ? {} : { uid }) };
}

/** EKS tells nobody who made a cluster; but only its creator is called so without a rule of anybody's. */
const isCreator = (user: { username: string; groups: readonly string[] }): boolean =>
  user.username === "kubernetes-admin" && user.groups.includes("system:masters");

function ruleFor(
  identity: Identity,
  cluster: LivingCluster,
  entries: readonly ListedEntry[],
  awsAuth: AwsAuthData | undefined,
): { rule?: string; reason?: string } {
  const mappers = clusterMappers({ authenticationMode: cluster.mode, entries, awsAuth });
  const decision = decideMapping(identity, mappers, {
    // The name of a node is the cluster's own business; for the rule any will do.
    instances: (id) => ({ privateDnsName: id }),
  });
  return decision.allowed ? { rule: decision.user.rule } : { reason: decision.reason };
}

const policyOf = ({ policyArn, accessScope }: ListedEntry["policies"][number]): EffectivePolicy => ({
  name: policyName(policyArn),
  ...(accessScope.type === "namespace" ? { namespaces: accessScope.namespaces ?? [] } : {}),
});

async function viewOf(aws: Aws, identity: Identity, cluster: LivingCluster): Promise<ClusterView> {
  const notes: string[] = [];
  const kube = openCluster(aws, cluster);
  try {
    const entries =
      cluster.mode === "CONFIG_MAP" ? [] : await known("access entries", readEntries(aws, cluster.name), notes);
    const base = { name: cluster.name, server: cluster.server, authenticationMode: cluster.mode };
    const entry = entryOf(entries ?? [], identity);
    const policies = (entry?.policies ?? []).map(policyOf);
    let user: Awaited<ReturnType<typeof askCluster>>;
    try {
      user = await askCluster(kube);
    } catch (error) {
      if (!isLotseError(error)) throw error;
      const { rule, reason } = ruleFor(identity, cluster, entries ?? [], undefined);
      if (error.code === "kube/unreachable") {
        const found = rule === undefined ? {} : { rule };
        return { ...base, reachable: false, known: false, ...found, policies, notes: [errorMessage(error), ...notes] };
      }
      if (error.code !== "kube/unauthorized") throw error;
      const map = cluster.mode === "API" ? "" : ", and no mapping in aws-auth that fits";
      const why = entries && (reason ?? `an access entry was made or changed a moment ago${map}`);
      return {
        ...base,
        reachable: true,
        known: false,
        policies,
        notes: [...(why === undefined ? [] : [why]), ...notes],
      };
    }
    const key = { namespace: "kube-system", name: "aws-auth" };
    const map =
      cluster.mode === "API"
        ? undefined
        : await known("aws-auth", kube.find<KubeObject & { data?: AwsAuthData }>(resources.configMaps, key), notes);
    const found = ruleFor(identity, cluster, entries ?? [], map?.data);
    const rule =
      found.rule ?? (isCreator(user) ? `creator of the cluster, ${stripPath(identity.canonicalArn)}` : undefined);
    if (rule === undefined) notes.push("no rule that you may read lets you in");
    return { ...base, reachable: true, known: true, ...user, ...(rule === undefined ? {} : { rule }), policies, notes };
  } finally {
    kube.close();
  }
}

/**
 * Asks AWS and, where one is named, a cluster.
 *
 * @throws LotseError `aws/…`, `access/no-cluster`, `access/cluster-status`; that the cluster can't be reached or doesn't know the
 *   caller is an answer, not an error
 */
export async function whoAmI(aws: Aws, clusterName?: string): Promise<WhoAmI> {
  const identity = await callerIdentity(aws);
  const { accountId: account, arn, userId, canonicalArn } = identity;
  const me: WhoAmI = {
    account,
    arn,
    userId,
    region: aws.region,
    ...(identity.type === "assumed-role" ? { role: canonicalArn } : {}),
  };
  if (clusterName === undefined) return me;
  return { ...me, cluster: await viewOf(aws, identity, await describeCluster(aws, clusterName)) };
}
