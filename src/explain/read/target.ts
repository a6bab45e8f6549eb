// The resource that a question is about: who owns it, and what its own policy says.
// Which services have such policies: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_aws-services-that-work-with-iam.html
import type { GrantListEntry } from "@aws-sdk/client-kms";
import type { Aws } from "../../aws/index.ts";
import { allPages } from "../../aws/index.ts";
import type { Known } from "../explanation.ts";
import { isRead, read, unread } from "../explanation.ts";
import { withStatement } from "../iam/edit.ts";
import type { PolicyText, ResourceFacts } from "../iam/world.ts";
import { accountOf, roleName } from "../iam/world.ts";
import { attemptFind } from "./attempt.ts";
import type { RoleReader } from "./roles.ts";

/** Services whose resources carry policies that lotse doesn't read: what is allowed there stays open. */
const closed: readonly string[] = [
  "acm-pca",
  "aoss",
  "apigateway",
  "backup",
  "codeartifact",
  "codebuild",
  "dynamodb",
  "ecr",
  "elasticfilesystem",
  "es",
  "events",
  "execute-api",
  "glacier",
  "glue",
  "kinesis",
  "lambda",
  "logs",
  "s3express",
  "s3-outposts",
  "secretsmanager",
  "ses",
  "sns",
  "sqs",
];

const own = (account: string, policy: Known<PolicyText | undefined>, mustAllow = false): ResourceFacts => ({
  account: read(account),
  policy,
  mustAllow,
});

async function bucket(aws: Aws, name: string, account: string): Promise<ResourceFacts> {
  const found = await attemptFind(`policy of bucket ${name}`, async () => {
    const input = { Bucket: name, ExpectedBucketOwner: account };
    return (await aws.call("s3", "GetBucketPolicy", input)).Policy;
  });
  if (!isRead(found)) return { account: unread(`the owner of bucket ${name}`), policy: found, mustAllow: false };
  const text = found.value;
  return own(account, read(text === undefined ? undefined : { name: `policy of bucket ${name}`, text: read(text) }));
}

/** A grant lets somebody use a key as a statement of its policy would. */
function grantStatement({
  GrantId = "",
  GranteePrincipal = "",
  Operations = [],
  Constraints = {},
}: GrantListEntry): object {
  const { EncryptionContextEquals, EncryptionContextSubset } = Constraints;
  const context = Object.entries(EncryptionContextEquals ?? EncryptionContextSubset ?? {});
  const condition = Object.fromEntries(context.map(([name, value]) => [`kms:EncryptionContext:${name}`, value]));
  return {
    Sid: `Grant ${GrantId}`,
    Effect: "Allow",
    Principal: { AWS: GranteePrincipal },
    Action: Operations.map((operation) => `kms:${operation}`),
    Resource: "*",
    ...(context.length === 0 ? {} : { Condition: { StringEquals: condition } }),
  };
}

async function grantsOf(aws: Aws, KeyId: string): Promise<object[]> {
  const grants = await allPages(async (Marker) => {
    const page = await aws.call("kms", "ListGrants", { KeyId, ...(Marker === undefined ? {} : { Marker }) });
    return { items: page.Grants, next: page.Truncated ? page.NextMarker : undefined };
  });
  // Services are grantees by their host name; a pod is none.
  return grants.filter(({ GranteePrincipal = "" }) => GranteePrincipal.startsWith("arn:")).map(grantStatement);
}

async function key(aws: Aws, arn: string): Promise<ResourceFacts> {
  const id = arn.split(":key/")[1] ?? "";
  const found = await attemptFind(`policy and grants of key ${id}`, async () => {
    const [{ Policy }, grants] = await Promise.all([
      aws.call("kms", "GetKeyPolicy", { KeyId: arn, PolicyName: "default" }),
      grantsOf(aws, arn),
    ]);
    return grants.reduce<string | undefined>((text, grant) => withStatement(text, grant), Policy);
  });
  const policy: Known<PolicyText | undefined> = isRead(found)
    ? read(found.value === undefined ? undefined : { name: `policy of key ${id}`, text: read(found.value) })
    : found;
  return own(accountOf(arn), policy, true);
}

async function role(roles: RoleReader, arn: string): Promise<ResourceFacts> {
  const found = await roles.role(arn);
  const name = `trust policy of role ${roleName(arn)}`;
  const policy: Known<PolicyText | undefined> = isRead(found)
    ? read(found.value && { name, text: read(found.value.trust) })
    : found;
  return own(accountOf(arn), policy, true);
}

/** Reads what there is to know of a resource. */
export async function readTarget(
  aws: Aws,
  roles: RoleReader,
  asked: { action: string; resource: string; account: string },
): Promise<ResourceFacts> {
  const { action, resource, account } = asked;
  const name = /^arn:[^:]+:s3:::([^/*?]+)(\/|$)/.exec(resource)?.[1];
  if (name !== undefined) return bucket(aws, name, account);
  if (/^arn:[^:]+:kms:[^:]*:\d+:key\/[^*?]+$/.test(resource)) return key(aws, resource);
  if (/^sts:AssumeRole$|^sts:TagSession$/i.test(action) && /:role\//.test(resource)) return role(roles, resource);
  return withoutReading({ action, resource, account });
}

/** What can be said of a resource without asking anybody. */
export function withoutReading(asked: { action: string; resource: string; account: string }): ResourceFacts {
  const { action, resource, account } = asked;
  const service = (resource.startsWith("arn:") ? resource.split(":")[2] : action.split(":")[0]) ?? "";
  const owner = accountOf(resource);
  const policied = closed.includes(service) || ((service === "s3" || service === "kms") && resource !== "*");
  return {
    account: read(/^\d{12}$/.test(owner) ? owner : account),
    policy:
      policied && resource !== "*"
        ? unread(`the ${service} policy of ${resource}, which isn't read (--resource-policy gives it)`)
        : read(undefined),
    mustAllow: (service === "kms" && resource !== "*") || (service === "iam" && action.startsWith("sts:")),
  };
}
