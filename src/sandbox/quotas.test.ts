// Quotas other than AWS's: each of them, set low, refuses what comes on top, in the service's own words.
import { describe, it } from "vitest";
import type { Sandbox } from "./index.ts";
import { createSandbox, sandboxQuotas } from "./index.ts";
import { administratorOf } from "./aws/administrator.ts";

type Call = (service: string, operation: string, input: object) => Record<string, never>;

/** What `work` is refused with when a quota has this value. */
async function refusedWith(quota: string, value: number, work: (call: Call) => void): Promise<string> {
  await using sandbox = await createSandbox({ listen: false, clock: "instant", quotas: { [quota]: value } });
  try {
    work(callerOf(sandbox));
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
  return "nothing";
}

const callerOf =
  (sandbox: Sandbox): Call =>
  (service, operation, input) => {
    const { account, region } = sandbox;
    const principal = administratorOf(account, "aws");
    return sandbox.cloud.invoke({ service, operation, input, account, region, principal });
  };

const trust = (Service: string): string =>
  JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: { Service }, Action: "sts:AssumeRole" }],
  });
const role = (call: Call, RoleName: string, service = "ec2.amazonaws.com"): string => {
  const made = call("iam", "CreateRole", { RoleName, AssumeRolePolicyDocument: trust(service) }) as {
    Role?: { Arn: string };
  };
  return made.Role?.Arn ?? "";
};
const defaultSubnets = (call: Call): string[] => {
  const { Subnets = [] } = call("ec2", "DescribeSubnets", {}) as { Subnets?: { SubnetId: string }[] };
  return Subnets.map(({ SubnetId }) => SubnetId);
};
const defaultVpc = (call: Call): string => {
  const { Vpcs = [] } = call("ec2", "DescribeVpcs", {}) as { Vpcs?: { VpcId: string }[] };
  return Vpcs[0]?.VpcId ?? "";
};
const group = (call: Call, GroupName: string): string => {
  const input = { GroupName, Description: "d", VpcId: defaultVpc(call) };
  return (call("ec2", "CreateSecurityGroup", input) as { GroupId?: string }).GroupId ?? "";
};
const cluster = (call: Call, name = "prod"): void => {
  const roleArn = name === "prod" ? role(call, "cluster", "eks.amazonaws.com") : "";
  call("eks", "CreateCluster", {
    name,
    roleArn: roleArn || `arn:aws:iam::123456789012:role/cluster`,
    resourcesVpcConfig: { subnetIds: defaultSubnets(call).slice(0, 2) },
  });
  call("eks", "DescribeCluster", { name });
};
const nodegroup = (call: Call, nodegroupName: string, sizes: object = {}): void => {
  call("eks", "CreateNodegroup", {
    clusterName: "prod",
    nodegroupName,
    nodeRole: "arn:aws:iam::123456789012:role/nodes",
    subnets: defaultSubnets(call),
    scalingConfig: { minSize: 1, desiredSize: 1, maxSize: 1, ...sizes },
  });
};
const attach = (call: Call, word: "Role" | "User" | "Group"): void => {
  for (const policy of ["ReadOnlyAccess", "AdministratorAccess"])
    call("iam", `Attach${word}Policy`, { [`${word}Name`]: "x", PolicyArn: `arn:aws:iam::aws:policy/${policy}` });
};
const twice = (make: (name: string) => unknown): void => ["one", "two"].forEach(make);

const volume = (call: Call, VolumeType: string, Size: number): unknown => {
  const { Subnets = [] } = call("ec2", "DescribeSubnets", {}) as { Subnets?: { AvailabilityZone: string }[] };
  return call("ec2", "CreateVolume", { VolumeType, Size, AvailabilityZone: Subnets[0]?.AvailabilityZone });
};

/** By quota: a value, what breaks it, and the code it is refused with. */
const rows: Readonly<Record<string, [value: number, work: (call: Call) => void, code: string]>> = {
  vpcs: [1, (call) => call("ec2", "CreateVpc", { CidrBlock: "10.0.0.0/16" }), "VpcLimitExceeded"],
  elasticAddresses: [0, (call) => call("ec2", "AllocateAddress", {}), "AddressLimitExceeded"],
  gp2StorageTiB: [1, (call) => twice(() => volume(call, "gp2", 600)), "VolumeLimitExceeded"],
  gp3StorageTiB: [1, (call) => twice(() => volume(call, "gp3", 600)), "VolumeLimitExceeded"],
  natGatewaysPerZone: [
    0,
    (call) => call("ec2", "CreateNatGateway", { SubnetId: defaultSubnets(call)[0], ConnectivityType: "private" }),
    "NatGatewayLimitExceeded",
  ],
  cidrsPerVpc: [
    1,
    (call) => call("ec2", "AssociateVpcCidrBlock", { VpcId: defaultVpc(call), CidrBlock: "100.64.0.0/16" }),
    "CidrLimitExceeded",
  ],
  rulesPerGroup: [
    1,
    (call) => {
      const GroupId = group(call, "g");
      for (const FromPort of [80, 443])
        call("ec2", "AuthorizeSecurityGroupIngress", {
          GroupId,
          IpPermissions: [{ IpProtocol: "tcp", FromPort, ToPort: FromPort, IpRanges: [{ CidrIp: "0.0.0.0/0" }] }],
        });
    },
    "RulesPerSecurityGroupLimitExceeded",
  ],
  groupsPerInterface: [
    1,
    (call) =>
      call("ec2", "CreateNetworkInterface", {
        SubnetId: defaultSubnets(call)[0],
        Groups: [group(call, "a"), group(call, "b")],
      }),
    "SecurityGroupsPerInterfaceLimitExceeded",
  ],
  routesPerTable: [
    1,
    (call) => {
      const table = call("ec2", "CreateRouteTable", { VpcId: defaultVpc(call) }) as {
        RouteTable?: { RouteTableId: string };
      };
      const gateways = call("ec2", "DescribeInternetGateways", {}) as {
        InternetGateways?: { InternetGatewayId: string }[];
      };
      for (const DestinationCidrBlock of ["0.0.0.0/0", "8.8.8.8/32"])
        call("ec2", "CreateRoute", {
          RouteTableId: table.RouteTable?.RouteTableId,
          DestinationCidrBlock,
          GatewayId: gateways.InternetGateways?.[0]?.InternetGatewayId,
        });
    },
    "RouteLimitExceeded",
  ],
  vcpus: [
    4,
    (call) => {
      const { Parameter } = call("ssm", "GetParameter", {
        Name: "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64",
      }) as { Parameter?: { Value: string } };
      call("ec2", "RunInstances", {
        ImageId: Parameter?.Value,
        InstanceType: "m5.2xlarge",
        SubnetId: defaultSubnets(call)[0],
        MinCount: 1,
        MaxCount: 1,
      });
    },
    "VcpuLimitExceeded",
  ],
  roles: [1, (call) => twice((name) => role(call, name)), "LimitExceeded"],
  users: [1, (call) => twice((UserName) => call("iam", "CreateUser", { UserName })), "LimitExceeded"],
  groups: [1, (call) => twice((GroupName) => call("iam", "CreateGroup", { GroupName })), "LimitExceeded"],
  policies: [
    1,
    (call) =>
      twice((PolicyName) =>
        call("iam", "CreatePolicy", {
          PolicyName,
          PolicyDocument: '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}',
        }),
      ),
    "LimitExceeded",
  ],
  instanceProfiles: [
    1,
    (call) => twice((InstanceProfileName) => call("iam", "CreateInstanceProfile", { InstanceProfileName })),
    "LimitExceeded",
  ],
  oidcProviders: [
    1,
    (call) => twice((name) => call("iam", "CreateOpenIDConnectProvider", { Url: `https://${name}.example.com` })),
    "LimitExceeded",
  ],
  policiesPerRole: [
    1,
    (call) => {
      role(call, "x");
      attach(call, "Role");
    },
    "LimitExceeded",
  ],
  policiesPerUser: [
    1,
    (call) => {
      call("iam", "CreateUser", { UserName: "x" });
      attach(call, "User");
    },
    "LimitExceeded",
  ],
  policiesPerGroup: [
    1,
    (call) => {
      call("iam", "CreateGroup", { GroupName: "x" });
      attach(call, "Group");
    },
    "LimitExceeded",
  ],
  clusters: [
    1,
    (call) => {
      cluster(call);
      cluster(call, "second");
    },
    "ResourceLimitExceededException",
  ],
  nodegroupsPerCluster: [
    1,
    (call) => {
      cluster(call);
      role(call, "nodes");
      twice((name) => nodegroup(call, name));
    },
    "ResourceLimitExceededException",
  ],
  nodesPerNodegroup: [
    3,
    (call) => {
      cluster(call);
      role(call, "nodes");
      nodegroup(call, "big", { maxSize: 4 });
    },
    "InvalidParameterException",
  ],
  fargateProfilesPerCluster: [
    0,
    (call) => {
      cluster(call);
      call("eks", "CreateFargateProfile", {
        clusterName: "prod",
        fargateProfileName: "fp",
        podExecutionRoleArn: role(call, "pods", "eks-fargate-pods.amazonaws.com"),
        selectors: [{ namespace: "default" }],
      });
    },
    "ResourceLimitExceededException",
  ],
  podIdentityAssociationsPerCluster: [
    1,
    (call) => {
      cluster(call);
      const roleArn = role(call, "pods", "pods.eks.amazonaws.com");
      twice((serviceAccount) =>
        call("eks", "CreatePodIdentityAssociation", {
          clusterName: "prod",
          namespace: "default",
          serviceAccount,
          roleArn,
        }),
      );
    },
    "ResourceLimitExceededException",
  ],
};

describe("quotas", () => {
  it("all have a row here", ({ expect }) => {
    expect(Object.keys(rows).toSorted()).toEqual(
      sandboxQuotas()
        .map(({ name }) => name)
        .toSorted(),
    );
  });

  for (const [name, [value, work, code]] of Object.entries(rows)) {
    it(`${name} = ${value}: ${code}`, async ({ expect }) => {
      expect(await refusedWith(name, value, work)).toBe(code);
    });
  }

  it("may be raised", async ({ expect }) => {
    const six = (call: Call): void => {
      for (let i = 0; i < 6; i += 1) call("ec2", "CreateVpc", { CidrBlock: "10.0.0.0/16" });
    };
    expect(await refusedWith("vpcs", 5, six)).toBe("VpcLimitExceeded");
    expect(await refusedWith("vpcs", 50, six)).toBe("nothing");
  });

  it("that don't exist are refused, with those that do", async ({ expect }) => {
    await expect(createSandbox({ quotas: { vpc: 6 } })).rejects.toMatchObject({
      code: "sandbox/bad-quota",
      diagnostic: { remedy: expect.stringContaining("vpcs, elasticAddresses") },
    });
    await expect(createSandbox({ quotas: { vpcs: 1.5 } })).rejects.toMatchObject({ code: "sandbox/bad-quota" });
  });
});
