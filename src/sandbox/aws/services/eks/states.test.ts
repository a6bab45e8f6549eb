// Random sequences of EKS operations keep what must always hold. fast-check prints the seed of a failure.
import fc from "fast-check";
import type { DescribeNetworkInterfacesResult } from "@aws-sdk/client-ec2";
import { describe, it } from "vitest";
import { AwsError } from "../../core/index.ts";
import { accessEntries, addonTable, clusters, fargateProfiles, nodegroups, podIdentities, updates } from "./state.ts";
import type { World } from "./testing.ts";
import { clusterRequest, world } from "./testing.ts";
import { randomised } from "../../../../base/testing.ts";

const place = ["123456789012", "eu-central-1"] as const;
const names = ["a", "b"] as const;

type Step = (here: World, cluster: string, child: string) => [operation: string, input: object];

const which = (clusterName: string, key: string, name: string): object => ({ clusterName, [key]: name });

/** What a step may try, whatever state things are in. */
const steps: readonly Step[] = [
  (here, name) => ["CreateCluster", clusterRequest(here, { name })],
  (_, name) => ["DeleteCluster", { name }],
  (_, name) => ["UpdateClusterConfig", { name, deletionProtection: false }],
  (_, name) => ["UpdateClusterConfig", { name, logging: { clusterLogging: [{ types: ["api"], enabled: true }] } }],
  (_, name) => ["UpdateClusterConfig", { name, resourcesVpcConfig: { endpointPrivateAccess: true } }],
  (here, name) => ["UpdateClusterConfig", { name, resourcesVpcConfig: { subnetIds: here.privateSubnets } }],
  (_, name) => ["UpdateClusterVersion", { name, version: "1.35" }],
  (_, name) => ["UpdateClusterVersion", { name, version: "1.34" }],
  (_, name, child) => ["CreateAddon", which(name, "addonName", child === "a" ? "vpc-cni" : "coredns")],
  (here, name) => [
    "CreateAddon",
    {
      clusterName: name,
      addonName: "aws-ebs-csi-driver",
      podIdentityAssociations: [{ serviceAccount: "x", roleArn: here.strangeRole }],
    },
  ],
  (_, name, child) => ["DeleteAddon", which(name, "addonName", child === "a" ? "vpc-cni" : "aws-ebs-csi-driver")],
  (_, name) => ["UpdateAddon", { clusterName: name, addonName: "vpc-cni", configurationValues: "{}" }],
  (here, name, child) => [
    "CreateFargateProfile",
    {
      clusterName: name,
      fargateProfileName: child,
      podExecutionRoleArn: here.fargateRole,
      subnets: here.privateSubnets,
      selectors: [{ namespace: "kube-system" }],
    },
  ],
  (_, name, child) => ["DeleteFargateProfile", which(name, "fargateProfileName", child)],
  (here, name) => ["CreateAccessEntry", { clusterName: name, principalArn: here.strangeRole }],
  (here, name) => ["DeleteAccessEntry", { clusterName: name, principalArn: here.strangeRole }],
  (_, name) => ["DescribeCluster", { name }],
  (_, name, child) => ["DescribeFargateProfile", which(name, "fargateProfileName", child)],
  (_, name) => ["DescribeAddon", which(name, "addonName", "vpc-cni")],
  (here, name, child) => [
    "CreateNodegroup",
    { clusterName: name, nodegroupName: child, nodeRole: here.nodeRole, subnets: here.privateSubnets },
  ],
  (_, name, child) => ["DeleteNodegroup", which(name, "nodegroupName", child)],
  (_, name, child) => ["DescribeNodegroup", which(name, "nodegroupName", child)],
  (_, name, child) => [
    "UpdateNodegroupConfig",
    { clusterName: name, nodegroupName: child, scalingConfig: { minSize: 1, maxSize: 3, desiredSize: 3 } },
  ],
  (_, name, child) => ["UpdateNodegroupVersion", which(name, "nodegroupName", child)],
];

/** What doesn't hold, in words. */
function broken(here: World): string[] {
  const { store } = here.cloud;
  const found: string[] = [];
  const rows = store.table(clusters, ...place).list();
  const known = new Set(rows.map((row) => row.name));
  for (const row of rows) {
    const running = store
      .table(updates, ...place)
      .by("owner", `${row.name}/`)
      .filter((each) => each.status === "InProgress");
    if (running.length > 1) found.push(`${running.length} updates of ${row.name} at once`);
    if ((row.status === "UPDATING") !== (running.length === 1))
      found.push(`${row.name} is ${row.status} with ${running.length} updates`);
    if (
      (row.status === "ACTIVE" || row.status === "UPDATING") !== (row.endpoint !== undefined) &&
      row.status !== "DELETING"
    )
      found.push(`${row.name} is ${row.status} with endpoint ${row.endpoint}`);
    const moving = store
      .table(fargateProfiles, ...place)
      .by("cluster", row.name)
      .filter((profile) => profile.status !== "ACTIVE");
    if (moving.length > 1) found.push(`${moving.length} Fargate profiles of ${row.name} change at once`);
    const { NetworkInterfaces = [] } = here.call<DescribeNetworkInterfacesResult>("ec2", "DescribeNetworkInterfaces", {
      Filters: [{ Name: "description", Values: [`Amazon EKS ${row.name}`] }],
    });
    if (NetworkInterfaces.length !== row.hidden.networkInterfaceIds.length)
      found.push(`${row.name} has ${NetworkInterfaces.length} interfaces`);
  }
  for (const table of [addonTable, accessEntries, fargateProfiles, nodegroups, podIdentities]) {
    for (const child of store.table<{ clusterName: string }>(table as never, ...place).values()) {
      if (!known.has(child.clusterName)) found.push(`${table.name} has a child of ${child.clusterName}, which is gone`);
    }
  }
  const owners = new Set(
    store
      .table(addonTable, ...place)
      .list()
      .map((row) => row.addonArn),
  );
  for (const row of store.table(podIdentities, ...place).values()) {
    if (row.ownerArn !== undefined && !owners.has(row.ownerArn))
      found.push(`${row.associationId} has an owner that is gone`);
  }
  return found;
}

/** All rows but those of the clock, as text. */
function photograph(here: World): string {
  return JSON.stringify([...here.cloud.store.dump()].filter((row) => !row.table.startsWith("clock/")));
}

describe("states of EKS", () => {
  it("stay in order whatever is tried, and settle", ({ expect }) => {
    const step = fc.tuple(fc.nat(steps.length - 1), fc.constantFrom(...names), fc.constantFrom(...names));
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (plan) => {
        const here = world();
        here.eks("CreateCluster", clusterRequest(here, { name: "a" }));
        here.eks("DescribeCluster", { name: "a" });
        for (const [index, cluster, child] of plan) {
          const [operation, input] = steps[index]?.(here, cluster, child) ?? ["", {}];
          const before = photograph(here);
          try {
            here.eks(operation, input);
          } catch (error) {
            // A refusal is an answer; anything else is a defect. Reads may have let time pass.
            if (!(error instanceof AwsError) || error.code === "NotEmulated") throw error;
            if (!operation.startsWith("Describe"))
              expect(photograph(here), `${operation} was refused but changed something`).toBe(before);
          }
          expect(broken(here), `after ${operation} ${JSON.stringify(input)}`).toEqual([]);
        }
        here.cloud.clock.settle();
        expect(broken(here)).toEqual([]);
        const open = [clusters, fargateProfiles, addonTable, nodegroups].flatMap((table) =>
          here.cloud.store
            .table<{ status?: string }>(table as never, ...place)
            .list((row) => row.status?.endsWith("ING") === true),
        );
        expect(open).toEqual([]);
      }),
      randomised(25),
    );
  });
});
