import { loadAwsServiceSpecSync } from "@aws-cdk/aws-service-spec";
import { describe, it } from "vitest";
import { resourceTypeFacts, resourceTypesWithFacts } from "./index.ts";

// The table repeats a small part of the specification so that the product needn't ship the whole of it.
describe("properties that can't change in place", () => {
  const specification = loadAwsServiceSpecSync();
  it.for(resourceTypesWithFacts())("%s agrees with the CloudFormation specification", (name, { expect }) => {
    const { properties } = specification.lookup("resource", "cloudFormationType", "equals", name).only();
    const replacing = Object.keys(properties).filter((key) => properties[key]?.causesReplacement === "yes");
    const listed = resourceTypeFacts(name)?.immutable.filter((path) => !path.includes(".")) ?? [];
    expect(replacing).toEqual(expect.arrayContaining(listed));
  });

  it("knows nothing of types that no stack of a cluster has", ({ expect }) => {
    expect(resourceTypeFacts("AWS::SQS::Queue")).toBeUndefined();
    expect(resourceTypeFacts("constructor")).toBeUndefined();
  });
});
