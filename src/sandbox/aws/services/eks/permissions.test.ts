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

  it("to give pods a role include passing it to the cluster's pods", ({ expect }) => {
    const here = guarded();
    const associate = (serviceAccount: string): object => ({
      clusterName: "prod",
      namespace: "default",
      serviceAccount,
      roleArn: here.strangeRole,
    });
    const pass = (PassedToService: string): object =>
      allow("iam:PassRole", here.strangeRole, {
        StringEquals: { "iam:PassedToService": PassedToService },
        ArnLike: { "iam:AssociatedResourceArn": cluster("prod") },
      });
    const create = allow("eks:CreatePodIdentityAssociation", cluster("prod"));
    const toEks = asUser(here, [create, pass("eks.amazonaws.com")]);
    expect(toEks("CreatePodIdentityAssociation", associate("a"))).toMatch(/AccessDeniedException: .*iam:PassRole/);
    const again = guarded();
    const toPods = asUser(again, [create, pass("pods.eks.amazonaws.com")]);
    expect(toPods("CreatePodIdentityAssociation", associate("a"))).toBe("nothing");
  });

  it("to tag what is made are asked for besides", ({ expect }) => {
    const here = guarded();
    const request = clusterRequest(here, { name: "mine", tags: { team: "a" } });
    const create = [allow("eks:CreateCluster", cluster("mine")), allow("iam:PassRole", "*")];
    expect(asUser(here, create)("CreateCluster", request)).toMatch(
      /AccessDeniedException: .*eks:TagResource on resource: .*cluster\/mine/,
    );
    const again = guarded();
    const tag = allow("eks:TagResource", cluster("mine"), { StringEquals: { "aws:RequestTag/team": "a" } });
    const send = asUser(again, [...create, tag]);
    expect(send("CreateCluster", clusterRequest(again, { name: "mine", tags: { team: "a" } }))).toBe("nothing");
  });

  it("of a child's updates are asked for on the child too", ({ expect }) => {
    const send = asUser(guarded(), [allow("eks:ListUpdates", cluster("prod"))]);
    expect(send("ListUpdates", { name: "prod" })).toBe("nothing");
    expect(send("ListUpdates", { name: "prod", nodegroupName: "ng" })).toMatch(
      /AccessDeniedException: .*eks:ListUpdates on resource: .*nodegroup\/prod\/ng/,
    );
  });

  const denied = (Action: string, Condition: object): object[] => [
    allow("*", "*"),
    { Effect: "Deny", Action, Resource: "*", Condition },
  ];
  it.for([
    ["CreateCluster", { StringNotEquals: { "eks:kubernetesVersion": "1.34" } }, { version: "1.33" }],
    ["CreateCluster", { Bool: { "eks:endpointPublicAccess": "true" } }, { endpointPublicAccess: true }],
    [
      "CreateCluster",
      { StringEquals: { "eks:supportType": "EXTENDED" } },
      { upgradePolicy: { supportType: "EXTENDED" } },
    ],
    [
      "CreateCluster",
      { Bool: { "eks:loggingType/audit": "false" } },
      { logging: { clusterLogging: [{ types: ["audit"], enabled: false }] } },
    ],
    [
      "CreateCluster",
      { StringNotEquals: { "eks:authenticationMode": "API" } },
      { accessConfig: { authenticationMode: "API_AND_CONFIG_MAP" } },
    ],
  ] as const)("may depend on what %s asks for: %o", ([operation, condition, change], { expect }) => {
    const here = guarded();
    const { endpointPublicAccess, ...rest } = { endpointPublicAccess: undefined, ...change };
    const subnetIds = here.privateSubnets;
    const request = (more: object): object =>
      clusterRequest(here, { name: "mine", accessConfig: { authenticationMode: "API" }, ...more });
    const network = { resourcesVpcConfig: { subnetIds, ...(endpointPublicAccess ? { endpointPublicAccess } : {}) } };
    const send = asUser(here, denied(`eks:${operation}`, condition));
    expect(send(operation, request({ ...rest, ...network }))).toMatch(/AccessDenied.*explicit deny/);
    expect(send(operation, request({}))).toBe("nothing");
  });

  it("may depend on the access entry and the policy that is associated", ({ expect }) => {
    const here = guarded();
    const send = asUser(here, [
      allow("*", "*"),
      {
        Effect: "Deny",
        Action: "eks:AssociateAccessPolicy",
        Resource: "*",
        Condition: { "ForAnyValue:StringNotEquals": { "eks:namespaces": ["dev"] } },
      },
      {
        Effect: "Deny",
        Action: "eks:*AccessEntry",
        Resource: "*",
        Condition: { ArnEquals: { "eks:principalArn": here.clusterRole } },
      },
    ]);
    const entry = { clusterName: "prod", principalArn: here.strangeRole };
    expect(send("CreateAccessEntry", entry)).toBe("nothing");
    expect(send("CreateAccessEntry", { ...entry, principalArn: here.clusterRole })).toMatch(/AccessDenied/);
    const associate = (...namespaces: string[]): string =>
      send("AssociateAccessPolicy", {
        ...entry,
        policyArn: "arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy",
        accessScope: { type: "namespace", namespaces },
      });
    expect(associate("dev")).toBe("nothing");
    expect(associate("dev", "prod")).toMatch(/AccessDenied/);
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
