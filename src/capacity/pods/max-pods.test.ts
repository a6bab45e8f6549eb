import { existsSync, readFileSync } from "node:fs";
import { describe, it } from "vitest";
import { instanceType, instanceTypes } from "../../facts/index.ts";
import type { CniSettings } from "./cni.ts";
import { maxPods, tableMaxPods } from "./max-pods.ts";
import { nearestTypes } from "./nearest.ts";

const known = (name: string): NonNullable<ReturnType<typeof instanceType>> => {
  const type = instanceType(name);
  if (!type) throw new Error(`${name} isn't in the table`);
  return type;
};

interface Published {
  types: Record<
    string,
    { enis: number; ipv4PerEni: number; maxPods: number; hypervisor: string; bareMetal: boolean; vcpu?: number }
  >;
}
const shared = ["../shared/data/eni-limits.json", "data/eni-limits.json"].find((path) => existsSync(path)) ?? "";

describe("pods of a type", () => {
  it("are those of AWS's table, every row of it", ({ expect }) => {
    const { types } = JSON.parse(readFileSync(shared, "utf8")) as Published;
    const rows = Object.entries(types);
    expect(rows.length).toBeGreaterThan(1300);
    const ours = instanceTypes();
    expect(ours.map(({ name }) => name).toSorted()).toEqual(rows.map(([name]) => name).toSorted());
    const wrong = rows.flatMap(([name, row]) => {
      const type = known(name);
      const plain = maxPods(type);
      const blocks = maxPods(type, { prefixDelegation: true });
      const takes = row.hypervisor === "nitro" || row.bareMetal;
      const ceiling = (row.vcpu ?? 0) > 30 ? 250 : 110;
      const raw = takes ? row.enis * (row.ipv4PerEni - 1) * 16 + 2 : row.maxPods;
      const right =
        tableMaxPods(type) === row.maxPods &&
        plain.limit === row.maxPods &&
        plain.recommended === Math.min(row.maxPods, ceiling) &&
        blocks.limit === raw &&
        blocks.recommended === Math.min(raw, ceiling) &&
        blocks.mode === (takes ? "prefix-delegation" : "secondary-ip");
      return right ? [] : [name];
    });
    expect(wrong).toEqual([]);
  });

  it.for<[name: string, settings: CniSettings, limit: number, recommended: number]>([
    ["t3.large", {}, 35, 35],
    ["c5.large", {}, 29, 29],
    ["t3.large", { prefixDelegation: true }, 530, 110],
    ["c5.large", { prefixDelegation: true }, 434, 110],
    ["m5.large", { customNetworking: true }, 20, 20],
    ["m5.large", { customNetworking: true, prefixDelegation: true }, 290, 110],
    ["m5.4xlarge", {}, 234, 110],
    ["m7g.4xlarge", {}, 234, 110],
    ["c6in.32xlarge", {}, 394, 250],
    ["p5.48xlarge", {}, 100, 100],
    ["m5.large", { maxEni: 2, customNetworking: true }, 11, 11],
    ["m5.large", { maxEni: 9 }, 29, 29],
    ["m5.large", { maxEni: 0 }, 29, 29],
    ["m5.large", { maxEni: 1, customNetworking: true }, 2, 2],
    ["m5.large", { ipv6: true }, 110, 110],
    ["m5.24xlarge", { ipv6: true }, 250, 250],
    ["m5.large", { windows: true }, 9, 9],
    ["m5.large", { windows: true, prefixDelegation: true }, 144, 110],
    // Before the CNI could: one address at a time.
    ["m5.large", { prefixDelegation: true, cniVersion: "1.8.0" }, 29, 29],
    ["m5.large", { prefixDelegation: true, cniVersion: "v1.9.0-eksbuild.1" }, 434, 110],
    ["m5.metal", { prefixDelegation: true, cniVersion: "1.10.4" }, 737, 250],
    ["m5.metal", { prefixDelegation: true, cniVersion: "1.11" }, 11_762, 250],
    ["t2.large", { prefixDelegation: true }, 35, 35],
  ])("%s with %o: %i, better %i", ([name, settings, limit, recommended], { expect }) => {
    expect(maxPods(known(name), settings)).toMatchObject({ limit, recommended });
  });

  it("says where the addresses come from", ({ expect }) => {
    expect(maxPods(known("t3.large"))).toEqual({
      instanceType: "t3.large",
      mode: "secondary-ip",
      enis: 3,
      addressesPerEni: 12,
      vcpus: 2,
      limit: 35,
      recommended: 35,
    });
    expect(maxPods(known("c5a.metal")).vcpus).toBeNull();
    expect(() => maxPods(known("t2.large"), { ipv6: true })).toThrow("t2.large can't be a node of an IPv6 cluster");
  });

  it("names what may have been meant", ({ expect }) => {
    expect(nearestTypes("m5.lrage")[0]).toBe("m5.large");
    expect(nearestTypes("T3.Large", 1)).toEqual(["t3.large"]);
    expect(nearestTypes("c5large", 1)).toEqual(["c5.large"]);
  });
});
