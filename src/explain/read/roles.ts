// Roles with all their policies, read from IAM.
import type { Aws } from "../../aws/index.ts";
import { allPages } from "../../aws/index.ts";
import type { Known } from "../explanation.ts";
import { isRead, read, unread } from "../explanation.ts";
import type { PolicyText, ProviderFacts, RoleFacts } from "../iam/world.ts";
import { accountOf, roleName } from "../iam/world.ts";
import { attempt, attemptFind } from "./attempt.ts";

/** IAM's documents come percent-encoded. */
const decoded = (text: string | undefined): string => decodeURIComponent(text ?? "");

/** Reads IAM; what was read once isn't asked for again. */
export interface RoleReader {
  role(arn: string): Promise<Known<RoleFacts | undefined>>;
  roles(arns: readonly string[]): Promise<Map<string, Known<RoleFacts | undefined>>>;
  providers(): Promise<Known<readonly ProviderFacts[]>>;
}

interface Page {
  Marker?: string | undefined;
  IsTruncated?: boolean | undefined;
}

const nextOf = ({ Marker, IsTruncated }: Page): string | undefined => (IsTruncated ? Marker : undefined);
const markerOf = (token: string | undefined): { Marker?: string } => (token === undefined ? {} : { Marker: token });

async function inlinePolicies(aws: Aws, RoleName: string): Promise<PolicyText[]> {
  const names = await allPages(async (token) => {
    const page = await aws.call("iam", "ListRolePolicies", { RoleName, ...markerOf(token) });
    return { items: page.PolicyNames, next: nextOf(page) };
  });
  return Promise.all(
    names.map(async (PolicyName): Promise<PolicyText> => {
      const text = await attempt(`inline policy ${PolicyName}`, async () =>
        decoded((await aws.call("iam", "GetRolePolicy", { RoleName, PolicyName })).PolicyDocument),
      );
      return { name: `inline policy ${PolicyName} of role ${RoleName}`, inline: PolicyName, text };
    }),
  );
}

async function managedPolicy(aws: Aws, PolicyArn: string): Promise<PolicyText> {
  const text = await attempt(PolicyArn, async () => {
    const { Policy } = await aws.call("iam", "GetPolicy", { PolicyArn });
    const VersionId = Policy?.DefaultVersionId ?? "v1";
    const found = await aws.call("iam", "GetPolicyVersion", { PolicyArn, VersionId });
    return decoded(found.PolicyVersion?.Document);
  });
  return { name: PolicyArn, arn: PolicyArn, text };
}

async function attachedArns(aws: Aws, RoleName: string): Promise<string[]> {
  return allPages(async (token) => {
    const page = await aws.call("iam", "ListAttachedRolePolicies", { RoleName, ...markerOf(token) });
    return { items: page.AttachedPolicies?.flatMap((policy) => policy.PolicyArn ?? []), next: nextOf(page) };
  });
}

async function readRole(
  aws: Aws,
  arn: string,
  managed: (arn: string) => Promise<PolicyText>,
): Promise<Known<RoleFacts | undefined>> {
  const { account } = await aws.identity();
  if (accountOf(arn) !== account) return unread(`it is of account ${accountOf(arn)}, and you are of ${account}`);
  const RoleName = roleName(arn);
  const found = await attemptFind(
    `role ${RoleName}`,
    async () => (await aws.call("iam", "GetRole", { RoleName })).Role,
  );
  if (!isRead(found)) return found;
  const role = found.value;
  // The same name in another path is another role, and nobody assumes it by this ARN.
  if (!role || role.Arn !== arn) return read(undefined);
  const policies = await attempt(`policies of role ${RoleName}`, async () => {
    const [inline, arns] = await Promise.all([inlinePolicies(aws, RoleName), attachedArns(aws, RoleName)]);
    return [...inline, ...(await Promise.all(arns.map(managed)))];
  });
  const boundary = role.PermissionsBoundary?.PermissionsBoundaryArn;
  return read({
    arn,
    ...(role.RoleId === undefined ? {} : { id: role.RoleId }),
    trust: decoded(role.AssumeRolePolicyDocument),
    policies,
    ...(boundary === undefined ? {} : { boundary: await managed(boundary) }),
    tags: read(Object.fromEntries((role.Tags ?? []).map(({ Key = "", Value = "" }) => [Key, Value]))),
    ...(role.CreateDate === undefined ? {} : { created: role.CreateDate.getTime() }),
  });
}

async function readProviders(aws: Aws): Promise<ProviderFacts[]> {
  const { OpenIDConnectProviderList = [] } = await aws.call("iam", "ListOpenIDConnectProviders", {});
  return Promise.all(
    OpenIDConnectProviderList.map(async ({ Arn = "" }) => {
      const found = await aws.call("iam", "GetOpenIDConnectProvider", { OpenIDConnectProviderArn: Arn });
      return { arn: Arn, url: (found.Url ?? "").replace(/^https:\/\//, ""), audiences: found.ClientIDList ?? [] };
    }),
  );
}

/** A reader of one account. */
export function roleReader(aws: Aws): RoleReader {
  const roles = new Map<string, Promise<Known<RoleFacts | undefined>>>();
  const policies = new Map<string, Promise<PolicyText>>();
  let providers: Promise<Known<readonly ProviderFacts[]>> | undefined;
  const managed = (arn: string): Promise<PolicyText> => {
    const known = policies.get(arn) ?? managedPolicy(aws, arn);
    policies.set(arn, known);
    return known;
  };
  const role = (arn: string): Promise<Known<RoleFacts | undefined>> => {
    const known = roles.get(arn) ?? readRole(aws, arn, managed);
    roles.set(arn, known);
    return known;
  };
  return {
    role,
    roles: async (arns) => new Map(await Promise.all(arns.map(async (arn) => [arn, await role(arn)] as const))),
    providers: () => {
      providers ??= attempt("OpenID Connect providers", () => readProviders(aws));
      return providers;
    },
  };
}
