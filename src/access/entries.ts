// Access entries of a cluster with their policies, read and made by EKS's API.
import type { Aws } from "../aws/index.ts";
import { allPages, isGone } from "../aws/index.ts";
import type { AccessEntryRecord, AssociatedPolicy } from "../identity/index.ts";

/** An entry as EKS describes it. */
export interface ListedEntry extends AccessEntryRecord {
  type: string;
  username: string;
  kubernetesGroups: readonly string[];
  policies: readonly AssociatedPolicy[];
  tags: Readonly<Record<string, string>>;
  /** When it was made, epoch milliseconds. */
  created?: number;
}

/** Principals that have an entry; none in mode CONFIG_MAP, where EKS refuses the question. */
export async function entryArns(aws: Aws, clusterName: string): Promise<string[]> {
  return allPages(async (nextToken) => {
    const page = await aws.call("eks", "ListAccessEntries", { clusterName, ...(nextToken ? { nextToken } : {}) });
    return { items: page.accessEntries, next: page.nextToken };
  });
}

async function policiesOf(aws: Aws, clusterName: string, principalArn: string): Promise<AssociatedPolicy[]> {
  const all = await allPages(async (nextToken) => {
    const input = { clusterName, principalArn, ...(nextToken ? { nextToken } : {}) };
    const page = await aws.call("eks", "ListAssociatedAccessPolicies", input);
    return { items: page.associatedAccessPolicies, next: page.nextToken };
  });
  return all.map(({ policyArn = "", accessScope }) => {
    const { type, namespaces = [] } = accessScope ?? {};
    return { policyArn, accessScope: { type, ...(namespaces.length > 0 ? { namespaces } : {}) } };
  });
}

/** One entry; undefined when there is none. */
export async function readEntry(aws: Aws, clusterName: string, principalArn: string): Promise<ListedEntry | undefined> {
  try {
    const { accessEntry = {} } = await aws.call("eks", "DescribeAccessEntry", { clusterName, principalArn });
    const type = accessEntry.type ?? "STANDARD";
    return {
      principalArn: accessEntry.principalArn ?? principalArn,
      type,
      username: accessEntry.username ?? "",
      kubernetesGroups: accessEntry.kubernetesGroups ?? [],
      policies: type === "STANDARD" || type === "EC2" ? await policiesOf(aws, clusterName, principalArn) : [],
      tags: accessEntry.tags ?? {},
      ...(accessEntry.createdAt === undefined ? {} : { created: accessEntry.createdAt.getTime() }),
    };
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  }
}

/** All entries, in EKS's order. What vanishes meanwhile isn't there. */
export async function readEntries(aws: Aws, clusterName: string): Promise<ListedEntry[]> {
  const arns = await entryArns(aws, clusterName);
  const entries = await Promise.all(arns.map(async (arn) => readEntry(aws, clusterName, arn)));
  return entries.filter((entry) => entry !== undefined);
}

/** An entry to make. */
export interface NewEntry {
  principalArn: string;
  type?: string;
  username?: string;
  kubernetesGroups?: readonly string[];
  policies?: readonly AssociatedPolicy[];
}

/**
 * Makes an entry and associates its policies.
 *
 * @throws LotseError `aws/exists` and whatever else EKS refuses
 */
export async function createEntry(aws: Aws, clusterName: string, entry: NewEntry): Promise<void> {
  const { principalArn, type, username, kubernetesGroups = [], policies = [] } = entry;
  await aws.call("eks", "CreateAccessEntry", {
    clusterName,
    principalArn,
    ...(type === undefined ? {} : { type }),
    ...(username === undefined || username === "" ? {} : { username }),
    ...(kubernetesGroups.length === 0 ? {} : { kubernetesGroups: [...kubernetesGroups] }),
  });
  // One after the other: EKS answers two at once for an entry with "in use".
  for (const { policyArn, accessScope } of policies) {
    await aws.call("eks", "AssociateAccessPolicy", {
      clusterName,
      principalArn,
      policyArn,
      accessScope: {
        type: accessScope.type as "cluster" | "namespace",
        ...(accessScope.namespaces ? { namespaces: [...accessScope.namespaces] } : {}),
      },
    });
  }
}
