import type { DescribeNetworkInterfacesResult, DescribeSecurityGroupsResult } from "@aws-sdk/client-ec2";
import type {
  DescribeClusterResponse,
  DescribeClusterVersionsResponse,
  DescribeUpdateResponse,
  ListAccessEntriesResponse,
  ListClustersResponse,
  UpdateClusterConfigResponse,
} from "@aws-sdk/client-eks";
import { X509Certificate } from "node:crypto";
import { describe, it } from "vitest";
import { refusal } from "../../testing.ts";
import { clusterRequest, world, worldWithCluster } from "./testing.ts";

describe("creating a cluster", () => {
  it("fails when a subnet is gone by then, and can be deleted", ({ expect }) => {
    const here = world();
    here.eks("CreateCluster", clusterRequest(here, { resourcesVpcConfig: { subnetIds: here.privateSubnets } }));
    here.call("ec2", "DeleteSubnet", { SubnetId: here.privateSubnets[0] });
    const { cluster } = here.eks<DescribeClusterResponse>("DescribeCluster", { name: "prod" });
    expect(cluster).toMatchObject({ status: "FAILED", health: { issues: [{ code: "Ec2SubnetNotFound" }] } });
    here.eks("DeleteCluster", { name: "prod" });
    expect(refusal(() => here.eks("DescribeCluster", { name: "prod" }))).toMatch(/ResourceNotFoundException/);
  });

  it("takes nine minutes, after which it has an endpoint, an authority and an issuer", ({ expect }) => {
    const here = world();
    const { cluster } = here.eks<DescribeClusterResponse>("CreateCluster", clusterRequest(here));
    expect(cluster).toMatchObject({
      status: "CREATING",
      version: "1.34",
      arn: "arn:aws:eks:eu-central-1:123456789012:cluster/prod",
      resourcesVpcConfig: { vpcId: here.vpc, endpointPublicAccess: true, publicAccessCidrs: ["0.0.0.0/0"] },
      kubernetesNetworkConfig: { serviceIpv4Cidr: "10.100.0.0/16", ipFamily: "ipv4" },
      logging: { clusterLogging: [{ enabled: false }] },
    });
    for (const member of ["endpoint", "certificateAuthority", "identity"]) expect(cluster).not.toHaveProperty(member);
    const before = here.cloud.clock.now();
    const active = here.eks<DescribeClusterResponse>("DescribeCluster", { name: "prod" }).cluster;
    expect(here.cloud.clock.now() - before).toBe(540_000);
    expect(active?.status).toBe("ACTIVE");
    expect(active?.endpoint).toMatch(/^https:\/\/[0-9A-F]{32}\.\w{3}\.eu-central-1\.eks\.amazonaws\.com$/);
    expect(active?.identity?.oidc?.issuer).toMatch(
      /^https:\/\/oidc\.eks\.eu-central-1\.amazonaws\.com\/id\/[0-9A-F]{32}$/,
    );
  });

  it("gives a certificate that signs itself and may sign others", ({ expect }) => {
    const here = worldWithCluster();
    const { cluster } = here.eks<DescribeClusterResponse>("DescribeCluster", { name: "prod" });
    const authority = new X509Certificate(Buffer.from(cluster?.certificateAuthority?.data ?? "", "base64"));
    expect(authority.ca).toBe(true);
    expect(authority.subject).toBe("CN=kubernetes");
    expect(authority.verify(authority.publicKey)).toBe(true);
    expect(Date.parse(authority.validTo)).toBeGreaterThan(Date.now());
  });

  it("leaves a security group and two interfaces in the account, and takes them away at the end", ({ expect }) => {
    const here = worldWithCluster();
    const interfaces = (): string[] =>
      (
        here.call<DescribeNetworkInterfacesResult>("ec2", "DescribeNetworkInterfaces", {
          Filters: [{ Name: "description", Values: ["Amazon EKS prod"] }],
        }).NetworkInterfaces ?? []
      ).map((each) => each.AvailabilityZone ?? "");
    const groups = (): (string | undefined)[] =>
      (
        here.call<DescribeSecurityGroupsResult>("ec2", "DescribeSecurityGroups", {
          Filters: [{ Name: "tag:aws:eks:cluster-name", Values: ["prod"] }],
        }).SecurityGroups ?? []
      ).map((group) => group.GroupName?.replace(/\d+$/, "N"));
    expect(interfaces().toSorted()).toEqual(["eu-central-1a", "eu-central-1b"]);
    expect(groups()).toEqual(["eks-cluster-sg-prod-N"]);
    expect(refusal(() => here.call("ec2", "DeleteSubnet", { SubnetId: here.publicSubnets[0] }))).toMatch(
      /DependencyViolation/,
    );
    here.eks("DeleteCluster", { name: "prod" });
    expect(refusal(() => here.eks("DescribeCluster", { name: "prod" }))).toBe(
      "ResourceNotFoundException: No cluster found for name: prod.",
    );
    expect([interfaces(), groups()]).toEqual([[], []]);
  });

  it("refuses what AWS refuses", ({ expect }) => {
    const here = world();
    const attempt = (change: object): string => refusal(() => here.eks("CreateCluster", clusterRequest(here, change)));
    const vpc = { subnetIds: here.publicSubnets };
    const cases: [change: object, answer: RegExp][] = [
      [{ name: "-prod" }, /InvalidParameterException.*name/],
      [{ name: "x".repeat(101) }, /InvalidParameterException.*100/],
      [{ version: "1.30" }, /InvalidParameterException: unsupported Kubernetes version/],
      [{ version: "1.99" }, /InvalidParameterException: unsupported Kubernetes version/],
      [{ roleArn: here.strangeRole }, /InvalidParameterException: Role with arn: .*strange, could not be assumed/],
      [{ roleArn: "arn:aws:iam::123456789012:role/none" }, /InvalidParameterException: Role with arn/],
      [
        { resourcesVpcConfig: { subnetIds: [here.publicSubnets[0], here.privateSubnets[0]] } },
        /at least two different AZs/,
      ],
      [
        { resourcesVpcConfig: { subnetIds: ["subnet-0123456789abcdef0", here.publicSubnets[0]] } },
        /subnet-0123456789abcdef0/,
      ],
      [
        { resourcesVpcConfig: { ...vpc, endpointPublicAccess: false } },
        /Private and public endpoint access cannot be false/,
      ],
      [{ resourcesVpcConfig: { ...vpc, publicAccessCidrs: ["10.0.0.0/8"] } }, /not allowed in publicAccessCidrs/],
      [{ kubernetesNetworkConfig: { serviceIpv4Cidr: "192.168.0.0/20" } }, /overlaps with VPC CIDR block/],
      [{ kubernetesNetworkConfig: { serviceIpv4Cidr: "10.0.0.0/8" } }, /netmask between \/24 and \/12/],
      [{ kubernetesNetworkConfig: { serviceIpv4Cidr: "8.8.0.0/16" } }, /private IP address blocks/],
      [
        { accessConfig: { authenticationMode: "CONFIG_MAP", bootstrapClusterCreatorAdminPermissions: false } },
        /must be true/,
      ],
      [{ computeConfig: { enabled: true } }, /all either fully enabled or fully disabled/],
      [{ tags: { "aws:mine": "x" } }, /reserved/],
      [
        {
          encryptionConfig: [
            { resources: ["secrets"], provider: { keyArn: "arn:aws:kms:eu-west-1:123456789012:key/x" } },
          ],
        },
        /region/,
      ],
    ];
    for (const [change, answer] of cases) expect(attempt(change), JSON.stringify(change)).toMatch(answer);
    expect(here.eks<ListClustersResponse>("ListClusters", {}).clusters).toEqual([]);
  });

  it("names the zones that have room when one hasn't", ({ expect }) => {
    const here = world({
      guards: {
        faultResource: (kind, facts) =>
          kind === "unsupportedZone" && facts["zone"] === "eu-central-1b" ? { id: "f" } : undefined,
      },
    });
    try {
      here.eks("CreateCluster", clusterRequest(here));
      expect.unreachable();
    } catch (error) {
      expect(error).toMatchObject({
        code: "UnsupportedAvailabilityZoneException",
        members: { validZones: ["eu-central-1a", "eu-central-1c"] },
      });
    }
  });

  it("is the same request again with the same client token, and another cluster's name otherwise", ({ expect }) => {
    const here = world();
    const request = clusterRequest(here, { clientRequestToken: "once" });
    const first = here.eks<DescribeClusterResponse>("CreateCluster", request).cluster;
    expect(here.eks<DescribeClusterResponse>("CreateCluster", request).cluster).toEqual(first);
    expect(refusal(() => here.eks("CreateCluster", clusterRequest(here, { clientRequestToken: "twice" })))).toBe(
      "ResourceInUseException: Cluster already exists with name: prod",
    );
  });

  it("makes its creator an administrator where access entries count", ({ expect }) => {
    const here = worldWithCluster();
    expect(here.eks<ListAccessEntriesResponse>("ListAccessEntries", { clusterName: "prod" }).accessEntries).toEqual([
      "arn:aws:iam::123456789012:user/administrator",
    ]);
  });

  it("of Auto Mode needs a role that EKS may tag, and lets its nodes in", ({ expect }) => {
    const here = world();
    const auto = {
      accessConfig: { authenticationMode: "API" },
      bootstrapSelfManagedAddons: false,
      computeConfig: { enabled: true, nodePools: ["general-purpose"], nodeRoleArn: here.nodeRole },
      kubernetesNetworkConfig: { elasticLoadBalancing: { enabled: true } },
      storageConfig: { blockStorage: { enabled: true } },
    };
    expect(refusal(() => here.eks("CreateCluster", clusterRequest(here, auto)))).toMatch(/sts:TagSession/);
    const Statement = [
      { Effect: "Allow", Principal: { Service: "eks.amazonaws.com" }, Action: ["sts:AssumeRole", "sts:TagSession"] },
    ];
    const PolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement });
    here.call("iam", "UpdateAssumeRolePolicy", { RoleName: "cluster", PolicyDocument });
    here.eks("CreateCluster", clusterRequest(here, auto));
    expect(here.eks<DescribeClusterResponse>("DescribeCluster", { name: "prod" }).cluster).toMatchObject({
      status: "ACTIVE",
      computeConfig: { enabled: true, nodePools: ["general-purpose"] },
      storageConfig: { blockStorage: { enabled: true } },
    });
    expect(here.eks("DescribeAccessEntry", { clusterName: "prod", principalArn: here.nodeRole })).toMatchObject({
      accessEntry: { type: "EC2" },
    });
  });

  it("fails when it is told to, and can then be deleted", ({ expect }) => {
    const here = world({
      guards: {
        faultResource: (kind) => (kind === "failAt" ? { id: "f", seconds: 200, message: "No luck" } : undefined),
      },
    });
    here.eks("CreateCluster", clusterRequest(here));
    const { cluster } = here.eks<DescribeClusterResponse>("DescribeCluster", { name: "prod" });
    expect(cluster).toMatchObject({ status: "FAILED", health: { issues: [{ message: "No luck" }] } });
    here.eks("DeleteCluster", { name: "prod" });
    expect(refusal(() => here.eks("DescribeCluster", { name: "prod" }))).toMatch(/ResourceNotFoundException/);
  });
});

describe("changing a cluster", () => {
  it("takes one kind of change at a time, and none that changes nothing", ({ expect }) => {
    const here = worldWithCluster();
    const change = (input: object): string =>
      refusal(() => here.eks("UpdateClusterConfig", { name: "prod", ...input }));
    expect(change({})).toMatch(/The type for cluster update was not provided/);
    expect(
      change({ logging: { clusterLogging: [{ types: ["api"], enabled: true }] }, deletionProtection: true }),
    ).toMatch(/Only one type of update can be allowed/);
    expect(change({ logging: { clusterLogging: [{ types: ["api"], enabled: false }] } })).toMatch(/No changes needed/);
    expect(change({ resourcesVpcConfig: { endpointPublicAccess: true } })).toMatch(
      /already at the desired configuration with endpointPrivateAccess: false , endpointPublicAccess: true, and Public Endpoint Restrictions: \[0\.0\.0\.0\/0\]/,
    );
    expect(change({ accessConfig: { authenticationMode: "CONFIG_MAP" } })).toMatch(
      /Unsupported authentication mode update from API_AND_CONFIG_MAP to CONFIG_MAP/,
    );
    expect(change({ resourcesVpcConfig: { endpointPrivateAccess: true } })).toBe("nothing");
    expect(change({ deletionProtection: true })).toMatch(
      /ResourceInUseException: Cannot DeletionProtectionUpdate because cluster prod currently has update [0-9a-f-]{36} in progress/,
    );
  });

  it("shows the update under way and then done", ({ expect }) => {
    const here = worldWithCluster();
    const { update } = here.eks<UpdateClusterConfigResponse>("UpdateClusterConfig", {
      name: "prod",
      logging: { clusterLogging: [{ types: ["api", "audit"], enabled: true }] },
    });
    expect(update).toMatchObject({ status: "InProgress", type: "LoggingUpdate" });
    const done = here.eks<DescribeUpdateResponse>("DescribeUpdate", { name: "prod", updateId: update?.id }).update;
    expect(done?.status).toBe("Successful");
    const { cluster } = here.eks<DescribeClusterResponse>("DescribeCluster", { name: "prod" });
    expect(cluster).toMatchObject({
      status: "ACTIVE",
      logging: { clusterLogging: [{ types: ["api", "audit"], enabled: true }, { enabled: false }] },
    });
    const { logStreams } = here.call<{ logStreams: { logStreamName: string }[] }>(
      "cloudwatch-logs",
      "DescribeLogStreams",
      {
        logGroupName: "/aws/eks/prod/cluster",
      },
    );
    expect(logStreams.map((stream) => stream.logStreamName.replace(/-[0-9a-f]{32}$/, ""))).toEqual([
      "kube-apiserver",
      "kube-apiserver-audit",
    ]);
  });

  it("is protected from deletion when told so", ({ expect }) => {
    const here = worldWithCluster({ request: { deletionProtection: true } });
    expect(refusal(() => here.eks("DeleteCluster", { name: "prod" }))).toMatch(
      /InvalidRequestException.*deletion protection/,
    );
  });
});

describe("versions", () => {
  const update = (here: ReturnType<typeof world>, version: string): string =>
    refusal(() => here.eks("UpdateClusterVersion", { name: "prod", version }));

  it("go up one minor at a time", ({ expect }) => {
    const here = worldWithCluster();
    expect(update(here, "1.36")).toMatch(
      /InvalidParameterException: Unsupported Kubernetes minor version update from 1.34 to 1.36/,
    );
    expect(update(here, "1.33")).toMatch(/from 1.34 to 1.33/);
    expect(update(here, "1.34")).toMatch(/already at the desired configuration/);
    expect(update(here, "1.35")).toBe("nothing");
    expect(update(here, "1.36")).toMatch(/ResourceInUseException/);
    expect(here.eks<DescribeClusterResponse>("DescribeCluster", { name: "prod" }).cluster).toMatchObject({
      version: "1.35",
      status: "ACTIVE",
    });
  });

  it("may go back within seven days of an upgrade, not later", ({ expect }) => {
    const here = worldWithCluster();
    update(here, "1.35");
    here.eks("DescribeCluster", { name: "prod" });
    here.cloud.clock.advanceTo(here.cloud.clock.now() + 8 * 24 * 3600 * 1000);
    expect(update(here, "1.34")).toMatch(/from 1.35 to 1.34/);
    const again = worldWithCluster();
    update(again, "1.35");
    again.eks("DescribeCluster", { name: "prod" });
    const rollback = again.eks<DescribeUpdateResponse>("UpdateClusterVersion", { name: "prod", version: "1.34" });
    expect(rollback.update?.type).toBe("VersionRollback");
    again.eks("DescribeCluster", { name: "prod" });
    expect(update(again, "1.33")).toMatch(/from 1.34 to 1.33/);
  });

  it("say what is supported on the virtual day, in both spellings", ({ expect }) => {
    const here = world();
    const { clusterVersions = [] } = here.eks<DescribeClusterVersionsResponse>("DescribeClusterVersions", {});
    expect(clusterVersions.map((row) => `${row.clusterVersion} ${row.status}`)).toEqual([
      "1.36 standard-support",
      "1.35 standard-support",
      "1.34 standard-support",
      "1.33 extended-support",
      "1.32 extended-support",
      "1.31 extended-support",
    ]);
    expect(clusterVersions.filter((row) => row.defaultVersion).length).toBe(1);
    const old = here.eks<DescribeClusterVersionsResponse>("DescribeClusterVersions", {
      versionStatus: "UNSUPPORTED",
      maxResults: 2,
    });
    expect(old.clusterVersions?.map((row) => row.clusterVersion)).toEqual(["1.30", "1.29"]);
    expect(old.nextToken).toBeTruthy();
  });

  it("can't leave extended support but by an upgrade", ({ expect }) => {
    const here = worldWithCluster({ request: { version: "1.33" } });
    const standard = { upgradePolicy: { supportType: "STANDARD" } };
    const change = (): unknown => here.eks("UpdateClusterConfig", { name: "prod", ...standard });
    expect(refusal(change)).toMatch(/InvalidParameterException: .*1\.33 is in extended support/);
    here.eks("UpdateClusterVersion", { name: "prod", version: "1.34" });
    here.eks("DescribeCluster", { name: "prod" });
    expect(refusal(change)).toBe("nothing");
  });

  it("end: a cluster that is still on one is moved to the next, when its support ends", ({ expect }) => {
    const here = worldWithCluster({ request: { version: "1.33" } });
    here.eks("CreateCluster", clusterRequest(here, { name: "thrifty", upgradePolicy: { supportType: "STANDARD" } }));
    const versions = (): (string | undefined)[] =>
      ["prod", "thrifty"].map(
        (name) => here.eks<DescribeClusterResponse>("DescribeCluster", { name }).cluster?.version,
      );
    const at = (date: string): void => here.cloud.clock.advanceTo(Date.parse(date));
    expect(versions()).toEqual(["1.33", "1.34"]);
    // Looking at a cluster, or finishing what is under way, doesn't hurry to that day.
    here.cloud.clock.settle();
    expect(here.cloud.clock.now()).toBeLessThan(Date.parse("2026-11-22"));
    at("2026-12-01T23:00:00Z");
    expect(versions()).toEqual(["1.33", "1.34"]);
    at("2026-12-02T01:00:00Z");
    expect(versions()).toEqual(["1.33", "1.35"]);
    at("2027-07-29T01:00:00Z");
    expect(versions()).toEqual(["1.34", "1.36"]);
  });
});
