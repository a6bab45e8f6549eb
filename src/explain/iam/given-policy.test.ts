// A policy of a resource that lotse doesn't read, out of a file: alone, or in what the AWS CLI prints.
import { describe, it } from "vitest";
import { explainPod } from "../pod/explain-pod.ts";
import { account, podWorld, question } from "../pod/testing.ts";
import { withoutReading } from "../read/target.ts";
import type { GivenPolicy } from "./given-policy.ts";
import { withGivenPolicy } from "./given-policy.ts";
import { read } from "../explanation.ts";

const queue = `arn:aws:sqs:eu-central-1:${account}:orders`;
const document = (effect: string): object => ({
  Version: "2012-10-17",
  Statement: [
    {
      Effect: effect,
      Principal: { AWS: `arn:aws:iam::${account}:role/cart` },
      Action: "sqs:SendMessage",
      Resource: queue,
    },
  ],
});
const file = (value: unknown): GivenPolicy => ({ file: "queue.json", text: JSON.stringify(value) });

/** Whether cart, whose own policies speak of nothing but parameters, may send to the queue. */
function verdict(given: GivenPolicy | undefined): string {
  const asked = { ...question, action: "sqs:SendMessage", resource: queue };
  const target = withGivenPolicy(withoutReading({ ...asked, account }), given);
  return explainPod(podWorld({ target }), asked).verdict;
}

describe("the policy of a queue", () => {
  it("decides when it is given; without it nobody can tell", ({ expect }) => {
    expect(verdict(undefined)).toBe("unknown");
    expect(verdict(file(document("Allow")))).toBe("allow");
    expect(verdict(file(document("Deny")))).toBe("deny");
    expect(verdict("none")).toBe("deny");
  });

  it.for<[string, unknown]>([
    ["s3api get-bucket-policy, lambda get-policy", { Policy: JSON.stringify(document("Allow")) }],
    ["sqs and sns get-…-attributes", { Attributes: { Policy: JSON.stringify(document("Allow")) } }],
    ["ecr get-repository-policy", { policyText: JSON.stringify(document("Allow")) }],
    ["secretsmanager get-resource-policy", { Name: "x", ResourcePolicy: JSON.stringify(document("Allow")) }],
    ["dynamodb get-resource-policy", { Policy: document("Allow") }],
  ])("is found in what %s prints", ([, printed], { expect }) => {
    expect(verdict(file(printed))).toBe("allow");
  });

  it("that is none is refused by the file's name", ({ expect }) => {
    const bad = { code: "explain/bad-policy", message: expect.stringContaining("queue.json") };
    expect(() => verdict(file({ Attributes: {} }))).toThrow(expect.objectContaining(bad));
    expect(() => verdict({ file: "queue.json", text: "{" })).toThrow(expect.objectContaining(bad));
    expect(() => verdict(file({ Statement: [{ Effect: "Allow", Action: "sqs:*", Resource: "*" }] }))).toThrow(
      expect.objectContaining(bad),
    );
  });

  it("takes the place of what was read", ({ expect }) => {
    const facts = { account: read(account), policy: read(undefined), mustAllow: true };
    expect(withGivenPolicy(facts, file(document("Allow"))).policy).toMatchObject({ value: { name: "queue.json" } });
  });
});
