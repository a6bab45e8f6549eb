// Every resource type: made in one stack with all the others, found unchanged, and taken down without a trace.
import { describe, it } from "vitest";
import { inventory, stackNow, story, world } from "../testing.ts";
import { resourceTypes } from "./index.ts";
import { declared, region, resources } from "./testing.ts";

interface Drift {
  LogicalResourceId: string;
  PropertyDifferences: object[];
}

describe("resource types", () => {
  it("have a resource each in this file", ({ expect }) => {
    // A wait condition waits for somebody's signal: messages.test.ts.
    const here = new Set(["AWS::CloudFormation::WaitCondition", ...resources.map(([, type]) => `AWS::${type}`)]);
    expect([...here].toSorted()).toEqual(resourceTypes());
  });

  it("are made, found unchanged, and taken down without a trace", ({ expect }) => {
    const here = world(region);
    here.send("DescribeVpcs", {}, "ec2");
    here.send("CreateBucket", { Bucket: "templates", CreateBucketConfiguration: { LocationConstraint: region } }, "s3");
    const inner = JSON.stringify({ Resources: { H: { Type: "AWS::CloudFormation::WaitConditionHandle" } } });
    here.send("PutObject", { Bucket: "templates", Key: "inner.json", Body: Buffer.from(inner) }, "s3");
    const before = inventory(here.cloud);
    const request = {
      StackName: "all",
      TemplateBody: JSON.stringify({ Resources: declared(resources) }),
      Capabilities: ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM"],
    };
    here.send("CreateStack", request);
    const state = stackNow(here, "all").StackStatus;
    expect(story(here, "all").filter((line) => line.includes("FAILED"))).toEqual([]);
    expect(state).toBe("CREATE_COMPLETE");
    expect(() => here.send("UpdateStack", request)).toThrow("No updates are to be performed.");

    const { StackDriftDetectionId } = here.send<{ StackDriftDetectionId: string }>("DetectStackDrift", {
      StackName: "all",
    });
    here.send("DescribeStackDriftDetectionStatus", { StackDriftDetectionId });
    const drifts = here.send<{ StackResourceDrifts: Drift[] }>("DescribeStackResourceDrifts", {
      StackName: "all",
      StackResourceDriftStatusFilters: ["MODIFIED", "DELETED"],
    });
    expect(drifts.StackResourceDrifts.map((one) => [one.LogicalResourceId, ...one.PropertyDifferences])).toEqual([]);

    here.send("DeleteStack", { StackName: "all" });
    expect(() => stackNow(here, "all")).toThrow("does not exist");
    // What AWS keeps: the record of the deleted service-linked role, keys that wait for their deletion, and its own key.
    const kept = /^(iam\/role-deletions|kms\/keys|kms\/aliases \S+ alias\/aws\/)/;
    expect(inventory(here.cloud).filter((row) => !kept.test(row))).toEqual(before);
  });
});
