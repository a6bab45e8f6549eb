// Condition keys of a request that a pod would make: what can be known of it before it is made, and what can't.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
import type { ContextValues, Requester } from "../../iam/index.ts";
import { contextOf } from "../../iam/index.ts";
import type { Known } from "../explanation.ts";
import { isRead } from "../explanation.ts";
import type { Circumstances } from "./judge.ts";
import { accountOf } from "./world.ts";

/** A role's session. */
export interface SessionFacts {
  requester: Requester;
  roleArn: string;
  /** Of the session and, where it has none of that name, of the role. */
  tags: Known<Readonly<Record<string, string>>>;
  /** ARN of the provider whose token opened it. */
  provider?: string;
  /** Where SDKs choose it, it isn't known. */
  sessionName?: string;
  roleId?: string;
}

/** What is known of a request besides who makes it. */
export interface RequestFacts {
  action: string;
  resource: string;
  /** Account of the resource, where it is known. */
  resourceAccount?: string;
  /** Where the pod's calls go. */
  region?: string;
  /** Epoch milliseconds. */
  now: number;
  /** What whoever asks knows of the request: `aws:SourceIp`, `s3:prefix` … */
  given: ContextValues;
}

/** Keys that no request of a role's session has, unless it says otherwise. */
const missing: readonly string[] = [
  "aws:username",
  "aws:principalservicename",
  "aws:principalservicenameslist",
  "aws:sourceidentity",
  "aws:sourcearn",
  "aws:sourceaccount",
  "aws:multifactorauthage",
  "aws:calledvia",
  "aws:calledviafirst",
  "aws:calledvialast",
  "aws:chatbotsourcearn",
];

const isoSeconds = (time: number): string => new Date(time).toISOString().replace(/\.\d+Z$/, "Z");

/** Services that stand in one region for all of them. */
const global: readonly string[] = ["iam", "organizations", "route53", "cloudfront"];

function regionOf({ action, resource, region }: RequestFacts): string | undefined {
  if (global.includes(action.split(":")[0] ?? "")) return "us-east-1";
  return resource.split(":")[3] || region;
}

/** Circumstances of a request that is made with a role's session. */
export function sessionCircumstances(session: SessionFacts, request: RequestFacts): Circumstances {
  const { requester, roleArn, tags, provider, sessionName, roleId } = session;
  const region = regionOf(request);
  const account = accountOf(request.resource) || request.resourceAccount;
  const values: ContextValues = {
    "aws:PrincipalArn": roleArn,
    "aws:PrincipalAccount": requester.account,
    "aws:PrincipalType": "AssumedRole",
    "aws:PrincipalIsAWSService": "false",
    "aws:MultiFactorAuthPresent": "false",
    "aws:ViaAWSService": "false",
    "aws:SecureTransport": "true",
    "aws:FederatedProvider": provider,
    "aws:CurrentTime": isoSeconds(request.now),
    "aws:EpochTime": String(Math.floor(request.now / 1000)),
    "aws:RequestedRegion": region,
    "ec2:Region": region,
    "aws:ResourceAccount": account,
    "aws:userid": roleId !== undefined && sessionName !== undefined ? `${roleId}:${sessionName}` : undefined,
    ...(isRead(tags)
      ? Object.fromEntries(Object.entries(tags.value).map(([key, value]) => [`aws:PrincipalTag/${key}`, value]))
      : {}),
  };
  const openSession =
    sessionName === undefined ? requester.arn.slice(0, requester.arn.lastIndexOf("/") + 1) : undefined;
  const known = knowing(
    [request.given, values],
    (key) =>
      missing.includes(key) || key === "aws:federatedprovider" || (key.startsWith("aws:principaltag/") && isRead(tags)),
  );
  return { ...known, openSession };
}

/**
 * Circumstances out of values.
 *
 * @param records the first that has a key wins
 * @param isMissing whether a key that none of them has, in lower case, is known to be missing
 */
export function knowing(records: readonly ContextValues[], isMissing: (key: string) => boolean): Circumstances {
  const lookup = contextOf(...records);
  return { lookup, isKnown: (key) => lookup(key) !== undefined || isMissing(key) };
}
