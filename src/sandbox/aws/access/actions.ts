// Which IAM actions and resources a call is about, for operations that don't say so themselves.
// https://docs.aws.amazon.com/service-authorization/latest/reference/
import type { Call, Context, Permission, ServiceDefinition } from "../core/index.ts";
import { ec2Resources } from "./ec2-resources.ts";

/** Operations whose action is called otherwise. */
const actionNames: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  s3: {
    HeadBucket: "ListBucket",
    ListObjects: "ListBucket",
    ListObjectsV2: "ListBucket",
    ListObjectVersions: "ListBucketVersions",
    ListBuckets: "ListAllMyBuckets",
    ListMultipartUploads: "ListBucketMultipartUploads",
    ListParts: "ListMultipartUploadParts",
    HeadObject: "GetObject",
    CopyObject: "PutObject",
    DeleteObjects: "DeleteObject",
    CreateMultipartUpload: "PutObject",
    UploadPart: "PutObject",
    UploadPartCopy: "PutObject",
    CompleteMultipartUpload: "PutObject",
    GetBucketEncryption: "GetEncryptionConfiguration",
    PutBucketEncryption: "PutEncryptionConfiguration",
    DeleteBucketEncryption: "PutEncryptionConfiguration",
    GetPublicAccessBlock: "GetBucketPublicAccessBlock",
    PutPublicAccessBlock: "PutBucketPublicAccessBlock",
    DeletePublicAccessBlock: "PutBucketPublicAccessBlock",
    GetBucketLifecycleConfiguration: "GetLifecycleConfiguration",
    PutBucketLifecycleConfiguration: "PutLifecycleConfiguration",
    DeleteBucketLifecycle: "PutLifecycleConfiguration",
    DeleteBucketTagging: "PutBucketTagging",
  },
};

type Input = Readonly<Record<string, unknown>>;

/** Members and the part of the ARN behind region and account; the first rule whose members are all there wins. */
type Rule = readonly [template: string, global?: "global"];

const rules: Readonly<Record<string, readonly Rule[]>> = {
  eks: [
    ["{resourceArn}"],
    ["nodegroup/{clusterName}/{nodegroupName}/*"],
    ["fargateprofile/{clusterName}/{fargateProfileName}/*"],
    ["addon/{clusterName}/{addonName}/*"],
    ["podidentityassociation/{clusterName}/{associationId}"],
    ["cluster/{clusterName}"],
    ["cluster/{name}"],
  ],
  cloudformation: [["{StackName}"], ["stack/{StackName}/*"], ["{StackId}"]],
  autoscaling: [
    ["autoScalingGroup:*:autoScalingGroupName/{AutoScalingGroupName}"],
    ["launchConfiguration:*:launchConfigurationName/{LaunchConfigurationName}"],
  ],
  ssm: [["parameter{Name}"], ["parameter{Path}"]],
  kms: [["{KeyId}"], ["key/{KeyId}"]],
  logs: [["{resourceArn}"], ["log-group:{logGroupName}:*"]],
  s3: [
    ["{Bucket}/{Key}", "global"],
    ["{Bucket}", "global"],
  ],
  cloudtrail: [["trail/{Name}"]],
};

/** Actions on a child that doesn't exist yet are asked of its parent. */
const askedOfParent = /^Create(Nodegroup|FargateProfile|Addon|PodIdentityAssociation)$/;

function fill(template: string, input: Input): string | undefined {
  let complete = true;
  const text = template.replaceAll(/\{(\w+)\}/g, (_, member: string) => {
    const value = input[member];
    if (typeof value !== "string" || value === "") complete = false;
    return typeof value === "string" ? value : "";
  });
  return complete ? text : undefined;
}

function resourceOf(prefix: string, operation: string, input: Input, ctx: Context): string {
  const parent = prefix === "eks" && askedOfParent.test(operation);
  for (const [template, scope] of rules[prefix] ?? []) {
    if (parent && !template.startsWith("cluster/")) continue;
    const text = fill(template, input);
    if (text === undefined) continue;
    if (text.startsWith("arn:")) return text;
    // A member that should have been an ARN was a name: the next rule knows what to do with it.
    if (/^\{\w+\}$/.test(template) && scope === undefined) continue;
    const place = scope === "global" ? ":" : `${ctx.region}:${ctx.account}`;
    const name = prefix === "ssm" ? text.replace(/^parameter(?!\/)/, "parameter/") : text;
    return `arn:${ctx.partition}:${prefix}:${place}:${name}`;
  }
  return "*";
}

/** What a call needs when its operation doesn't say. */
export function defaultPermissions(service: ServiceDefinition, call: Call, ctx: Context): readonly Permission[] {
  const name = actionNames[service.iamPrefix]?.[call.operation] ?? call.operation;
  const action = `${service.iamPrefix}:${name}`;
  const input = call.input as Input;
  if (service.iamPrefix === "ec2")
    return ec2Resources(call.operation, input, ctx).map((resource) => ({ action, resource }));
  return [{ action, resource: resourceOf(service.iamPrefix, call.operation, input, ctx) }];
}
