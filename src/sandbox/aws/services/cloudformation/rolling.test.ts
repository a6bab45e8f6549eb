// Updates that take several moves: a rolling Auto Scaling group, a cluster with one change at a time, a failed rollback.
import { describe, it } from "vitest";
import type { World } from "./testing.ts";
import { stackNow, story, world } from "./testing.ts";

const trust = (service: string): object => ({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: { Service: service }, Action: "sts:AssumeRole" }],
});
const network = {
  Vpc: { Type: "AWS::EC2::VPC", Properties: { CidrBlock: "10.0.0.0/16", EnableDnsHostnames: true } },
  A: {
    Type: "AWS::EC2::Subnet",
    Properties: { VpcId: { Ref: "Vpc" }, CidrBlock: "10.0.0.0/24", AvailabilityZone: "eu-central-1a" },
  },
  B: {
    Type: "AWS::EC2::Subnet",
    Properties: { VpcId: { Ref: "Vpc" }, CidrBlock: "10.0.1.0/24", AvailabilityZone: "eu-central-1b" },
  },
};

function imageOf(here: World): string {
  const { Images } = here.send<{ Images: { ImageId: string; Name: string }[] }>(
    "DescribeImages",
    { Owners: ["amazon"] },
    "ec2",
  );
  return Images.find(({ Name }) => Name.includes("amazon-eks-node-al2023-x86_64-standard"))?.ImageId ?? "";
}

function submit(here: World, operation: "CreateStack" | "UpdateStack", Resources: object): string {
  here.send(operation, {
    StackName: "s",
    TemplateBody: JSON.stringify({ Resources }),
    Capabilities: ["CAPABILITY_NAMED_IAM"],
  });
  return stackNow(here, "s").StackStatus;
}

describe("a rolling update", () => {
  const resources = (image: string, InstanceType: string, update?: object): object => ({
    ...network,
    Template: {
      Type: "AWS::EC2::LaunchTemplate",
      Properties: { LaunchTemplateData: { ImageId: image, InstanceType } },
    },
    Group: {
      Type: "AWS::AutoScaling::AutoScalingGroup",
      Properties: {
        MinSize: "2",
        MaxSize: "4",
        DesiredCapacity: "3",
        VPCZoneIdentifier: [{ Ref: "A" }, { Ref: "B" }],
        LaunchTemplate: {
          LaunchTemplateId: { Ref: "Template" },
          Version: { "Fn::GetAtt": ["Template", "LatestVersionNumber"] },
        },
      },
      ...(update ? { UpdatePolicy: { AutoScalingRollingUpdate: update } } : {}),
    },
  });
  const types = (here: World): string[] => {
    const { Reservations } = here.send<{
      Reservations: { Instances: { InstanceType: string; State: { Name: string } }[] }[];
    }>("DescribeInstances", {}, "ec2");
    return Reservations.flatMap(({ Instances }) => Instances)
      .filter((one) => one.State.Name === "running")
      .map((one) => one.InstanceType);
  };

  it("replaces every instance, batch by batch", ({ expect }) => {
    const here = world();
    const image = imageOf(here);
    const policy = { MaxBatchSize: 2, MinInstancesInService: 1 };
    expect(submit(here, "CreateStack", resources(image, "t3.small", policy)), story(here, "s").join("\n")).toBe(
      "CREATE_COMPLETE",
    );
    expect(types(here)).toEqual(["t3.small", "t3.small", "t3.small"]);
    expect(submit(here, "UpdateStack", resources(image, "t3.large", policy)), story(here, "s").join("\n")).toBe(
      "UPDATE_COMPLETE",
    );
    expect(types(here)).toEqual(["t3.large", "t3.large", "t3.large"]);
    const said = story(here, "s").filter((line) => line.startsWith("Group UPDATE_IN_PROGRESS "));
    expect(said[0]).toContain(
      "Rolling update initiated. Terminating 3 obsolete instance(s) in batches of 2, while keeping at least 1 instance(s) in service.",
    );
    expect(said.filter((line) => line.includes("Successfully terminated"))).toHaveLength(2);
  });

  it("leaves the instances alone without a policy", ({ expect }) => {
    const here = world();
    const image = imageOf(here);
    submit(here, "CreateStack", resources(image, "t3.small"));
    expect(submit(here, "UpdateStack", resources(image, "t3.large"))).toBe("UPDATE_COMPLETE");
    expect(types(here)).toEqual(["t3.small", "t3.small", "t3.small"]);
  });
});

describe("a cluster", () => {
  const resources = (version: string, logs: string[], tags: object[] = []): object => ({
    ...network,
    Role: {
      Type: "AWS::IAM::Role",
      Properties: {
        AssumeRolePolicyDocument: trust("eks.amazonaws.com"),
        ManagedPolicyArns: ["arn:aws:iam::aws:policy/AmazonEKSClusterPolicy"],
      },
    },
    Cluster: {
      Type: "AWS::EKS::Cluster",
      Properties: {
        Name: "c",
        Version: version,
        RoleArn: { "Fn::GetAtt": ["Role", "Arn"] },
        ResourcesVpcConfig: { SubnetIds: [{ Ref: "A" }, { Ref: "B" }], EndpointPrivateAccess: logs.length > 0 },
        Logging: { ClusterLogging: { EnabledTypes: logs.map((Type) => ({ Type })) } },
        Tags: tags,
      },
    },
  });

  it("takes several changes one after the other", ({ expect }) => {
    const here = world();
    expect(submit(here, "CreateStack", resources("1.33", [])), story(here, "s").join("\n")).toBe("CREATE_COMPLETE");
    const tags = [{ Key: "team", Value: "a" }];
    expect(submit(here, "UpdateStack", resources("1.34", ["api", "audit"], tags)), story(here, "s").join("\n")).toBe(
      "UPDATE_COMPLETE",
    );
    const { cluster } = here.send<{ cluster: object }>("DescribeCluster", { name: "c" }, "eks");
    expect(cluster).toMatchObject({
      version: "1.34",
      tags: { team: "a", "aws:cloudformation:logical-id": "Cluster" },
      resourcesVpcConfig: { endpointPrivateAccess: true },
      logging: { clusterLogging: [{ types: ["api", "audit"], enabled: true }, { enabled: false }] },
    });
    here.send("DetectStackDrift", { StackName: "s" });
  });

  it("goes back when EKS refuses a version", ({ expect }) => {
    const here = world();
    submit(here, "CreateStack", resources("1.33", []));
    expect(submit(here, "UpdateStack", resources("1.35", [])), story(here, "s").join("\n")).toBe(
      "UPDATE_ROLLBACK_COMPLETE",
    );
    expect(story(here, "s").find((line) => line.startsWith("Cluster UPDATE_FAILED"))).toMatch(
      /Service: Eks, Status Code: 400.*HandlerErrorCode: InvalidRequest/,
    );
  });
});

describe("a rollback that fails", () => {
  it("waits, and goes on without what is skipped", ({ expect }) => {
    const here = world("eu-central-1", {
      guards: {
        faultResource: (kind, facts) =>
          kind === "failAt" && facts["logicalId"] === "Bad" ? { id: "f", seconds: 1 } : undefined,
      },
    });
    const role = (Description: string): object => ({
      Type: "AWS::IAM::Role",
      Properties: { RoleName: "r", Description, AssumeRolePolicyDocument: trust("ec2.amazonaws.com") },
    });
    submit(here, "CreateStack", { Role: role("1") });
    const Resources = { Role: role("2"), Bad: { Type: "AWS::EC2::InternetGateway", DependsOn: "Role" } };
    const input = {
      StackName: "s",
      TemplateBody: JSON.stringify({ Resources }),
      Capabilities: ["CAPABILITY_NAMED_IAM"],
    };
    here.send("UpdateStack", input);
    for (let read = 0; read < 20 && !story(here, "s").includes("Role UPDATE_COMPLETE"); read += 1);
    // Somebody takes the role away while the update goes on.
    here.send("DeleteRole", { RoleName: "r" }, "iam");
    expect(stackNow(here, "s").StackStatus, story(here, "s").join("\n")).toBe("UPDATE_ROLLBACK_FAILED");
    here.send("ContinueUpdateRollback", { StackName: "s", ResourcesToSkip: ["Role"] });
    expect(stackNow(here, "s").StackStatus).toBe("UPDATE_ROLLBACK_COMPLETE");
  });
});
