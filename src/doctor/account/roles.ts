// IAM as far as a cluster leans on it: roles of the cluster, nodes and Fargate, principals of access entries, OIDC providers.
import type { Aws } from "../../aws/index.ts";
import { allPages, isGone } from "../../aws/index.ts";
import { isLotseError } from "../../base/index.ts";
import type { AccountFacts, AccountParts, PolicyJson, RoleFacts } from "./facts.ts";

const nameOf = (arn: string): string => arn.split("/").at(-1) ?? "";

/** IAM's documents come URL-encoded. */
export function documentOf(text: string | undefined): PolicyJson {
  const document = JSON.parse(decodeURIComponent(text ?? "%7B%7D")) as PolicyJson;
  const { Statement = [] } = document;
  return { ...document, Statement: Array.isArray(Statement) ? Statement : [Statement] };
}

const isMissing = (error: unknown): boolean => {
  if (isGone(error)) return true;
  const code = isLotseError(error) ? error.diagnostic.data?.["awsCode"] : undefined;
  return typeof code === "string" && code.startsWith("NoSuch");
};

/** A role with its policies, in a list; an empty one when there is no such role. */
export async function readRole(aws: Aws, arn: string, uses: RoleFacts["uses"]): Promise<RoleFacts[]> {
  const RoleName = nameOf(arn);
  try {
    const { Role } = await aws.call("iam", "GetRole", { RoleName });
    const [attached, names] = await Promise.all([
      allPages(async (Marker) => {
        const page = await aws.call("iam", "ListAttachedRolePolicies", { RoleName, ...(Marker ? { Marker } : {}) });
        return { items: page.AttachedPolicies, next: page.Marker };
      }),
      allPages(async (Marker) => {
        const page = await aws.call("iam", "ListRolePolicies", { RoleName, ...(Marker ? { Marker } : {}) });
        return { items: page.PolicyNames, next: page.Marker };
      }),
    ]);
    const inline = await Promise.all(
      names.map(async (name) => {
        const { PolicyDocument } = await aws.call("iam", "GetRolePolicy", { RoleName, PolicyName: name });
        return { name, document: documentOf(PolicyDocument) };
      }),
    );
    const trust = documentOf(Role?.AssumeRolePolicyDocument);
    return [{ arn, name: RoleName, uses, trust, inline, attached: attached.map(({ PolicyArn = "" }) => PolicyArn) }];
  } catch (error) {
    // A role that is gone is what health issues tell about.
    if (isMissing(error)) return [];
    throw error;
  }
}

/** Roles of the cluster, its managed nodes and its Fargate profiles. */
export async function roles(aws: Aws, _: string, facts: AccountFacts): Promise<AccountParts["roles"]> {
  const [cluster, groups, profiles] = await Promise.all([
    facts.read("cluster"),
    facts.read("nodeGroups"),
    facts.read("fargateProfiles"),
  ]);
  const uses = new Map<string, Set<RoleFacts["uses"][number]>>();
  const note = (arn: string | undefined, use: RoleFacts["uses"][number]): void => {
    if (arn !== undefined) uses.set(arn, (uses.get(arn) ?? new Set()).add(use));
  };
  note(cluster.roleArn, "cluster");
  for (const { nodeRole } of groups) note(nodeRole, "node");
  for (const { podExecutionRoleArn } of profiles) note(podExecutionRoleArn, "fargate");
  const found = await Promise.all([...uses].map(async ([arn, which]) => readRole(aws, arn, [...which])));
  return found.flat();
}

/** Principals of entries that IAM doesn't know any more. */
export async function lostPrincipals(aws: Aws, _: string, facts: AccountFacts): Promise<readonly string[]> {
  const [entries, cluster, caller] = await Promise.all([facts.read("entries"), facts.read("cluster"), aws.identity()]);
  const account = cluster.arn?.split(":")[4];
  // Who is asking is there.
  const own = entries.filter(({ arn }) => arn.split(":")[4] === account && arn !== caller.arn);
  const lost = await Promise.all(
    own.map(async ({ arn }) => {
      try {
        if (arn.includes(":user/")) await aws.call("iam", "GetUser", { UserName: nameOf(arn) });
        else if (arn.includes(":role/")) await aws.call("iam", "GetRole", { RoleName: nameOf(arn) });
        return [];
      } catch (error) {
        if (isMissing(error)) return [arn];
        throw error;
      }
    }),
  );
  return lost.flat();
}

/** OpenID Connect providers of the account. */
export async function oidcProviders(aws: Aws): Promise<AccountParts["oidcProviders"]> {
  const { OpenIDConnectProviderList = [] } = await aws.call("iam", "ListOpenIDConnectProviders", {});
  return Promise.all(
    OpenIDConnectProviderList.map(async ({ Arn = "" }) => {
      const { ClientIDList = [] } = await aws.call("iam", "GetOpenIDConnectProvider", {
        OpenIDConnectProviderArn: Arn,
      });
      return { arn: Arn, clientIds: ClientIDList };
    }),
  );
}

/** One or many, as a list. */
export const listed = (value: string | readonly string[] | undefined): readonly string[] =>
  value === undefined ? [] : typeof value === "string" ? [value] : value;
