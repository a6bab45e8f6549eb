import { describe, it } from "vitest";
import type { Aws } from "../aws/index.ts";
import { openAws } from "../aws/index.ts";
import type { NewEntry } from "./entries.ts";
import { accessPolicyOf, createEntries } from "./entry-changes.ts";

const view = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy";

describe("a policy as text", () => {
  it.for([
    ["AmazonEKSViewPolicy", { policyArn: view, accessScope: { type: "cluster" } }],
    ["AmazonEKSViewPolicy=cluster", { policyArn: view, accessScope: { type: "cluster" } }],
    [`${view}=namespace:shop`, { policyArn: view, accessScope: { type: "namespace", namespaces: ["shop"] } }],
    [
      "AmazonEKSViewPolicy=namespaces:a,b-*",
      { policyArn: view, accessScope: { type: "namespace", namespaces: ["a", "b-*"] } },
    ],
  ] as const)("%s is read", ([text, policy], { expect }) => {
    expect(accessPolicyOf(text, "aws")).toEqual(policy);
  });

  it("is one of the cluster's partition", ({ expect }) => {
    expect(accessPolicyOf("AmazonEKSEditPolicy", "aws-cn").policyArn).toMatch(/^arn:aws-cn:eks::aws:/);
  });

  it.for([
    "Admin",
    "arn:aws:iam::aws:policy/ReadOnlyAccess",
    "AmazonEKSViewPolicy=namespace:",
    "AmazonEKSViewPolicy=all",
  ])("%s is refused", (text, { expect }) => {
    expect(() => accessPolicyOf(text, "aws")).toThrow(/is no (access policy|scope)/);
  });
});

describe("an entry that EKS would refuse", () => {
  const principalArn = "arn:aws:iam::111122223333:role/dev";
  // Nothing listens there: a call would end otherwise.
  const aws: Aws = openAws({
    region: "eu-central-1",
    endpoint: "http://127.0.0.1:1",
    credentials: { accessKeyId: "A", secretAccessKey: "s" },
  });

  it.for([
    [{ principalArn: "arn:aws:sts::111122223333:assumed-role/dev/me" }, "is no role or user"],
    [
      { principalArn: "arn:aws:iam::111122223333:role/aws-service-role/x/AWSServiceRoleForX" },
      "is a service-linked role",
    ],
    [{ principalArn, type: "LINUX" }, "is no type of access entries"],
    [{ principalArn, type: "EC2_LINUX", kubernetesGroups: ["x"] }, "have a name and groups of their own"],
    [
      { principalArn, type: "EC2_LINUX", policies: [accessPolicyOf("AmazonEKSViewPolicy", "aws")] },
      "take no access policies",
    ],
    [{ principalArn, kubernetesGroups: ["system:masters"] }, "cannot start with system:"],
    [{ principalArn, username: "{{SessionName}}" }, 'cannot start with "session"'],
  ] satisfies [NewEntry, string][])("is refused before anybody is asked: %j", async ([entry, text], { expect }) => {
    await expect(createEntries(aws, "prod", [entry], () => Promise.resolve(true))).rejects.toMatchObject({
      code: "access/bad-entry",
      message: expect.stringContaining(text),
    });
  });
});
