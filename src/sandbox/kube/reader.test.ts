// Time passes for those who talk to a cluster, as it does for those who ask AWS.
import { setTimeout as sleep } from "node:timers/promises";
import { it } from "vitest";
import { world } from "../aws/services/eks/testing.ts";
import type { ClusterKey } from "./cluster-key.ts";
import { belongsTo, Reader } from "./reader.ts";

const keyOf = (name: string): ClusterKey => ({ account: "123456789012", region: "eu-central-1", name });

function twoClusters(): ReturnType<typeof world> {
  const here = world();
  for (const name of ["shop", "shop-2"]) {
    here.eks("CreateCluster", {
      name,
      roleArn: here.clusterRole,
      resourcesVpcConfig: { subnetIds: here.privateSubnets },
    });
  }
  return here;
}

it("is at home with its own cluster's affairs, and not with those of one whose name begins alike", ({ expect }) => {
  const { cloud } = twoClusters();
  const belongs = belongsTo(cloud, keyOf("shop"));
  const subjects = ["eks/cluster/shop", "eks/nodegroup/shop/a", "eks/addon/shop/coredns"];
  expect(subjects.map(belongs)).toEqual([true, true, true]);
  expect(["eks/cluster/shop-2", "eks/nodegroup/shop-2/a", "group/other", "stack/shop"].map(belongs)).toEqual([
    false,
    false,
    false,
    false,
  ]);
});

it("goes on as long as somebody is connected, and rests when nobody is", async ({ expect }) => {
  const { cloud, eks } = twoClusters();
  let connections = 1;
  const reader = new Reader({
    key: keyOf("shop"),
    cloud,
    connections: () => connections,
    onProblem: (problem) => {
      throw problem;
    },
  });
  const start = cloud.clock.now();
  expect(cloud.clock.now()).toBe(start);
  reader.heard();
  // ACTIVE after two events: its network, its control plane.
  while (cloud.clock.now() - start < 500_000) await sleep(50);
  connections = 0;
  reader.close();
  const { cluster } = eks<{ cluster: { status: string } }>("DescribeCluster", { name: "shop" });
  expect(cluster.status).toBe("ACTIVE");
});

it("waits with everything while pods are being moved", ({ expect }) => {
  const { cloud } = twoClusters();
  const { account, region } = keyOf("shop");
  const release = cloud.clock.hold();
  const next = (): boolean => cloud.clock.observeNext(account, region, belongsTo(cloud, keyOf("shop")));
  expect(next()).toBe(false);
  expect(cloud.clock.observe(account, region, "eks/cluster/shop", true)).toBe(false);
  release();
  expect(next()).toBe(true);
});
