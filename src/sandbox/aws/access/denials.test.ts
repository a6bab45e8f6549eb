import { describe, it } from "vitest";
import { AwsError, Cloud, defineService, operation } from "../core/index.ts";
import type { Principal } from "../core/index.ts";
import { iam } from "../services/iam/index.ts";
import { sts } from "../services/sts/index.ts";
import { accessGuard } from "./index.ts";

const account = "111122223333";
const place = { account, region: "eu-central-1" };
/** An operation that does nothing and asks for one permission. */
const asking = (action: string, resource: (input: Record<string, string>) => string | string[] = () => "*") =>
  operation<Record<string, string>, object>({
    permissions: (input) => [resource(input)].flat().map((each) => ({ action, resource: each })),
    run: () => ({}),
  });
const services = [
  iam,
  sts,
  defineService({
    id: "ec2",
    iamPrefix: "ec2",
    operations: {
      CreateSubnet: asking("ec2:CreateSubnet", ({ VpcId = "" }) => [
        `arn:aws:ec2:eu-central-1:${account}:subnet/*`,
        `arn:aws:ec2:eu-central-1:${account}:vpc/${VpcId}`,
      ]),
      DescribeVpcs: operation<object, object>(() => ({})),
    },
  }),
  defineService({
    id: "eks",
    iamPrefix: "eks",
    operations: {
      DeleteNodegroup: asking("eks:DeleteNodegroup", (input) => {
        return `arn:aws:eks:eu-central-1:${account}:nodegroup/${input["clusterName"]}/${input["nodegroupName"]}/*`;
      }),
    },
  }),
  defineService({
    id: "ssm",
    iamPrefix: "ssm",
    operations: {
      GetParameter: asking("ssm:GetParameter", ({ Name }) => `arn:aws:ssm:eu-central-1:${account}:parameter${Name}`),
    },
  }),
  defineService({
    id: "auto-scaling",
    iamPrefix: "autoscaling",
    operations: { DescribeTags: operation<object, object>(() => ({})) },
  }),
  defineService({
    id: "s3",
    iamPrefix: "s3",
    operations: { HeadObject: asking("s3:GetObject", ({ Bucket, Key }) => `arn:aws:s3:::${Bucket}/${Key}`) },
    resourcePolicy: ({ resource }) =>
      resource.includes("open") ? { account: "444455556666", document: bucketPolicy } : undefined,
  }),
];
const bucketPolicy = JSON.stringify({
  Version: "2012-10-17",
  Statement: [
    { Effect: "Allow", Principal: { AWS: account }, Action: "s3:GetObject", Resource: "arn:aws:s3:::open/*" },
  ],
});

/** A cloud with a user that has one policy; `send` gives the refusal's code, status and text. */
function world(statement: object): (service: string, operation: string, input?: object) => string {
  const cloud = new Cloud({ services, guards: accessGuard({ services }), start: 0 });
  const administrator = {
    type: "IAMUser",
    account,
    arn: "arn",
    principalId: "A",
    name: "a",
    administrator: true,
  } as Principal;
  const asAdministrator = (name: string, input: object): void =>
    void cloud.invoke({ ...place, service: "iam", operation: name, input, principal: administrator });
  asAdministrator("CreateUser", { UserName: "ann" });
  const PolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
  asAdministrator("PutUserPolicy", { UserName: "ann", PolicyName: "p", PolicyDocument });
  const { User } = cloud.invoke<{ User: { UserId: string; Arn: string } }>({
    ...place,
    service: "iam",
    operation: "GetUser",
    input: { UserName: "ann" },
    principal: administrator,
  });
  const principal: Principal = { type: "IAMUser", account, arn: User.Arn, principalId: User.UserId, name: "ann" };
  return (service, name, input = {}) => {
    try {
      cloud.invoke({ ...place, service, operation: name, input, principal });
      return "done";
    } catch (error) {
      if (error instanceof AwsError) return `${error.code} ${error.status}: ${error.message}`;
      throw error;
    }
  };
}

const who = `User: arn:aws:iam::${account}:user/ann is not authorized to perform:`;
const none = { Effect: "Allow", Action: "sts:DecodeAuthorizationMessage", Resource: "*" };

describe("a denial", () => {
  it.for([
    [
      "eks",
      "DeleteNodegroup",
      { clusterName: "c", nodegroupName: "n" },
      `AccessDeniedException 403: ${who} eks:DeleteNodegroup on resource: arn:aws:eks:eu-central-1:${account}:nodegroup/c/n/* because no identity-based policy allows the eks:DeleteNodegroup action`,
    ],
    [
      "ssm",
      "GetParameter",
      { Name: "/a/b" },
      `AccessDeniedException 400: ${who} ssm:GetParameter on resource: arn:aws:ssm:eu-central-1:${account}:parameter/a/b because no identity-based policy allows the ssm:GetParameter action`,
    ],
    [
      "auto-scaling",
      "DescribeTags",
      {},
      `AccessDenied 403: ${who} autoscaling:DescribeTags on resource: * because no identity-based policy allows the autoscaling:DescribeTags action`,
    ],
    [
      "s3",
      "HeadObject",
      { Bucket: "b", Key: "k" },
      `AccessDenied 403: ${who} s3:GetObject on resource: arn:aws:s3:::b/k because no identity-based policy allows the s3:GetObject action`,
    ],
    [
      "ec2",
      "DescribeVpcs",
      {},
      `UnauthorizedOperation 403: You are not authorized to perform this operation. ${who} ec2:DescribeVpcs because no identity-based policy allows the ec2:DescribeVpcs action`,
    ],
  ] as const)("of %s %s is worded as the service words it", ([service, name, input, text], { expect }) => {
    expect(world(none)(service, name, input)).toBe(text);
  });

  it("by EC2 carries a message that DecodeAuthorizationMessage can read", ({ expect }) => {
    const send = world(none);
    const text = send("ec2", "CreateSubnet", { VpcId: "vpc-0123456789abcdef0" });
    expect(text).toContain(
      `on resource: arn:aws:ec2:eu-central-1:${account}:subnet/* because no identity-based policy`,
    );
    const encoded = /Encoded authorization failure message: (\S+)$/.exec(text)?.[1] ?? "";
    expect(send("sts", "DecodeAuthorizationMessage", { EncodedMessage: encoded })).toBe("done");
    expect(send("sts", "DecodeAuthorizationMessage", { EncodedMessage: "nonsense" })).toBe(
      "InvalidAuthorizationMessageException 400: Message is invalid",
    );
  });

  it("comes for the one resource of several that isn't allowed", ({ expect }) => {
    const vpc = `arn:aws:ec2:*:*:vpc/vpc-0123456789abcdef0`;
    const send = world({ Effect: "Allow", Action: "ec2:CreateSubnet", Resource: ["arn:aws:ec2:*:*:subnet/*", vpc] });
    expect(send("ec2", "CreateSubnet", { VpcId: "vpc-0123456789abcdef0" })).toBe("done");
    expect(send("ec2", "CreateSubnet", { VpcId: "vpc-0aaaaaaaaaaaaaaaa" })).toContain("vpc/vpc-0aaaaaaaaaaaaaaaa");
  });
});

describe("a resource of another account", () => {
  it("needs both sides to allow", ({ expect }) => {
    const missing = world(none)("s3", "HeadObject", { Bucket: "open", Key: "k" });
    expect(missing).toMatch(/because no identity-based policy allows the s3:GetObject action$/);
    const send = world({ Effect: "Allow", Action: "s3:*", Resource: "*" });
    expect(send("s3", "HeadObject", { Bucket: "open", Key: "k" })).toBe("done");
    const closed = send("s3", "HeadObject", { Bucket: "reopened", Key: "k" });
    expect(closed).toMatch(/because no resource-based policy allows the s3:GetObject action$/);
  });
});
