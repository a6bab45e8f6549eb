import type { CreateUserResponse } from "@aws-sdk/client-iam";
import { describe, it } from "vitest";
import { accessGuard } from "../../access/index.ts";
import { services } from "../index.ts";
import { refusal } from "../../testing.ts";
import type { World } from "./testing.ts";
import { clusterRequest, worldWithCluster } from "./testing.ts";

const account = "123456789012";
const region = "eu-central-1";

/** What a user with these statements gets for a call of EKS. */
function asUser(here: World, statements: readonly object[]): (operation: string, input: object) => string {
  const { User } = here.call<CreateUserResponse>("iam", "CreateUser", { UserName: "dev" });
  const PolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement: statements });
  if (statements.length > 0) here.call("iam", "PutUserPolicy", { UserName: "dev", PolicyName: "p", PolicyDocument });
  const principal = {
    type: "IAMUser" as const,
    account,
    arn: User?.Arn ?? "",
    principalId: User?.UserId ?? "",
    name: "dev",
  };
  return (operation, input) =>
    refusal(() => here.cloud.invoke({ service: "eks", operation, input, account, region, principal }));
}

const guarded = (request: object = {}): World => worldWithCluster({ guards: accessGuard({ services }), request });
const allow = (Action: string, Resource: string, Condition: object = {}): object => ({
  Effect: "Allow",
  Action,
  Resource,
  Condition,
});
const cluster = (name: string): string => `arn:aws:eks:${region}:${account}:cluster/${name}`;

describe("permissions", () => {
  it("are asked for on the cluster that is named", ({ expect }) => {
    const send = asUser(guarded(), [allow("eks:DescribeCluster", cluster("other"))]);
    expect(send("DescribeCluster", { name: "prod" })).toMatch(
      /AccessDeniedException: .*eks:DescribeCluster on resource: .*cluster\/prod/,
    );
    expect(send("DescribeCluster", { name: "other" })).toMatch(/ResourceNotFoundException/);
  });

  it("to make a cluster include passing its role to EKS", ({ expect }) => {
    const here = guarded();
    const request = clusterRequest(here, { name: "mine" });
    const create = allow("eks:CreateCluster", cluster("mine"));
    expect(asUser(here, [create])("CreateCluster", request)).toMatch(
      /AccessDeniedException: .*iam:PassRole on resource: .*role\/cluster/,
    );
    const again = guarded();
    const pass = (service: string): object =>
      allow("iam:PassRole", again.clusterRole, { StringEquals: { "iam:PassedToService": service } });
    expect(
      asUser(again, [create, pass("eks.amazonaws.com")])("CreateCluster", clusterRequest(again, { name: "mine" })),
    ).toBe("nothing");
  });

  it("may depend on the cluster's tags", ({ expect }) => {
    const byTag = allow("eks:*", "*", { StringEquals: { "aws:ResourceTag/team": "a" } });
    expect(asUser(guarded({ tags: { team: "a" } }), [byTag])("ListNodegroups", { clusterName: "prod" })).toBe(
      "nothing",
    );
    expect(asUser(guarded({ tags: { team: "b" } }), [byTag])("ListNodegroups", { clusterName: "prod" })).toMatch(
      /AccessDenied/,
    );
  });
});
