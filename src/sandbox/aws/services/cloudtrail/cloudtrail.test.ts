import { AutoScalingClient, CreateLaunchConfigurationCommand } from "@aws-sdk/client-auto-scaling";
import { CloudFormationClient, CreateStackCommand } from "@aws-sdk/client-cloudformation";
import {
  CloudTrailClient,
  CreateTrailCommand,
  DeleteTrailCommand,
  DescribeTrailsCommand,
  GetTrailStatusCommand,
  LookupEventsCommand,
  StartLoggingCommand,
  StopLoggingCommand,
  UpdateTrailCommand,
} from "@aws-sdk/client-cloudtrail";
import { CreateAccessKeyCommand, CreateLoginProfileCommand, CreateUserCommand, IAMClient } from "@aws-sdk/client-iam";
import { CreateBucketCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { PutParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import { GetSessionTokenCommand, STSClient } from "@aws-sdk/client-sts";
import { describe, it } from "vitest";
import { cloudTrailRecord, createSandbox } from "../../../index.ts";

describe("CloudTrail", () => {
  it("tells who did what, and leaves data events out", async ({ expect }) => {
    const sandbox = await createSandbox({ listen: false });
    const s3 = new S3Client({ ...sandbox.clientConfig(), forcePathStyle: true });
    const trail = new CloudTrailClient(sandbox.clientConfig());
    for (const Bucket of ["one", "two", "one"].map((name) => `harbour-${name}`)) {
      await s3.send(new CreateBucketCommand({ Bucket })).catch((error: Error) => expect(error.name).toMatch(/Already/));
    }
    await s3.send(new PutObjectCommand({ Bucket: "harbour-one", Key: "x", Body: "y" }));

    const byName = async (value: string): Promise<(string | undefined)[]> => {
      const lookup = { LookupAttributes: [{ AttributeKey: "EventName" as const, AttributeValue: value }] };
      const { Events = [] } = await trail.send(new LookupEventsCommand(lookup));
      return Events.map((event) => (JSON.parse(event.CloudTrailEvent ?? "{}") as { errorCode?: string }).errorCode);
    };
    expect(await byName("CreateBucket")).toEqual(["BucketAlreadyOwnedByYou", undefined, undefined]);
    expect(await byName("PutObject")).toEqual([]);

    const byBucket = { LookupAttributes: [{ AttributeKey: "ResourceName" as const, AttributeValue: "harbour-two" }] };
    const { Events } = await trail.send(new LookupEventsCommand(byBucket));
    expect(Events).toMatchObject([{ EventName: "CreateBucket", EventSource: "s3.amazonaws.com", ReadOnly: "false" }]);
  });

  it("keeps no secret that a call carried or brought", async ({ expect }) => {
    const sandbox = await createSandbox({ listen: false });
    const [iam, stacks] = [new IAMClient(sandbox.clientConfig()), new CloudFormationClient(sandbox.clientConfig())];
    const [ssm, scaling] = [new SSMClient(sandbox.clientConfig()), new AutoScalingClient(sandbox.clientConfig())];
    const sts = new STSClient(sandbox.clientConfig());
    await iam.send(new CreateUserCommand({ UserName: "ann" }));
    await iam.send(new CreateLoginProfileCommand({ UserName: "ann", Password: "tell-nobody-1" }));
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: "ann" }));
    const { Credentials } = await sts.send(new GetSessionTokenCommand({}));
    await ssm.send(new PutParameterCommand({ Name: "/db", Type: "SecureString", Value: "tell-nobody-2" }));
    const handle = { Type: "AWS::CloudFormation::WaitConditionHandle" };
    const template = { Parameters: { Word: { Type: "String", NoEcho: true } }, Resources: { H: handle } };
    await stacks.send(
      new CreateStackCommand({
        StackName: "secretive",
        TemplateBody: JSON.stringify(template),
        Parameters: [{ ParameterKey: "Word", ParameterValue: "tell-nobody-3" }],
      }),
    );
    const UserData = Buffer.from("tell-nobody-4").toString("base64");
    const configuration = { LaunchConfigurationName: "old", ImageId: "ami-0", InstanceType: "t3.small", UserData };
    // There is no such image; what is refused is recorded too.
    await scaling.send(new CreateLaunchConfigurationCommand(configuration)).catch(() => undefined);
    const kept = JSON.stringify(sandbox.trail().map(cloudTrailRecord));
    for (const name of [
      "CreateLoginProfile",
      "CreateAccessKey",
      "PutParameter",
      "CreateStack",
      "CreateLaunchConfiguration",
    ])
      expect(kept).toContain(`"eventName":"${name}"`);
    const made = [AccessKey?.SecretAccessKey, Credentials?.SecretAccessKey, Credentials?.SessionToken];
    expect(made.filter((secret) => secret === undefined || secret.length < 20)).toEqual([]);
    const secrets = ["tell-nobody", UserData, ...made.map(String)];
    expect(secrets.filter((secret) => kept.includes(secret))).toEqual([]);
  });

  it("changes a trail at home alone, and knows its shadow elsewhere by its ARN", async ({ expect }) => {
    const sandbox = await createSandbox({ listen: false });
    const s3 = new S3Client({ ...sandbox.clientConfig(), forcePathStyle: true });
    await s3.send(new CreateBucketCommand({ Bucket: "harbour-trail" }));
    const home = new CloudTrailClient(sandbox.clientConfig());
    const abroad = new CloudTrailClient({ ...sandbox.clientConfig(), region: "eu-west-1" });
    const bucket = { S3BucketName: "harbour-trail" };
    const { TrailARN: Name = "" } = await home.send(new CreateTrailCommand({ Name: "all", ...bucket }));
    // A trail of one region isn't there in another, where its name is free.
    await expect(abroad.send(new GetTrailStatusCommand({ Name }))).rejects.toThrow("Unknown trail");
    await abroad.send(new CreateTrailCommand({ Name: "all", ...bucket }));
    await abroad.send(new DeleteTrailCommand({ Name: "all" }));

    await home.send(new UpdateTrailCommand({ Name: "all", IsMultiRegionTrail: true }));
    const named = async (name: string): Promise<(boolean | undefined)[]> => {
      const { trailList = [] } = await abroad.send(new DescribeTrailsCommand({ trailNameList: [name] }));
      return trailList.map(({ IsMultiRegionTrail }) => IsMultiRegionTrail);
    };
    expect([await named("all"), await named(Name)]).toEqual([[], [true]]);
    expect(await abroad.send(new GetTrailStatusCommand({ Name }))).toMatchObject({ IsLogging: false });
    const notAtHome = { name: "InvalidHomeRegionException" };
    await expect(abroad.send(new StartLoggingCommand({ Name }))).rejects.toMatchObject(notAtHome);
    await expect(abroad.send(new StopLoggingCommand({ Name }))).rejects.toMatchObject(notAtHome);
    await expect(abroad.send(new UpdateTrailCommand({ Name, ...bucket }))).rejects.toMatchObject(notAtHome);
    await expect(abroad.send(new DeleteTrailCommand({ Name }))).rejects.toMatchObject(notAtHome);
    for (const command of [new StartLoggingCommand({ Name: "all" }), new GetTrailStatusCommand({ Name: "all" })])
      await expect(abroad.send(command as StartLoggingCommand)).rejects.toMatchObject({
        name: "TrailNotFoundException",
      });
    await home.send(new StartLoggingCommand({ Name }));
    expect(await home.send(new GetTrailStatusCommand({ Name: "all" }))).toMatchObject({ IsLogging: true });
  });

  it("pages, and takes one attribute at a time", async ({ expect }) => {
    const sandbox = await createSandbox({ listen: false });
    const trail = new CloudTrailClient(sandbox.clientConfig());
    for (let i = 0; i < 3; i += 1) await trail.send(new LookupEventsCommand({}));
    const first = await trail.send(new LookupEventsCommand({ MaxResults: 2 }));
    const second = await trail.send(new LookupEventsCommand({ MaxResults: 2, NextToken: first.NextToken }));
    const ids = [...(first.Events ?? []), ...(second.Events ?? [])].map(({ EventId }) => EventId);
    expect(new Set(ids).size).toBe(ids.length);
    const two = { AttributeKey: "EventName" as const, AttributeValue: "x" };
    await expect(trail.send(new LookupEventsCommand({ LookupAttributes: [two, two] }))).rejects.toMatchObject({
      name: "InvalidLookupAttributesException",
    });
  });
});
