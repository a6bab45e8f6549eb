import { it } from "vitest";
import { instanceType } from "../../../facts/index.ts";
import { nodeSize, podsByAddresses } from "./size.ts";

const sizeOf = (name: string): ReturnType<typeof nodeSize> =>
  nodeSize(instanceType(name), { managed: true, rootVolumeGiB: 80 });

it.for<[string, number]>([
  ["m7g.large", 6844],
  ["m5.large", 6903],
  ["a1.medium", 1392],
  ["a1.large", 3055],
  ["a1.xlarge", 6525],
])("leaves pods on %s the %i MiB that Karpenter's page names", ([name, mebibytes], { expect }) => {
  expect(sizeOf(name).allocatable.memory / 1024).toBe(mebibytes);
});

it.for<[string, number, number]>([
  ["t3.large", 2, 70],
  ["m5.xlarge", 4, 80],
  ["m5.4xlarge", 16, 110],
  ["m5.24xlarge", 96, 310],
])("keeps of the CPU of %s (%i cores) %i millicores", ([name, cores, reserved], { expect }) => {
  const { capacity, allocatable } = sizeOf(name);
  expect(capacity.cpu).toBe(cores * 1000);
  expect(capacity.cpu - allocatable.cpu).toBe(reserved);
});

it("counts pods by addresses, capped for managed nodes", ({ expect }) => {
  expect(podsByAddresses({ enis: 3, ipv4PerEni: 12 })).toBe(35);
  expect(sizeOf("t3.large").capacity.pods).toBe(35);
  expect(sizeOf("m5.4xlarge").capacity.pods).toBe(110);
  const own = nodeSize(instanceType("m5.4xlarge"), { managed: false, rootVolumeGiB: 80 });
  expect(own.capacity.pods).toBe(234);
  expect(nodeSize(instanceType("t3.large"), { managed: true, maxPods: 17, rootVolumeGiB: 80 }).capacity.pods).toBe(17);
});

it("follows the CNI for managed nodes, and nodeadm's expression for all", ({ expect }) => {
  const size = (settings: object): ReturnType<typeof nodeSize> =>
    nodeSize(instanceType("m5.large"), { managed: true, rootVolumeGiB: 80, ...settings });
  expect(size({ customNetworking: true }).capacity.pods).toBe(20);
  expect(size({ prefixDelegation: true }).capacity.pods).toBe(110);
  expect(size({ windows: true }).capacity.pods).toBe(9);
  const few = size({ maxPodsExpression: "10" });
  expect(few.capacity.pods).toBe(10);
  // kube-reserved is 255 MiB and 11 for each pod of the expression: 19 pods less than the table's 29.
  expect((few.allocatable.memory - size({}).allocatable.memory) / 1024).toBe(19 * 11);
});
