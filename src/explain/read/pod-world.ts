// The AWS half of a pod's world: associations, roles in play, providers, and the resource asked about.
import type { Aws } from "../../aws/index.ts";
import { allPages } from "../../aws/index.ts";
import { isRead, read } from "../explanation.ts";
import { withGivenPolicy } from "../iam/given-policy.ts";
import { rolesInPlay } from "../pod/explain-pod.ts";
import type { AssociationFacts, ClusterFacts, PodQuestion, PodWorld } from "../pod/world.ts";
import { attempt } from "./attempt.ts";
import type { RoleReader } from "./roles.ts";
import { roleReader } from "./roles.ts";
import { readTarget } from "./target.ts";

/** What the cluster itself says of a pod. */
export type ClusterHalf = Omit<PodWorld, "association" | "roles" | "providers" | "target">;

/** A cluster as EKS describes it, as far as identities go. @throws LotseError `aws/…` */
export async function readClusterFacts(aws: Aws, name: string): Promise<ClusterFacts> {
  const { cluster } = await aws.call("eks", "DescribeCluster", { name });
  const arn = cluster?.arn ?? "";
  const [, partition = "aws", , region = aws.region, account = ""] = arn.split(":");
  return { name, arn, region, account, partition, issuer: read(cluster?.identity?.oidc?.issuer) };
}

/** The associations of a cluster, in full; of one service account where it is named. */
export async function readAssociations(
  aws: Aws,
  clusterName: string,
  of: { namespace?: string; serviceAccount?: string } = {},
): Promise<(AssociationFacts & { namespace: string; serviceAccount: string })[]> {
  const listed = await allPages(async (nextToken) => {
    const page = await aws.call("eks", "ListPodIdentityAssociations", {
      clusterName,
      ...of,
      ...(nextToken ? { nextToken } : {}),
    });
    return { items: page.associations, next: page.nextToken };
  });
  return Promise.all(
    listed.map(async ({ associationId = "", namespace = "", serviceAccount = "" }) => {
      const { association } = await aws.call("eks", "DescribePodIdentityAssociation", { clusterName, associationId });
      const { roleArn = "", targetRoleArn, disableSessionTags, externalId, policy } = association ?? {};
      return {
        id: associationId,
        namespace,
        serviceAccount,
        roleArn,
        ...(targetRoleArn === undefined ? {} : { targetRoleArn }),
        ...(disableSessionTags === undefined ? {} : { disableSessionTags }),
        ...(externalId === undefined ? {} : { externalId }),
        ...(policy === undefined ? {} : { policy }),
      };
    }),
  );
}

const proxied = "iam.amazonaws.com/role";

/** Full ARN of the role that a proxy's annotation names. */
function annotatedRole({ pod, proxy, cluster }: ClusterHalf): string[] {
  const facts = isRead(proxy) ? proxy.value : undefined;
  const named = pod.metadata.annotations?.[proxied] ?? facts?.defaultRole;
  if (!facts || named === undefined || named === "") return [];
  const base = facts.baseArn ?? `arn:${cluster.partition}:iam::${cluster.account}:role/`;
  return [/^arn:/i.test(named) ? named : `${base}${named.replace(/^\//, "")}`];
}

/** Reads what of AWS bears on a pod's question. */
export async function readPodWorld(
  aws: Aws,
  half: ClusterHalf,
  question: Pick<PodQuestion, "action" | "resource" | "resourcePolicy">,
  roles: RoleReader = roleReader(aws),
): Promise<PodWorld> {
  const { cluster, pod } = half;
  const of = { namespace: pod.metadata.namespace, serviceAccount: pod.spec.serviceAccountName ?? "default" };
  const [association, providers, target] = await Promise.all([
    attempt("Pod Identity associations", async () => (await readAssociations(aws, cluster.name, of))[0]),
    roles.providers(),
    readTarget(aws, roles, { ...question, account: cluster.account }),
  ]);
  const known = { ...half, association, providers };
  const inPlay = await roles.roles([...rolesInPlay(known), ...annotatedRole(half)]);
  return { ...known, roles: inPlay, target: withGivenPolicy(target, question.resourcePolicy) };
}
