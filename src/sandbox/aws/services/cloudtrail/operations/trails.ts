// Trails: that they are there, for which regions, and whether they record. Nothing is delivered to their buckets.
// https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/
import type {
  CreateTrailRequest,
  CreateTrailResponse,
  DeleteTrailRequest,
  DeleteTrailResponse,
  DescribeTrailsRequest,
  DescribeTrailsResponse,
  GetTrailStatusRequest,
  GetTrailStatusResponse,
  StartLoggingRequest,
  StartLoggingResponse,
  StopLoggingRequest,
  StopLoggingResponse,
  Trail,
  UpdateTrailRequest,
  UpdateTrailResponse,
} from "@aws-sdk/client-cloudtrail";
import type { Context, Operation, TableDefinition } from "../../../core/index.ts";
import { AwsError, defineTable, operation, servicePrincipal } from "../../../core/index.ts";

interface RecorderRow {
  name: string;
  arn: string;
  bucket: string;
  prefix?: string;
  home: string;
  multiRegion: boolean;
  globalEvents: boolean;
  validation: boolean;
  logging: boolean;
  startedAt?: number;
  stoppedAt?: number;
}

/** Of the whole account, by ARN: a trail of several regions is seen in all of them. */
const recorders: TableDefinition<RecorderRow> = defineTable("cloudtrail/trails", { scope: "global" });

/** What a name means here: a trail of this region; the shadow of another region's goes by its ARN alone. */
const arnOf = (ctx: Context, nameOrArn: string): string =>
  nameOrArn.includes(":trail/")
    ? nameOrArn
    : `arn:${ctx.partition}:cloudtrail:${ctx.region}:${ctx.account}:trail/${nameOrArn}`;

function find(ctx: Context, nameOrArn: string = ""): Readonly<RecorderRow> {
  const row = ctx.table(recorders).get(arnOf(ctx, nameOrArn));
  if (row && (row.home === ctx.region || row.multiRegion)) return row;
  throw new AwsError("TrailNotFoundException", `Unknown trail: ${nameOrArn} for the user: ${ctx.account}`);
}

/** A trail that is to be changed: only its home does that. */
function findAtHome(ctx: Context, nameOrArn: string | undefined): Readonly<RecorderRow> {
  const row = find(ctx, nameOrArn);
  if (row.home === ctx.region) return row;
  throw new AwsError(
    "InvalidHomeRegionException",
    `Trail ${row.arn} can only be changed in its home region ${row.home}.`,
  );
}

const rendered = (row: Readonly<RecorderRow>): Trail => ({
  Name: row.name,
  S3BucketName: row.bucket,
  ...(row.prefix === undefined ? {} : { S3KeyPrefix: row.prefix }),
  IncludeGlobalServiceEvents: row.globalEvents,
  IsMultiRegionTrail: row.multiRegion,
  HomeRegion: row.home,
  TrailARN: row.arn,
  LogFileValidationEnabled: row.validation,
  HasCustomEventSelectors: false,
  HasInsightSelectors: false,
  IsOrganizationTrail: false,
});

/** What making and changing a trail answer with. */
function answered(row: Readonly<RecorderRow>): CreateTrailResponse & UpdateTrailResponse {
  const { HomeRegion: _, HasCustomEventSelectors: __, HasInsightSelectors: ___, ...answer } = rendered(row);
  return answer;
}

function checkBucket(ctx: Context, bucket: string): void {
  try {
    ctx.as(servicePrincipal("cloudtrail.amazonaws.com", ctx.account)).call("s3", "GetBucketAcl", { Bucket: bucket });
  } catch (error) {
    if (error instanceof AwsError && /NoSuchBucket|NotFound/.test(error.code))
      throw new AwsError("S3BucketDoesNotExistException", `S3 bucket ${bucket} does not exist!`);
    // There, but its policy lets CloudTrail not in.
    if (error instanceof AwsError)
      throw new AwsError(
        "InsufficientS3BucketPolicyException",
        `Incorrect S3 bucket policy is detected for bucket: ${bucket}`,
      );
    throw error;
  }
}

export const trailOperations: Readonly<Record<string, Operation>> = {
  CreateTrail: operation<CreateTrailRequest, CreateTrailResponse>((input, ctx) => {
    const { Name: name = "", S3BucketName: bucket = "", S3KeyPrefix: prefix } = input;
    if (!/^[a-zA-Z0-9][\w.-]{1,126}[a-zA-Z0-9]$/.test(name))
      throw new AwsError(
        "InvalidTrailNameException",
        "Trail name must start with a letter or number, end with a letter or number, and be between 3 and 128 characters.",
      );
    const arn = arnOf(ctx, name);
    if (ctx.table(recorders).has(arn))
      throw new AwsError("TrailAlreadyExistsException", `Trail ${name} already exists for customer: ${ctx.account}`);
    checkBucket(ctx, bucket);
    const row: RecorderRow = {
      name,
      arn,
      bucket,
      ...(prefix === undefined ? {} : { prefix }),
      home: ctx.region,
      multiRegion: input.IsMultiRegionTrail === true,
      globalEvents: input.IncludeGlobalServiceEvents ?? true,
      validation: input.EnableLogFileValidation === true,
      logging: false,
    };
    return answered(ctx.table(recorders).put(arn, row));
  }),

  UpdateTrail: operation<UpdateTrailRequest, UpdateTrailResponse>((input, ctx) => {
    const row = findAtHome(ctx, input.Name);
    const { S3BucketName: bucket = row.bucket, S3KeyPrefix: prefix = row.prefix } = input;
    if (input.S3BucketName !== undefined) checkBucket(ctx, bucket);
    const changed: RecorderRow = {
      ...row,
      bucket,
      ...(prefix === undefined ? {} : { prefix }),
      multiRegion: input.IsMultiRegionTrail ?? row.multiRegion,
      globalEvents: input.IncludeGlobalServiceEvents ?? row.globalEvents,
      validation: input.EnableLogFileValidation ?? row.validation,
    };
    return answered(ctx.table(recorders).put(row.arn, changed));
  }),

  DescribeTrails: operation<DescribeTrailsRequest, DescribeTrailsResponse>((input, ctx) => {
    const shadows = input.includeShadowTrails ?? true;
    const wanted = (input.trailNameList ?? []).map((name) => arnOf(ctx, name));
    if (wanted.some((arn) => (arn.split(":trail/").at(-1) ?? "").length < 3))
      throw new AwsError("InvalidTrailNameException", "Trail name must have a minimum length of 3 characters.");
    const seen = ctx
      .table(recorders)
      .list((row) => row.home === ctx.region || (row.multiRegion && shadows))
      .filter(({ arn }) => wanted.length === 0 || wanted.includes(arn));
    return { trailList: seen.map(rendered) };
  }),

  GetTrailStatus: operation<GetTrailStatusRequest, GetTrailStatusResponse>((input, ctx) => {
    const row = find(ctx, input.Name);
    return {
      IsLogging: row.logging,
      ...(row.startedAt === undefined ? {} : { StartLoggingTime: new Date(row.startedAt) }),
      ...(row.stoppedAt === undefined ? {} : { StopLoggingTime: new Date(row.stoppedAt) }),
    };
  }),

  StartLogging: operation<StartLoggingRequest, StartLoggingResponse>((input, ctx) => {
    const row = findAtHome(ctx, input.Name);
    ctx.table(recorders).put(row.arn, { ...row, logging: true, startedAt: ctx.now() });
    return {};
  }),

  StopLogging: operation<StopLoggingRequest, StopLoggingResponse>((input, ctx) => {
    const row = findAtHome(ctx, input.Name);
    ctx.table(recorders).put(row.arn, { ...row, logging: false, stoppedAt: ctx.now() });
    return {};
  }),

  DeleteTrail: operation<DeleteTrailRequest, DeleteTrailResponse>((input, ctx) => {
    ctx.table(recorders).delete(findAtHome(ctx, input.Name).arn);
    return {};
  }),
};
