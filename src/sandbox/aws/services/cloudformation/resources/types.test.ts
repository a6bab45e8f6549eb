// Every resource type through its life: see type-life.ts. Those of EKS, which need a cluster, are in types-eks.test.ts.
import { describe, it } from "vitest";
import { resourceTypes } from "./index.ts";
import { live, typeOf } from "./type-life.ts";
import { cases } from "./types.cases.ts";

describe("every resource type", () => {
  it("has a case", ({ expect }) => {
    // Wait conditions wait for signals: messages.test.ts.
    const all = [...Object.keys(cases).map(typeOf), "AWS::CloudFormation::WaitCondition"];
    expect(all.toSorted()).toEqual(resourceTypes());
  });

  for (const name of Object.keys(cases).filter((one) => !typeOf(one).startsWith("AWS::EKS::")))
    it(`${typeOf(name)} lives its life`, ({ expect }) => expect(live(name)).toEqual([]));
});
