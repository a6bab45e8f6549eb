import { CloudTrailClient, LookupEventsCommand } from "@aws-sdk/client-cloudtrail";
import { CreateBucketCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { describe, it } from "vitest";
import { createSandbox } from "../../../index.ts";

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
