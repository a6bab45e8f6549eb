// AWS::KMS::Key and Alias, AWS::Logs::LogGroup and LogStream, AWS::S3::Bucket and BucketPolicy, AWS::SSM::Parameter.
import type {
  DescribeLogGroupsResponse,
  DescribeLogStreamsResponse,
  ListTagsForResourceResponse,
} from "@aws-sdk/client-cloudwatch-logs";
import type { CreateKeyResponse, DescribeKeyResponse, ListAliasesResponse } from "@aws-sdk/client-kms";
import type { GetBucketPolicyOutput, GetBucketTaggingOutput, GetBucketVersioningOutput } from "@aws-sdk/client-s3";
import type { GetParameterResult } from "@aws-sdk/client-ssm";
import { pick, present, tagChanges, tagMap } from "../adapter.ts";
import { NotEmulatedError } from "../../../core/index.ts";
import { sameValue } from "../values.ts";
import type { ResourceHandler, ResourceRequest } from "../handler.ts";
import { resource } from "../handler.ts";
import { documentText } from "./iam-parts.ts";

type Properties = Record<string, unknown>;
type Tags = { Key: string; Value: string }[];

const kmsTags = (tags: unknown): object[] =>
  ((tags ?? []) as Tags).map(({ Key, Value }) => ({ TagKey: Key, TagValue: Value }));

const key = resource("AWS::KMS::Key", "kms", {
  writeOnly: ["PendingWindowInDays", "BypassPolicyLockoutSafetyCheck", "KeyPolicy"],
  create(request) {
    const { properties } = request;
    const policy = properties["KeyPolicy"];
    const { KeyMetadata: made } = request.call<CreateKeyResponse>("CreateKey", {
      ...pick(properties, ["Description", "KeySpec", "KeyUsage", "MultiRegion", "Origin"]),
      ...(policy === undefined ? {} : { Policy: documentText(policy) }),
      ...(properties["Tags"] ? { Tags: kmsTags(properties["Tags"]) } : {}),
    });
    const KeyId = made?.KeyId ?? "";
    if (properties["EnableKeyRotation"] === true) request.call("EnableKeyRotation", { KeyId });
    if (properties["Enabled"] === false) request.call("DisableKey", { KeyId });
    return KeyId;
  },
  read(request) {
    const found = request.find<DescribeKeyResponse>("DescribeKey", { KeyId: request.physicalId })?.KeyMetadata;
    if (!found || found.KeyState === "PendingDeletion") return undefined;
    return {
      KeyId: found.KeyId,
      Arn: found.Arn,
      ...pick({ ...found }, ["Description", "Enabled", "KeySpec", "KeyUsage"]),
    };
  },
  update(request, old) {
    const { properties, physicalId: KeyId } = request;
    const changed = (name: string): boolean => !sameValue(old[name], properties[name]);
    if (changed("Description"))
      request.call("UpdateKeyDescription", { KeyId, Description: properties["Description"] ?? "" });
    if (changed("Enabled")) request.call(properties["Enabled"] === false ? "DisableKey" : "EnableKey", { KeyId });
    if (changed("EnableKeyRotation")) {
      request.call(properties["EnableKeyRotation"] === true ? "EnableKeyRotation" : "DisableKeyRotation", { KeyId });
    }
    if (changed("KeyPolicy")) {
      request.call("PutKeyPolicy", { KeyId, PolicyName: "default", Policy: documentText(properties["KeyPolicy"]) });
    }
    const { put, remove } = tagChanges(old["Tags"], properties["Tags"]);
    if (put.length > 0) request.call("TagResource", { KeyId, Tags: kmsTags(put) });
    if (remove.length > 0) request.call("UntagResource", { KeyId, TagKeys: remove });
  },
  delete(request) {
    const days = request.properties["PendingWindowInDays"];
    request.call("ScheduleKeyDeletion", present({ KeyId: request.physicalId, PendingWindowInDays: days }));
  },
});

const alias = resource("AWS::KMS::Alias", "kms", {
  name: "AliasName",
  create(request) {
    request.call("CreateAlias", request.properties);
    return request.properties["AliasName"] as string;
  },
  read(request) {
    const { Aliases: all = [] } = request.call<ListAliasesResponse>("ListAliases", {});
    const found = all.find((one) => one.AliasName === request.physicalId);
    return found && { AliasName: found.AliasName };
  },
  update(request) {
    request.call("UpdateAlias", request.properties);
  },
  delete(request) {
    request.call("DeleteAlias", { AliasName: request.physicalId });
  },
});

const logGroup = resource("AWS::Logs::LogGroup", "cloudwatch-logs", {
  name: "LogGroupName",
  create(request) {
    const { properties } = request;
    const logGroupName = (properties["LogGroupName"] as string | undefined) ?? request.generatedName({ max: 512 });
    request.call("CreateLogGroup", {
      logGroupName,
      ...present({ kmsKeyId: properties["KmsKeyId"], logGroupClass: properties["LogGroupClass"] }),
      ...(properties["Tags"] ? { tags: tagMap(properties["Tags"]) } : {}),
    });
    retention(request, logGroupName);
    return logGroupName;
  },
  read(request) {
    const { logGroups: all = [] } = request.call<DescribeLogGroupsResponse>("DescribeLogGroups", {
      logGroupNamePrefix: request.physicalId,
    });
    const found = all.find((one) => one.logGroupName === request.physicalId);
    if (!found) return undefined;
    const resourceArn = found.logGroupArn ?? found.arn?.replace(/:\*$/, "");
    const { tags = {} } = request.call<ListTagsForResourceResponse>("ListTagsForResource", { resourceArn });
    return {
      LogGroupName: found.logGroupName,
      Arn: `${resourceArn ?? ""}:*`,
      ...present({
        RetentionInDays: found.retentionInDays,
        KmsKeyId: found.kmsKeyId,
        LogGroupClass: found.logGroupClass,
      }),
      Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
    };
  },
  update(request, old) {
    const { properties, physicalId: logGroupName } = request;
    if (properties["RetentionInDays"] !== old["RetentionInDays"]) retention(request, logGroupName);
    const kmsKeyId = properties["KmsKeyId"];
    if (kmsKeyId !== old["KmsKeyId"]) {
      request.call(
        kmsKeyId === undefined ? "DisassociateKmsKey" : "AssociateKmsKey",
        present({ logGroupName, kmsKeyId }),
      );
    }
    const { put, remove } = tagChanges(old["Tags"], properties["Tags"]);
    const { ctx } = request;
    const resourceArn = `arn:${ctx.partition}:logs:${ctx.region}:${ctx.account}:log-group:${logGroupName}`;
    if (put.length > 0) request.call("TagResource", { resourceArn, tags: tagMap(put) });
    if (remove.length > 0) request.call("UntagResource", { resourceArn, tagKeys: remove });
  },
  delete(request) {
    request.call("DeleteLogGroup", { logGroupName: request.physicalId });
  },
});

function retention(request: ResourceRequest, logGroupName: string): void {
  const retentionInDays = request.properties["RetentionInDays"];
  if (retentionInDays !== undefined) request.call("PutRetentionPolicy", { logGroupName, retentionInDays });
  else if (request.physicalId !== "") request.call("DeleteRetentionPolicy", { logGroupName });
}

const logStream = resource("AWS::Logs::LogStream", "cloudwatch-logs", {
  name: "LogStreamName",
  create(request) {
    const logStreamName =
      (request.properties["LogStreamName"] as string | undefined) ?? request.generatedName({ max: 512 });
    request.call("CreateLogStream", { logGroupName: request.properties["LogGroupName"], logStreamName });
    return logStreamName;
  },
  read(request) {
    const names = { logGroupName: request.properties["LogGroupName"], logStreamNamePrefix: request.physicalId };
    const found = request.find<DescribeLogStreamsResponse>("DescribeLogStreams", names)?.logStreams;
    return found?.some((one) => one.logStreamName === request.physicalId)
      ? { LogStreamName: request.physicalId }
      : undefined;
  },
  delete(request) {
    const names = { logGroupName: request.properties["LogGroupName"], logStreamName: request.physicalId };
    request.call("DeleteLogStream", names);
  },
});

/** Bucket settings that are kept and shown, and change nothing else in the sandbox. */
const bucketSettings: Readonly<Record<string, { put: string; remove?: string; member: string }>> = {
  BucketEncryption: {
    put: "PutBucketEncryption",
    remove: "DeleteBucketEncryption",
    member: "ServerSideEncryptionConfiguration",
  },
  OwnershipControls: {
    put: "PutBucketOwnershipControls",
    remove: "DeleteBucketOwnershipControls",
    member: "OwnershipControls",
  },
  PublicAccessBlockConfiguration: {
    put: "PutPublicAccessBlock",
    remove: "DeletePublicAccessBlock",
    member: "PublicAccessBlockConfiguration",
  },
  VersioningConfiguration: { put: "PutBucketVersioning", member: "VersioningConfiguration" },
};

function bucketSettingsTo(request: ResourceRequest, Bucket: string, old: Properties): void {
  for (const [property, setting] of Object.entries(bucketSettings)) {
    const value = request.properties[property];
    if (sameValue(value, old[property])) continue;
    if (value !== undefined) request.call(setting.put, { Bucket, [setting.member]: settingValue(property, value) });
    else if (setting.remove) request.call(setting.remove, { Bucket });
    else request.call(setting.put, { Bucket, [setting.member]: { Status: "Suspended" } });
  }
  if (!sameValue(request.properties["Tags"], old["Tags"])) {
    const TagSet = (request.properties["Tags"] ?? []) as Tags;
    if (TagSet.length > 0) request.call("PutBucketTagging", { Bucket, Tagging: { TagSet } });
    else request.call("DeleteBucketTagging", { Bucket });
  }
}

/** The spelling of the API where it isn't CloudFormation's. */
function settingValue(property: string, value: unknown): unknown {
  if (property !== "BucketEncryption") return value;
  const rules = (
    value as {
      ServerSideEncryptionConfiguration: { ServerSideEncryptionByDefault?: object; BucketKeyEnabled?: boolean }[];
    }
  ).ServerSideEncryptionConfiguration;
  return {
    Rules: rules.map(({ ServerSideEncryptionByDefault, BucketKeyEnabled }) =>
      present({ ApplyServerSideEncryptionByDefault: ServerSideEncryptionByDefault, BucketKeyEnabled }),
    ),
  };
}

const bucketMembers = ["BucketName", "Tags", "AccessControl", "ObjectLockEnabled", ...Object.keys(bucketSettings)];

const bucket = resource("AWS::S3::Bucket", "s3", {
  name: "BucketName",
  writeOnly: Object.keys(bucketSettings),
  create(request) {
    const { properties, ctx } = request;
    const foreign = Object.keys(properties).filter((name) => !bucketMembers.includes(name));
    if (foreign.length > 0) throw new NotEmulatedError(`AWS::S3::Bucket with ${foreign.join(", ")}`);
    const Bucket = (properties["BucketName"] as string | undefined) ?? request.generatedName({ max: 63, lower: true });
    const home = ctx.region === "us-east-1" ? {} : { CreateBucketConfiguration: { LocationConstraint: ctx.region } };
    request.call("CreateBucket", { Bucket, ...home });
    bucketSettingsTo(request, Bucket, {});
    return Bucket;
  },
  read(request) {
    const { physicalId: Bucket, ctx } = request;
    if (!request.find<GetBucketVersioningOutput>("GetBucketVersioning", { Bucket })) return undefined;
    const { TagSet: tags = [] } = request.find<GetBucketTaggingOutput>("GetBucketTagging", { Bucket }) ?? {};
    return {
      BucketName: Bucket,
      Arn: `arn:${ctx.partition}:s3:::${Bucket}`,
      DomainName: `${Bucket}.s3.amazonaws.com`,
      DualStackDomainName: `${Bucket}.s3.dualstack.${ctx.region}.amazonaws.com`,
      RegionalDomainName: `${Bucket}.s3.${ctx.region}.amazonaws.com`,
      WebsiteURL: `http://${Bucket}.s3-website.${ctx.region}.amazonaws.com`,
      Tags: tags,
    };
  },
  update(request, old) {
    bucketSettingsTo(request, request.physicalId, old);
  },
  delete(request) {
    request.call("DeleteBucket", { Bucket: request.physicalId });
  },
});

const bucketPolicy = resource("AWS::S3::BucketPolicy", "s3", {
  create(request) {
    const { Bucket, PolicyDocument } = request.properties;
    request.call("PutBucketPolicy", { Bucket, Policy: documentText(PolicyDocument) });
    return Bucket as string;
  },
  read(request) {
    const found = request.find<GetBucketPolicyOutput>("GetBucketPolicy", { Bucket: request.physicalId });
    return found && { Bucket: request.physicalId, PolicyDocument: JSON.parse(found.Policy ?? "{}") as unknown };
  },
  update(request) {
    const { Bucket, PolicyDocument } = request.properties;
    request.call("PutBucketPolicy", { Bucket, Policy: documentText(PolicyDocument) });
  },
  delete(request) {
    request.call("DeleteBucketPolicy", { Bucket: request.physicalId });
  },
});

const parameter = resource("AWS::SSM::Parameter", "ssm", {
  name: "Name",
  create(request) {
    const { Tags: tags, ...rest } = request.properties;
    const Name =
      (rest["Name"] as string | undefined) ?? request.generatedName().replace(`${request.stackName}-`, "CFN-");
    const list = Object.entries((tags ?? {}) as Record<string, string>).map(([Key, Value]) => ({ Key, Value }));
    request.call("PutParameter", { ...rest, Name, ...(list.length > 0 ? { Tags: list } : {}) });
    return Name;
  },
  read(request) {
    const found = request.find<GetParameterResult>("GetParameter", { Name: request.physicalId })?.Parameter;
    return found && { Name: found.Name, Type: found.Type, Value: found.Value, Arn: found.ARN };
  },
  update(request, old) {
    const { Tags: tags, ...rest } = request.properties;
    const { Tags: oldTags, ...oldRest } = old;
    const names = { ResourceType: "Parameter", ResourceId: request.physicalId };
    if (!sameValue(rest, oldRest)) request.call("PutParameter", { ...rest, Name: request.physicalId, Overwrite: true });
    const { put, remove } = tagChanges(oldTags, tags);
    if (put.length > 0) request.call("AddTagsToResource", { ...names, Tags: put });
    if (remove.length > 0) request.call("RemoveTagsFromResource", { ...names, TagKeys: remove });
  },
  delete(request) {
    request.call("DeleteParameter", { Name: request.physicalId });
  },
});

export const storageTypes: readonly ResourceHandler[] = [
  key,
  alias,
  logGroup,
  logStream,
  bucket,
  bucketPolicy,
  parameter,
];
