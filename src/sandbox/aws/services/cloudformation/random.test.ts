// Random templates: create, update to another, delete, and the account is as empty as before.
import fc from "fast-check";
import { describe, it } from "vitest";
import { inventory, stackNow, story, world } from "./testing.ts";
import { randomised } from "../../../../base/testing.ts";

interface Piece {
  kind: "group" | "rule" | "subnet" | "table" | "route" | "role" | "policy" | "parameter" | "gateway";
  /** Chooses what it refers to, and its details. */
  pick: number;
}

const pieces: fc.Arbitrary<Piece[]> = fc.array(
  fc.record({
    kind: fc.constantFrom<Piece["kind"]>(
      "group",
      "rule",
      "subnet",
      "table",
      "route",
      "role",
      "policy",
      "parameter",
      "gateway",
    ),
    pick: fc.nat(999),
  }),
  { maxLength: 14 },
);

const trust = {
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" }],
};
const allow = { Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: "s3:GetObject", Resource: "*" }] };

/** A template that AWS would take: every reference has what it refers to, no two address ranges are the same. */
function template(plan: readonly Piece[], vpcCidr: string): string {
  const resources: Record<string, object> = {
    Vpc: { Type: "AWS::EC2::VPC", Properties: { CidrBlock: vpcCidr, EnableDnsHostnames: plan.length % 2 === 0 } },
  };
  const ids: Record<string, string[]> = {};
  const any = (kind: string, pick: number): object | undefined => {
    const all = ids[kind] ?? [];
    return all.length > 0 ? { Ref: all[pick % all.length] } : undefined;
  };
  const vpc = { Ref: "Vpc" };
  for (const [index, { kind, pick }] of plan.entries()) {
    const group = any("group", pick);
    const role = any("role", pick);
    const table = any("table", pick);
    const made: Record<Piece["kind"], object | undefined> = {
      group: { Type: "AWS::EC2::SecurityGroup", Properties: { GroupDescription: `d${pick % 3}`, VpcId: vpc } },
      rule: group && {
        Type: "AWS::EC2::SecurityGroupIngress",
        Properties: {
          GroupId: group,
          IpProtocol: "tcp",
          FromPort: 1000 + index,
          ToPort: 2000 + (pick % 5),
          SourceSecurityGroupId: any("group", pick + 1),
        },
      },
      subnet: {
        Type: "AWS::EC2::Subnet",
        Properties: {
          VpcId: vpc,
          CidrBlock: { "Fn::Select": [index, { "Fn::Cidr": [{ "Fn::GetAtt": "Vpc.CidrBlock" }, 20, 8] }] },
          MapPublicIpOnLaunch: pick % 2 === 0,
        },
      },
      table: {
        Type: "AWS::EC2::RouteTable",
        Properties: { VpcId: vpc, Tags: [{ Key: "n", Value: String(pick % 4) }] },
      },
      route:
        table && resources["Attached"]
          ? {
              Type: "AWS::EC2::Route",
              DependsOn: "Attached",
              Properties: {
                RouteTableId: table,
                DestinationCidrBlock: `198.51.100.${index}/32`,
                GatewayId: { Ref: "Gateway" },
              },
            }
          : undefined,
      role: { Type: "AWS::IAM::Role", Properties: { AssumeRolePolicyDocument: trust, Description: `d${pick % 3}` } },
      policy: role && {
        Type: "AWS::IAM::Policy",
        Properties: { PolicyName: `p${pick % 3}-${index}`, PolicyDocument: allow, Roles: [role] },
      },
      parameter: {
        Type: "AWS::SSM::Parameter",
        Properties: { Type: "String", Value: { "Fn::Sub": `\${Vpc}-${pick % 3}` } },
      },
      gateway: resources["Gateway"] ? undefined : { Type: "AWS::EC2::InternetGateway" },
    };
    const resource = made[kind];
    if (!resource) continue;
    const id = kind === "gateway" ? "Gateway" : `R${index}${kind}`;
    resources[id] = resource;
    (ids[kind] ??= []).push(id);
    if (kind !== "gateway") continue;
    resources["Attached"] = {
      Type: "AWS::EC2::VPCGatewayAttachment",
      Properties: { VpcId: vpc, InternetGatewayId: { Ref: id } },
    };
  }
  return JSON.stringify({ Resources: resources });
}

describe("random templates", () => {
  it("create, update and delete, and leave nothing", ({ expect }) => {
    fc.assert(
      fc.property(pieces, pieces, fc.boolean(), fc.nat(40), (first, second, move, bad) => {
        const here = world("eu-central-1", {
          // Some updates fail on the way, and must come back to where they were.
          guards: {
            faultResource: (kind, facts) =>
              kind === "failAt" && facts["stackName"] === "s" && updating && facts["logicalId"]?.startsWith(`R${bad}`)
                ? { id: "fault", seconds: 1 }
                : undefined,
          },
        });
        let updating = false;
        const Capabilities = ["CAPABILITY_IAM"];
        here.send("DescribeVpcs", {}, "ec2");
        const before = inventory(here.cloud);
        const [from, to] = [template(first, "10.0.0.0/16"), template(second, move ? "10.1.0.0/16" : "10.0.0.0/16")];
        const { StackId } = here.send<{ StackId: string }>("CreateStack", {
          StackName: "s",
          TemplateBody: from,
          Capabilities,
        });
        expect([stackNow(here, "s").StackStatus, story(here, "s").filter((line) => line.includes("FAILED"))]).toEqual([
          "CREATE_COMPLETE",
          [],
        ]);
        const made = inventory(here.cloud);
        updating = true;
        if (from !== to) {
          here.send("UpdateStack", { StackName: "s", TemplateBody: to, Capabilities });
          const { StackStatus } = stackNow(here, "s");
          expect(["UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE"], story(here, "s").join("\n")).toContain(StackStatus);
          if (StackStatus === "UPDATE_ROLLBACK_COMPLETE") expect(inventory(here.cloud).length).toBe(made.length);
        }
        here.send("DeleteStack", { StackName: "s" });
        expect(stackNow(here, StackId).StackStatus, story(here, StackId).join("\n")).toBe("DELETE_COMPLETE");
        here.cloud.clock.settle();
        expect(inventory(here.cloud)).toEqual(before);
      }),
      { ...randomised(25), endOnFailure: true },
    );
  });
});
