// What a cluster is when the file doesn't say: eksctl's defaults.
import { describe, it } from "vitest";
import type { ClusterConfig, ManagedNodeGroup, NodeGroup } from "../index.ts";
import { loadCluster, unnamedNodeGroupName } from "../index.ts";

function configOf(rest: Record<string, unknown> = {}): ClusterConfig {
  const head = {
    apiVersion: "eksctl.io/v1alpha5",
    kind: "ClusterConfig",
    metadata: { name: "prod", region: "eu-central-1" },
  };
  const { cluster, diagnostics } = loadCluster(JSON.stringify({ ...head, ...rest }));
  if (!cluster) throw new Error(JSON.stringify(diagnostics));
  return cluster.config;
}

const managed = (group: Partial<ManagedNodeGroup>): ManagedNodeGroup =>
  configOf({ managedNodeGroups: [{ name: "a", ...group }] }).managedNodeGroups?.[0] as ManagedNodeGroup;
const selfManaged = (group: Partial<NodeGroup>): NodeGroup =>
  configOf({ nodeGroups: [{ name: "a", ...group }] }).nodeGroups?.[0] as NodeGroup;

describe("the cluster", () => {
  it("has eksctl's version, network, access and roles", ({ expect }) => {
    expect(configOf()).toMatchObject({
      metadata: { version: "1.34" },
      kubernetesNetworkConfig: { ipFamily: "IPv4" },
      vpc: {
        cidr: "192.168.0.0/16",
        nat: { gateway: "Single" },
        clusterEndpoints: { publicAccess: true, privateAccess: false },
        manageSharedNodeSecurityGroupRules: true,
        autoAllocateIPv6: false,
      },
      iam: { withOIDC: false, vpcResourceControllerPolicy: true },
      accessConfig: { authenticationMode: "API_AND_CONFIG_MAP", bootstrapClusterCreatorAdminPermissions: true },
      addonsConfig: { autoApplyPodIdentityAssociations: false, disableDefaultAddons: false },
      privateCluster: { enabled: false },
    });
  });

  it.for([
    [{ nat: {} }, { nat: { gateway: "Single" } }],
    [{ clusterEndpoints: { privateAccess: true } }, { clusterEndpoints: { publicAccess: true, privateAccess: true } }],
    [{ cidr: "10.1.2.3/16" }, { cidr: "10.1.0.0/16" }],
    [{ publicAccessCIDRs: ["203.0.113.9/24"] }, { publicAccessCIDRs: ["203.0.113.0/24"] }],
  ] as const)("makes of vpc %o %o", ([vpc, wanted], { expect }) => {
    expect(configOf({ vpc }).vpc).toMatchObject(wanted);
  });

  it("leaves the block of an existing VPC to that VPC, and takes keys for zones", ({ expect }) => {
    const { vpc } = configOf({
      vpc: {
        id: "vpc-1",
        subnets: { private: { "eu-central-1a": { id: "subnet-1" }, other: { id: "subnet-2", az: "eu-central-1b" } } },
      },
    });
    expect(vpc?.cidr).toBeUndefined();
    expect(Object.values(vpc?.subnets?.private ?? {}).map(({ az }) => az)).toEqual(["eu-central-1a", "eu-central-1b"]);
  });

  it.for([
    ["", "1.34"],
    ["auto", "1.34"],
    ["latest", "1.36"],
    ["1.33", "1.33"],
  ] as const)("takes version %o for %s", ([version, wanted], { expect }) => {
    expect(configOf({ metadata: { name: "prod", region: "eu-central-1", version } }).metadata.version).toBe(wanted);
  });

  it("knows every log type behind the star, and each once", ({ expect }) => {
    const types = (...enableTypes: string[]): unknown =>
      configOf({ cloudWatch: { clusterLogging: { enableTypes } } }).cloudWatch?.clusterLogging?.enableTypes;
    expect(types("*")).toEqual(["api", "audit", "authenticator", "controllerManager", "scheduler"]);
    expect(types("audit", "audit")).toEqual(["audit"]);
  });

  it("has no NAT setting and Auto Mode's own defaults where those apply", ({ expect }) => {
    expect(configOf({ kubernetesNetworkConfig: { ipFamily: "ipv6" }, addons: [{ name: "CoreDNS" }] })).toMatchObject({
      kubernetesNetworkConfig: { ipFamily: "IPv6" },
      addons: [{ name: "coredns" }],
    });
    expect(configOf({ autoModeConfig: { enabled: true } }).autoModeConfig?.nodePools).toEqual([
      "general-purpose",
      "system",
    ]);
  });
});

describe("node groups", () => {
  it("managed: image, type, sizes, volume, labels, tags", ({ expect }) => {
    expect(managed({})).toMatchObject({
      amiFamily: "AmazonLinux2023",
      instanceType: "m5.large",
      minSize: 2,
      maxSize: 2,
      desiredCapacity: 2,
      volumeSize: 80,
      volumeType: "gp3",
      volumeIOPS: 3000,
      volumeThroughput: 125,
      volumeName: "/dev/xvda",
      disableIMDSv1: true,
      disablePodIMDS: false,
      privateNetworking: false,
      spot: false,
      ssh: { allow: false },
      labels: { "alpha.eksctl.io/cluster-name": "prod", "alpha.eksctl.io/nodegroup-name": "a" },
      tags: { "alpha.eksctl.io/nodegroup-name": "a", "alpha.eksctl.io/nodegroup-type": "managed" },
    });
  });

  it("self-managed: security groups, container runtime, no desired size of its own", ({ expect }) => {
    const group = selfManaged({});
    expect(group).toMatchObject({
      minSize: 2,
      maxSize: 2,
      securityGroups: { withShared: true, withLocal: true },
      containerRuntime: "containerd",
    });
    expect(group.desiredCapacity).toBeUndefined();
    expect(group.tags).toBeUndefined();
  });

  it.for([
    [{ minSize: 3 }, [3, 3, 3]],
    [{ maxSize: 5 }, [2, 5, 2]],
    [{ desiredCapacity: 4 }, [4, 4, 4]],
    [{ desiredCapacity: 0 }, [0, 1, 0]],
    [{ minSize: 1, maxSize: 9 }, [1, 9, 1]],
  ] as const)("managed sizes %o become %o", ([sizes, wanted], { expect }) => {
    const { minSize, maxSize, desiredCapacity } = managed(sizes);
    expect([minSize, maxSize, desiredCapacity]).toEqual(wanted);
  });

  it("volumes by type", ({ expect }) => {
    expect(managed({ volumeType: "gp2" }).volumeIOPS).toBeUndefined();
    expect(managed({ volumeType: "io1" })).toMatchObject({ volumeIOPS: 100 });
    expect(managed({ amiFamily: "bottlerocket" })).toMatchObject({
      amiFamily: "Bottlerocket",
      volumeName: "/dev/xvdb",
      bottlerocket: { settings: {} },
    });
    expect(managed({ launchTemplate: { id: "lt-1" } })).not.toHaveProperty("volumeSize");
    expect(managed({ launchTemplate: { id: "lt-1" } })).not.toHaveProperty("instanceType");
  });

  it("SSH by what is said of it", ({ expect }) => {
    expect(managed({ ssh: { allow: true } }).ssh).toEqual({ allow: true, publicKeyPath: "~/.ssh/id_rsa.pub" });
    expect(managed({ ssh: { publicKeyName: "ops" } }).ssh).toEqual({ allow: true, publicKeyName: "ops" });
    expect(managed({ ssh: { allow: false, publicKeyName: "ops" } }).ssh).toMatchObject({ allow: false });
  });

  it("taints of self-managed groups from a map", ({ expect }) => {
    const { taints } = selfManaged({
      taints: { dedicated: "gpu:NoSchedule", plain: "NoExecute", empty: ":PreferNoSchedule" } as never,
    });
    expect(taints).toEqual([
      { key: "dedicated", value: "gpu", effect: "NoSchedule" },
      { key: "plain", value: "", effect: "NoExecute" },
      { key: "empty", value: "", effect: "PreferNoSchedule" },
    ]);
  });

  it("names from the cluster's name and the position, the same every time", ({ expect }) => {
    const { managedNodeGroups = [], nodeGroups = [] } = configOf({ managedNodeGroups: [{}, {}], nodeGroups: [{}] });
    const names = [...managedNodeGroups, ...nodeGroups].map(({ name }) => name);
    expect(new Set(names).size).toBe(3);
    expect(names[1]).toBe(unnamedNodeGroupName("prod", "managedNodeGroups", 1));
    for (const name of names) expect(name).toMatch(/^ng-[0-9a-f]{8}$/);
  });

  it("keeps what the person wrote apart from what was filled in", ({ expect }) => {
    const text = JSON.stringify({
      apiVersion: "eksctl.io/v1alpha5",
      kind: "ClusterConfig",
      metadata: { name: "prod", region: "eu-central-1" },
      managedNodeGroups: [{ name: "a" }],
    });
    expect(loadCluster(text).cluster?.written.managedNodeGroups).toEqual([{ name: "a" }]);
  });
});
