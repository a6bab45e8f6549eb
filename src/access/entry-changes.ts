// `create|delete accessentry`: EKS's access entries, checked before EKS is asked, and nobody locked out by accident.
import type { Aws } from "../aws/index.ts";
import { isExisting, isGone, waitFor } from "../aws/index.ts";
import { isLotseError, LotseError } from "../base/index.ts";
import { accessEntryTypes, accessPolicies, accessPolicyArn, nodeEntryIdentities } from "../facts/index.ts";
import type { AssociatedPolicy } from "../identity/index.ts";
import {
  entryGroupProblem,
  entryUsernameProblem,
  identityRows,
  readAwsAuth,
  sameArn,
  stripPath,
} from "../identity/index.ts";
import { readAwsAuthMap } from "./aws-auth-store.ts";
import { callerIdentity } from "./caller.ts";
import type { NewEntry } from "./entries.ts";
import { createEntry, readEntry } from "./entries.ts";
import type { LivingCluster } from "./living-cluster.ts";
import { describeCluster, openCluster } from "./living-cluster.ts";
import { nodeRoles } from "./node-roles.ts";

const invalid = (title: string, remedy: string): LotseError => new LotseError("access/bad-entry", { title, remedy });

/** Clusters that read no access entries can't have any. */
function takesEntries({ mode, name }: LivingCluster): void {
  if (mode !== "CONFIG_MAP") return;
  throw new LotseError("access/no-entries", {
    title: `${name} takes no access entries: its authentication mode is CONFIG_MAP`,
    remedy: "Change it with `lotse utils migrate-to-access-entry --target-authentication-mode API_AND_CONFIG_MAP`.",
  });
}

/**
 * A policy by name or ARN, with its scope as text: `cluster`, or `namespace:a,b-*`.
 *
 * @example accessPolicyOf("AmazonEKSViewPolicy=namespace:shop,shop-*")
 * @throws LotseError `access/bad-entry`
 */
export function accessPolicyOf(text: string, partition: string): AssociatedPolicy {
  const [name = "", scope = "cluster"] = text.split("=");
  const isArn = name.startsWith("arn:");
  if (isArn ? !/:cluster-access-policy\/\w+$/.test(name) : !accessPolicies.includes(name))
    throw invalid(
      `${JSON.stringify(name)} is no access policy`,
      `There are ${accessPolicies.slice(0, 6).join(", ")} …`,
    );
  const policyArn = isArn ? name : accessPolicyArn(name, partition);
  if (scope === "cluster") return { policyArn, accessScope: { type: "cluster" } };
  const namespaces = /^namespaces?:(.+)$/.exec(scope)?.[1]?.split(",").filter(Boolean) ?? [];
  if (namespaces.length === 0)
    throw invalid(`${JSON.stringify(scope)} is no scope`, "Write POLICY=cluster or POLICY=namespace:shop,shop-*.");
  return { policyArn, accessScope: { type: "namespace", namespaces } };
}

/** What EKS would refuse, in the words it uses, before anything is made. */
function checkEntry({
  principalArn,
  type = "STANDARD",
  username,
  kubernetesGroups = [],
  policies = [],
}: NewEntry): void {
  if (!/^arn:[a-z-]+:iam::\d{12}:(role|user)\/./.test(principalArn))
    throw invalid(
      `${JSON.stringify(principalArn)} is no role or user`,
      "Give it as arn:aws:iam::111122223333:role/name; of a session, its role.",
    );
  if (principalArn.includes(":role/aws-service-role/"))
    throw invalid(`${principalArn} is a service-linked role`, "Those can't have access entries.");
  if (!accessEntryTypes.includes(type))
    throw invalid(`${JSON.stringify(type)} is no type of access entries`, `There are ${accessEntryTypes.join(", ")}.`);
  if (type !== "STANDARD" && (username !== undefined || kubernetesGroups.length > 0))
    throw invalid(
      `entries of type ${type} have a name and groups of their own`,
      "Leave --kubernetes-username and --kubernetes-groups out.",
    );
  if (type in nodeEntryIdentities && type !== "EC2" && policies.length > 0)
    throw invalid(
      `entries of type ${type} take no access policies`,
      "Use type STANDARD, or EC2 for nodes of Auto Mode.",
    );
  const problem = [
    ...(username === undefined ? [] : [entryUsernameProblem(username)]),
    ...kubernetesGroups.map(entryGroupProblem),
  ].find((each) => each !== undefined);
  if (problem !== undefined) throw invalid(problem, "Choose another name, and bind it in RBAC.");
}

/** What became of each entry that was asked for. */
export interface EntryOutcome {
  principalArn: string;
  /** False when there was one already, which is left as it is. */
  created: boolean;
}

/**
 * Makes access entries. All are checked before the first is made; those that exist are left alone.
 *
 * @throws LotseError `access/bad-entry`, `access/no-entries`, `aws/…`
 */
export async function createEntries(
  aws: Aws,
  clusterName: string,
  entries: readonly NewEntry[],
  confirm: (text: string) => Promise<boolean>,
): Promise<EntryOutcome[]> {
  for (const entry of entries) checkEntry(entry);
  takesEntries(await describeCluster(aws, clusterName));
  const arns = entries.map(({ principalArn }) => principalArn);
  if (!(await confirm(`Let ${arns.join(", ")} into ${clusterName}?`))) return [];
  const outcomes: EntryOutcome[] = [];
  for (const entry of entries) {
    const { principalArn } = entry;
    try {
      await createEntry(aws, clusterName, entry);
      outcomes.push({ principalArn, created: true });
    } catch (error) {
      if (!isExisting(error)) throw error;
      outcomes.push({ principalArn, created: false });
    }
  }
  return outcomes;
}

const same = (left: string, right: string): boolean => sameArn(stripPath(left), stripPath(right));

/** True when aws-auth lets a principal in without its entry. */
async function mappedBesides(aws: Aws, cluster: LivingCluster, arn: string): Promise<boolean> {
  if (cluster.mode !== "API_AND_CONFIG_MAP") return false;
  const kube = openCluster(aws, cluster);
  try {
    const map = await readAwsAuthMap(kube);
    return identityRows(readAwsAuth(map?.data), stripPath(arn)).length > 0;
  } catch (error) {
    // A cluster that can't be asked, or doesn't answer the caller: what isn't known doesn't count.
    if (!isLotseError(error)) throw error;
    return false;
  } finally {
    kube.close();
  }
}

async function guardEntry(aws: Aws, cluster: LivingCluster, principalArn: string): Promise<void> {
  const { canonicalArn } = await callerIdentity(aws);
  const user = (await nodeRoles(aws, cluster.name)).find(({ arn }) => same(arn, principalArn));
  const own = same(canonicalArn, principalArn);
  if ((!own && !user) || (await mappedBesides(aws, cluster, principalArn))) return;
  if (own)
    throw new LotseError("access/removes-own-access", {
      title: `${principalArn} is you; without its entry ${cluster.name} refuses you`,
      remedy: "Use other credentials, or force it with --force.",
    });
  throw new LotseError("access/removes-node-role", {
    title: `${principalArn} is the role of ${user?.name ?? "nodes"}; without its entry they stop being Ready`,
    remedy: "Delete what uses it first, or force it with --force.",
  });
}

/** Options of {@link deleteEntry}. */
export interface EntryRemoval {
  principalArn: string;
  /** The stack that eksctl's or lotse's file made the entry with, if there is one: it goes instead. */
  stackName?: string;
  /** Also the caller's own, and that of living nodes. */
  force?: boolean;
}

async function deleteStack(aws: Aws, stackName: string): Promise<boolean> {
  const status = async (): Promise<string | undefined> => {
    try {
      return (await aws.call("cloudformation", "DescribeStacks", { StackName: stackName })).Stacks?.[0]?.StackStatus;
    } catch (error) {
      if (isGone(error)) return undefined;
      throw error;
    }
  };
  const before = await status();
  if (before === undefined || before === "DELETE_COMPLETE") return false;
  await aws.call("cloudformation", "DeleteStack", { StackName: stackName });
  const look = async (): Promise<string | undefined> => {
    const now = (await status()) ?? "DELETE_COMPLETE";
    return now.endsWith("_IN_PROGRESS") ? undefined : now;
  };
  const what = `the deletion of stack ${stackName}`;
  const end = await waitFor(look, { what, timeout: 600, signal: aws.signal });
  if (end !== "DELETE_COMPLETE")
    throw new LotseError("access/stack-left", {
      title: `Stack ${stackName} is ${end}`,
      remedy: `See why: aws cloudformation describe-stack-events --stack-name ${stackName}`,
      blame: "aws",
    });
  return true;
}

/**
 * Deletes an access entry, with the stack that it stands in where there is one.
 *
 * @returns false when it was declined
 * @throws LotseError `access/no-entry`, `access/removes-own-access`, `access/removes-node-role`, `aws/…`
 */
export async function deleteEntry(
  aws: Aws,
  clusterName: string,
  { principalArn, stackName, force = false }: EntryRemoval,
  confirm: (text: string) => Promise<boolean>,
): Promise<boolean> {
  const cluster = await describeCluster(aws, clusterName);
  takesEntries(cluster);
  if (!(await readEntry(aws, clusterName, principalArn)))
    throw new LotseError("access/no-entry", {
      title: `${clusterName} has no access entry for ${principalArn}`,
      remedy: "`lotse get accessentry` lists them.",
    });
  if (!force) await guardEntry(aws, cluster, principalArn);
  if (!(await confirm(`Delete the access entry of ${principalArn}?`))) return false;
  if (stackName !== undefined && (await deleteStack(aws, stackName))) return true;
  await aws.call("eks", "DeleteAccessEntry", { clusterName, principalArn });
  return true;
}
