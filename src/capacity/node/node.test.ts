import fc from "fast-check";
import { describe, it } from "vitest";
import { randomised } from "../../base/testing.ts";
import { instanceType, instanceTypes } from "../../facts/index.ts";
import type { CniSettings } from "../pods/cni.ts";
import { maxPods } from "../pods/max-pods.ts";
import { nodeAddresses } from "./addresses.ts";
import { allocatable, reservedMemoryMiB, reservedMillicores } from "./reserved.ts";

const known = (name: string): NonNullable<ReturnType<typeof instanceType>> => {
  const type = instanceType(name);
  if (!type) throw new Error(`${name} isn't in the table`);
  return type;
};

describe("what a node keeps for itself", () => {
  it("is nodeadm's table", ({ expect }) => {
    const cores = [1, 2, 4, 8, 16, 32, 36, 48, 64, 72, 96, 128, 192, 224, 448];
    const millicores = [60, 70, 80, 90, 110, 150, 160, 190, 230, 250, 310, 390, 550, 630, 1190];
    expect(cores.map(reservedMillicores)).toEqual(millicores);
    const pods = [4, 8, 11, 17, 29, 35, 58, 110, 234, 250, 737];
    expect(pods.map(reservedMemoryMiB)).toEqual([299, 343, 376, 442, 574, 640, 893, 1465, 2829, 3005, 8362]);
  });

  it.for([
    ["m7g.large", 6844],
    ["m5.large", 6903],
    ["a1.medium", 1392],
    ["a1.large", 3055],
    ["a1.xlarge", 6525],
  ] as const)("leaves %s %i MiB, as Karpenter's page has it", ([name, memory], { expect }) => {
    expect(allocatable(known(name))?.memoryMiB).toBe(memory);
  });
});

describe("addresses of a node", () => {
  // docs/eni-and-ip-target.md and prefix-and-ip-target.md of the CNI.
  const byAddress: [string, CniSettings, pods: number, enis: number, secondary: number][] = [
    ["t3.small", {}, 0, 1, 3],
    ["t3.small", {}, 5, 3, 9],
    ["t3.small", {}, 9, 3, 9],
    ["p3dn.24xlarge", {}, 3, 2, 98],
    ["p3dn.24xlarge", {}, 95, 3, 147],
    ["t3.small", { warmIpTarget: 1, minimumIpTarget: 1 }, 0, 1, 1],
    ["t3.small", { warmIpTarget: 1, minimumIpTarget: 1 }, 5, 2, 6],
    ["t3.small", { warmIpTarget: 1, minimumIpTarget: 1 }, 9, 3, 9],
    ["t3.small", { warmIpTarget: 2, minimumIpTarget: 5 }, 0, 2, 5],
    ["t3.small", { warmIpTarget: 2, minimumIpTarget: 5 }, 5, 3, 7],
    ["p3dn.24xlarge", { warmIpTarget: 5, minimumIpTarget: 10 }, 7, 1, 12],
    ["p3dn.24xlarge", { warmIpTarget: 5, minimumIpTarget: 10 }, 15, 1, 20],
    ["p3dn.24xlarge", { warmIpTarget: 5, minimumIpTarget: 10 }, 45, 2, 50],
  ];
  it.for(byAddress)("%s with %o and %i pods: %i interfaces, %i addresses", (row, { expect }) => {
    const [name, settings, pods, enis, secondary] = row;
    expect(nodeAddresses(known(name), pods, settings)).toMatchObject({ enis, secondary, addresses: enis + secondary });
  });

  const byPrefix: [string, CniSettings, pods: number, prefixes: number][] = [
    ["t3.small", {}, 0, 1],
    ["t3.small", {}, 5, 2],
    ["t3.small", {}, 16, 2],
    ["t3.small", {}, 17, 3],
    ["t3.small", {}, 58, 5],
    ["p3dn.24xlarge", {}, 95, 7],
    ["t3.small", { warmIpTarget: 1, minimumIpTarget: 1 }, 5, 1],
    ["t3.small", { warmIpTarget: 1, minimumIpTarget: 1 }, 16, 2],
    ["t3.small", { warmIpTarget: 1, minimumIpTarget: 1 }, 17, 2],
    ["t3.small", { warmIpTarget: 1, minimumIpTarget: 1 }, 58, 4],
    ["t3.small", { warmIpTarget: 7, minimumIpTarget: 20 }, 5, 2],
    ["t3.small", { warmIpTarget: 7, minimumIpTarget: 20 }, 58, 5],
  ];
  it.for(byPrefix)("%s with %o and %i pods: %i prefixes", ([name, settings, pods, prefixes], { expect }) => {
    const held = nodeAddresses(known(name), pods, { ...settings, prefixDelegation: true });
    expect(held).toMatchObject({ prefixes, secondary: 0, addresses: held.enis + 16 * prefixes });
  });

  it("are 50 for three c5.large with two pods, 43 of them warm", ({ expect }) => {
    const held = [1, 1, 0].map((pods) => nodeAddresses(known("c5.large"), pods));
    expect(held.map(({ addresses }) => addresses)).toEqual([20, 20, 10]);
  });

  it("are the figures of large nodes in all three ways", ({ expect }) => {
    const type = known("m5.4xlarge");
    expect(nodeAddresses(type, 108).addresses).toBe(150);
    expect(nodeAddresses(type, 108, { warmIpTarget: 2, minimumIpTarget: 110 }).addresses).toBe(114);
    expect(nodeAddresses(type, 108, { prefixDelegation: true }).addresses).toBe(129);
  });

  it("stand in the pods' own subnet, but for the node's one", ({ expect }) => {
    const held = nodeAddresses(known("m5.large"), 3, { customNetworking: true });
    expect(held).toMatchObject({ enis: 3, secondary: 18, addresses: 21, inNodeSubnet: 1 });
    expect(nodeAddresses(known("m5.large"), 50, { ipv6: true }).addresses).toBe(1);
    expect(nodeAddresses(known("m5.large"), 5, { windows: true }).addresses).toBe(10);
  });

  it("never exceed what the type has, hold every pod, and grow with the pods", ({ expect }) => {
    const types = instanceTypes();
    const target = fc.option(fc.integer({ min: 0, max: 60 }), { nil: undefined });
    const property = fc.property(
      fc.nat(types.length - 1),
      fc.nat(260),
      fc.record({
        prefix: fc.boolean(),
        custom: fc.boolean(),
        ip: target,
        minimum: target,
        eni: target,
        block: target,
      }),
      (index, pods, given) => {
        const type = types[index];
        if (!type) return;
        const settings: CniSettings = {
          prefixDelegation: given.prefix,
          customNetworking: given.custom,
          ...(given.ip === undefined ? {} : { warmIpTarget: given.ip }),
          ...(given.minimum === undefined ? {} : { minimumIpTarget: given.minimum }),
          ...(given.eni === undefined ? {} : { warmEniTarget: given.eni }),
          ...(given.block === undefined ? {} : { warmPrefixTarget: given.block }),
        };
        const { limit, mode } = maxPods(type, settings);
        const running = Math.min(pods, limit - 2);
        const held = nodeAddresses(type, running, settings);
        const places = held.secondary + 16 * held.prefixes;
        expect(held.enis).toBeLessThanOrEqual(type.enis);
        expect(places).toBeLessThanOrEqual(limit - 2);
        expect(places).toBeGreaterThanOrEqual(running);
        if (mode.endsWith("prefix-delegation")) expect(held.secondary).toBe(0);
        const more = nodeAddresses(type, Math.min(running + 1, limit - 2), settings);
        expect(more.addresses).toBeGreaterThanOrEqual(held.addresses);
      },
    );
    fc.assert(property, randomised(400));
  });
});
