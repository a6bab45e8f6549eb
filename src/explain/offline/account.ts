// IAM out of a file: what `aws iam get-account-authorization-details` prints.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountAuthorizationDetails.html
import { LotseError } from "../../base/index.ts";
import type { Known } from "../explanation.ts";
import { read, unread } from "../explanation.ts";
import type { PolicyText, RoleFacts } from "../iam/world.ts";

type Json = Readonly<Record<string, unknown>>;

const objects = (value: unknown): Json[] =>
  Array.isArray(value) ? value.filter((item): item is Json => typeof item === "object" && item !== null) : [];
const text = (value: unknown): string => (typeof value === "string" ? value : "");

/** Documents are JSON objects in the AWS CLI's output, percent-encoded text in the API's. */
const documentText = (value: unknown): string =>
  typeof value === "string"
    ? value.trimStart().startsWith("{")
      ? value
      : decodeURIComponent(value)
    : JSON.stringify(value ?? {});

function managedPolicies(list: unknown): Map<string, PolicyText> {
  return new Map(
    objects(list).map((policy) => {
      const arn = text(policy["Arn"]);
      const version = objects(policy["PolicyVersionList"]).find((each) => each["IsDefaultVersion"] === true);
      const known: Known<string> = version
        ? read(documentText(version["Document"]))
        : unread(`the file has no version of ${arn}`);
      return [arn, { name: arn, arn, text: known }];
    }),
  );
}

function roleOf(role: Json, managed: ReadonlyMap<string, PolicyText>): RoleFacts {
  const arn = text(role["Arn"]);
  const name = text(role["RoleName"]);
  const policyOf = (of: string): PolicyText =>
    managed.get(of) ?? { name: of, arn: of, text: unread(`the file has no policy ${of}`) };
  const inline = objects(role["RolePolicyList"]).map((policy): PolicyText => {
    const own = text(policy["PolicyName"]);
    return {
      name: `inline policy ${own} of role ${name}`,
      inline: own,
      text: read(documentText(policy["PolicyDocument"])),
    };
  });
  const attached = objects(role["AttachedManagedPolicies"]).map((policy) => policyOf(text(policy["PolicyArn"])));
  const boundary = text((role["PermissionsBoundary"] as Json | undefined)?.["PermissionsBoundaryArn"]);
  const tags = objects(role["Tags"]).map((tag) => [text(tag["Key"]), text(tag["Value"])]);
  const created = Date.parse(text(role["CreateDate"]));
  const id = text(role["RoleId"]);
  return {
    arn,
    ...(id === "" ? {} : { id }),
    trust: documentText(role["AssumeRolePolicyDocument"]),
    policies: read([...inline, ...attached]),
    ...(boundary === "" ? {} : { boundary: policyOf(boundary) }),
    tags: read(Object.fromEntries(tags) as Record<string, string>),
    ...(Number.isNaN(created) ? {} : { created }),
  };
}

/**
 * Reads the file.
 *
 * @throws LotseError `explain/bad-account`
 */
export function readAccount(file: string, content: string): ReadonlyMap<string, Known<RoleFacts | undefined>> {
  let details: Json | undefined;
  try {
    const parsed: unknown = JSON.parse(content);
    details = typeof parsed === "object" && parsed !== null ? (parsed as Json) : undefined;
  } catch (cause) {
    throw badAccount(file, cause);
  }
  if (!Array.isArray(details?.["RoleDetailList"])) throw badAccount(file, undefined);
  const managed = managedPolicies(details["Policies"]);
  return new Map(
    objects(details["RoleDetailList"]).map((role) => [text(role["Arn"]), read(roleOf(role, managed))] as const),
  );
}

function badAccount(file: string, cause: unknown): LotseError {
  return new LotseError(
    "explain/bad-account",
    {
      title: `${file} isn't what \`aws iam get-account-authorization-details\` prints`,
      remedy: `Make it with \`aws iam get-account-authorization-details --output json > ${file}\`.`,
    },
    { cause },
  );
}
