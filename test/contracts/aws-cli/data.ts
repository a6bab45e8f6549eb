import type { CliCase } from "./case.ts";

/** SSM, KMS, CloudWatch Logs, S3, CloudTrail. */
export const data: readonly CliCase[] = [
  {
    aws: "ssm get-parameter --name /aws/service/eks/optimized-ami/1.34/amazon-linux-2023/x86_64/standard/recommended/image_id --query Parameter.Value --output text",
    out: /^ami-[0-9a-f]{17}$/m,
  },
  { aws: "ssm get-parameter --name /no/such", exit: 255, err: /ParameterNotFound/ },
  { aws: "ssm put-parameter --name /lotse/depth --type String --value 12m", out: { Version: 1 } },
  { aws: "ssm put-parameter --name /lotse/depth --type String --value 13m", exit: 255, err: /ParameterAlreadyExists/ },
  { aws: "ssm put-parameter --name /lotse/depth --type String --value 13m --overwrite", out: { Version: 2 } },
  { aws: "ssm get-parameters-by-path --path /lotse --query Parameters[].Value", out: /13m/ },
  { aws: "ssm delete-parameter --name /lotse/depth" },
  {
    aws: "kms create-key --description anchor",
    out: { KeyMetadata: { KeyState: "Enabled", Description: "anchor" } },
    keep: { kms: "KeyMetadata.KeyId" },
  },
  { aws: "kms create-alias --alias-name alias/anchor --target-key-id {kms}" },
  { aws: "kms describe-key --key-id alias/anchor", out: { KeyMetadata: { KeyId: "{kms}" } } },
  { aws: "kms encrypt --key-id alias/anchor --plaintext ship --query KeyId", out: /key\/[0-9a-f-]{36}/ },
  { aws: "kms generate-data-key --key-id alias/anchor --key-spec AES_256 --query Plaintext", out: /^"[\w+/]{43}="$/m },
  { aws: "kms describe-key --key-id alias/none", exit: 255, err: /NotFoundException/ },
  { aws: "kms schedule-key-deletion --key-id {kms} --pending-window-in-days 7", out: { KeyState: "PendingDeletion" } },
  { aws: "logs create-log-group --log-group-name /ship/log" },
  { aws: "logs create-log-group --log-group-name /ship/log", exit: 255, err: /ResourceAlreadyExistsException/ },
  { aws: "logs put-retention-policy --log-group-name /ship/log --retention-in-days 30" },
  {
    aws: "logs put-retention-policy --log-group-name /ship/log --retention-in-days 31",
    exit: 255,
    err: /InvalidParameterException/,
  },
  { aws: "logs describe-log-groups --log-group-name-prefix /ship", out: { logGroups: [{ retentionInDays: 30 }] } },
  { aws: "logs delete-log-group --log-group-name /ship/log" },
  { aws: "s3api create-bucket --bucket lotse-harbour --create-bucket-configuration LocationConstraint=eu-central-1" },
  { aws: "s3api put-object --bucket lotse-harbour --key charts/north.txt", out: /ETag/ },
  {
    aws: "s3api list-objects-v2 --bucket lotse-harbour --prefix charts/",
    out: { Contents: [{ Key: "charts/north.txt" }] },
  },
  { aws: "s3api head-object --bucket lotse-harbour --key charts/south.txt", exit: 255, err: /404/ },
  { aws: "s3api get-object --bucket lotse-harbour --key none /dev/null", exit: 255, err: /NoSuchKey/ },
  { aws: "s3 ls s3://lotse-harbour/charts/", out: /north\.txt/ },
  { aws: "s3api delete-bucket --bucket lotse-harbour", exit: 255, err: /BucketNotEmpty/ },
  { aws: "s3 rm s3://lotse-harbour --recursive" },
  { aws: "s3 rb s3://lotse-harbour" },
  {
    aws: "cloudtrail lookup-events --lookup-attributes AttributeKey=EventName,AttributeValue=CreateBucket --query length(Events)",
    out: /^1$/m,
  },
];
