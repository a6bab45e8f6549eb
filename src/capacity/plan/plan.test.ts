import fc from "fast-check";
import { describe, it } from "vitest";
import type { Cidr } from "../../base/index.ts";
import { cidrOverlaps, formatCidr, parseCidr } from "../../base/index.ts";
import { randomised } from "../../base/testing.ts";
import { loadCluster } from "../../config/index.ts";
import type { Cluster } from "../../config/index.ts";
import { usableAddresses, wholePrefixes } from "../subnet/arithmetic.ts";
import { capacitySvg } from "../picture/svg.ts";
import { cutVpc } from "./layout.ts";
import type { CapacityPlan, CapacityQuestion, PlannedSubnet } from "./model.ts";
import { planCapacity } from "./plan.ts";

function cluster(rest: string): Cluster {
  const text = `apiVersion: eksctl.io/v1alpha5\nkind: ClusterConfig\nmetadata: {name: demo, region: eu-central-1}\n${rest}`;
  const { cluster: loaded, diagnostics } = loadCluster(text, { today: "2026-11-21" });
  if (!loaded) throw new Error(diagnostics.map(({ title }) => title).join("; "));
  return loaded;
}
const planOf = (rest: string, question: CapacityQuestion = {}): CapacityPlan => planCapacity(cluster(rest), question);
const subnet = (plan: CapacityPlan, name: string): PlannedSubnet => {
  const found = plan.subnets.find((one) => one.name === name);
  if (!found) throw new Error(`${name} is none of ${plan.subnets.map((one) => one.name).join(", ")}`);
  return found;
};
const codes = (plan: CapacityPlan): string[] => plan.notes.map(({ code }) => code);

const workers = (more = ""): string =>
  `managedNodeGroups: [{name: web, instanceType: t3.large, minSize: 3, maxSize: 6, privateNetworking: true${more}}]\n`;

describe("a capacity plan", () => {
  it("counts nodes, upgrade, control plane and load balancers of a zone", ({ expect }) => {
    const plan = planOf(`vpc: {cidr: 10.0.0.0/21}\n${workers()}`);
    // Two nodes and two more while they are replaced, 36 addresses each.
    expect(subnet(plan, "private eu-central-1a")).toMatchObject({
      cidr: "10.0.3.0/24",
      usable: 251,
      wholePrefixes: 14,
      needs: { rest: 12, maximum: 72, rollingUpgrade: 144, controlPlane: 5, loadBalancers: 8, nat: 0, total: 157 },
      verdict: "fits",
      smallestPrefix: 24,
      podsPerMinute: 188,
    });
    expect(subnet(plan, "public eu-central-1a").needs).toMatchObject({ nat: 1, total: 14 });
    expect(subnet(plan, "public eu-central-1b").needs).toMatchObject({ nat: 0, total: 13 });
    expect(plan).toMatchObject({ fits: true, smallestPrefix: 24, pods: 6 * 33, vpc: "vpc:\n  cidr: 10.0.0.0/21\n" });
    expect(plan.groups[0]).toMatchObject({ podsPerNode: 35, binds: "addresses", nodes: { surge: 6 } });
  });

  it("says which size fits, and a vpc to paste that has it", ({ expect }) => {
    const plan = planOf(`vpc: {cidr: 10.0.8.0/22, nat: {gateway: Disable}}\n${workers()}`);
    expect(subnet(plan, "private eu-central-1c")).toMatchObject({
      verdict: "too small",
      smallestPrefix: 24,
      usable: 123,
    });
    expect(plan.fits).toBe(false);
    expect(plan.vpc).toBe("vpc:\n  cidr: 10.0.8.0/21\n  nat:\n    gateway: Disable\n");
    expect(planOf(`${plan.vpc ?? ""}${workers()}`)).toMatchObject({ fits: true, vpc: plan.vpc });
    expect(plan.notes[0]?.text).toContain("has 123 addresses and needs 157; a /24 holds that");
    expect(plan.notes[0]?.at?.line).toBe(4);
  });

  it("knows that no VPC is large enough", ({ expect }) => {
    const plan = planOf(workers().replace("maxSize: 6", "maxSize: 450").replace("t3.large", "m5.24xlarge"));
    expect(plan).toMatchObject({ fits: false, vpc: null });
    expect(codes(plan)).toContain("capacity/vpc-too-small");
  });

  it("reads the CNI's settings in the file", ({ expect }) => {
    const addon = (env: string): string => `addons: [{name: vpc-cni, configurationValues: "{env: {${env}}}"}]\n`;
    const large = workers().replace("t3.large", "m5.4xlarge").replace("maxSize: 6", "maxSize: 180");
    const size = (env: string): PlannedSubnet =>
      subnet(planOf(`${addon(env)}${large}`, { surge: 0 }), "private eu-central-1a");
    expect(size("WARM_ENI_TARGET: '1'").needs.maximum).toBe(60 * 150);
    expect(size("WARM_IP_TARGET: '2', MINIMUM_IP_TARGET: '110'").needs.maximum).toBe(60 * 114);
    expect(size("ENABLE_PREFIX_DELEGATION: 'true'")).toMatchObject({ needs: { maximum: 60 * 129 }, prefixes: 480 });
    const custom = planOf(`${addon("AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG: 'true'")}${large}`, { surge: 0 });
    expect(subnet(custom, "private eu-central-1a").needs.maximum).toBe(60);
    expect(subnet(custom, "pods eu-central-1a")).toMatchObject({ verdict: "unknown", needs: { maximum: 60 * 150 } });
    expect(codes(custom)).toContain("capacity/custom-networking");
    expect(codes(planOf(`addons: [{name: vpc-cni, configurationValues: "{}"}]\n${large}`))).not.toContain(
      "capacity/cni-unread",
    );
  });

  it("takes the pods that are asked about, and says when they find no room", ({ expect }) => {
    const few = planOf(workers(), { pods: 60 });
    // Ten pods a node on six nodes at most: two interfaces each.
    expect(subnet(few, "private eu-central-1a").needs).toMatchObject({ maximum: 48 });
    const many = planOf(workers(), { pods: 500 });
    expect(many.fits).toBe(false);
    expect(many.notes.find(({ code }) => code === "capacity/no-room")?.text).toBe(
      "500 pods are asked for, and all groups at their largest hold 198 (web: 35 a node by addresses)",
    );
    const big = planOf(workers(), { pods: 100, pod: { millicores: 500, memoryMiB: 256 } });
    expect(big.groups[0]).toMatchObject({ podsPerNode: 5, binds: "cpu" });
  });

  it("counts addresses that rest, blue/green upgrades and endpoints of private clusters", ({ expect }) => {
    const plan = planOf(`privateCluster: {enabled: true, additionalEndpointServices: [logs]}\n${workers()}`, {
      churnPerMinute: 600,
      surge: "all",
      loadBalancers: 2,
    });
    expect(subnet(plan, "private eu-central-1b").needs).toMatchObject({
      rollingUpgrade: 144,
      churn: 100,
      endpoints: 5,
      loadBalancers: 16,
      total: 144 + 100 + 5 + 16 + 5,
    });
  });

  it("says what can't be reckoned", ({ expect }) => {
    expect(codes(planOf("autoModeConfig: {enabled: true}\n"))).toEqual(["capacity/auto-mode"]);
    expect(codes(planOf("managedNodeGroups: [{name: a, instanceType: z9.huge}]\n"))).toContain("capacity/type-unknown");
    const xen = planOf("managedNodeGroups: [{name: a, instanceType: t2.large}]\n", { cni: { prefixDelegation: true } });
    expect(codes(xen)).toContain("capacity/no-prefixes");
    const given =
      "vpc: {id: vpc-1, subnets: {private: {eu-central-1a: {id: subnet-1}, eu-central-1b: {id: subnet-2}}}}\n";
    const plan = planOf(`${given}${workers()}`);
    expect(plan).toMatchObject({ vpc: null, fits: true });
    expect(plan.subnets[0]).toMatchObject({ verdict: "unknown", smallestPrefix: 24 });
    expect(codes(plan)).toContain("capacity/subnet-size");
    const asked = planOf(`${given}${workers()}`, {
      blockOfSubnet: (id) => (id === "subnet-1" ? "10.0.0.0/25" : undefined),
    });
    expect(asked.subnets.map(({ verdict }) => verdict)).toEqual(["too small", "unknown"]);
    expect(planOf("karpenter: {version: 1.0.0}\niam: {withOIDC: true}\n").notes[0]?.text).toContain(
      "Karpenter chooses",
    );
    const fargate = planOf("fargateProfiles: [{name: f, selectors: [{namespace: f}]}]\n", { pods: 30 });
    expect(subnet(fargate, "private eu-central-1a").needs.rest).toBe(10);
    expect(() => planOf(workers(), { pods: -1 })).toThrow("pods: -1 is no number of them");
  });

  it("takes nodeadm's number where EKS doesn't choose the image", ({ expect }) => {
    const group = (more: string): number | undefined =>
      planOf(`${workers(more).replace("t3.large", "m5.4xlarge")}`).groups[0]?.podsPerNode;
    expect([
      group(""),
      group(", ami: ami-0123456789abcdef0, amiFamily: AmazonLinux2023, overrideBootstrapCommand: x"),
    ]).toEqual([110, 234]);
    expect(group(", maxPodsPerNode: 40")).toBe(40);
  });

  it("is a picture too", ({ expect }) => {
    const svg = capacitySvg(planOf(`vpc: {cidr: 10.0.8.0/22}\n${workers()}`));
    expect(svg).toMatch(/^<svg [\s\S]*<\/svg>\n$/);
    expect(svg).toContain("157 of 123");
    expect(svg).toContain("too small; /24 is enough");
  });

  it("never promises more than there is, never overlaps, and grows with the nodes", ({ expect }) => {
    const question = fc.record({
      max: fc.integer({ min: 1, max: 40 }),
      prefix: fc.integer({ min: 16, max: 24 }),
      zones: fc.integer({ min: 2, max: 3 }),
    });
    const pods = fc.option(fc.nat(900), { nil: undefined });
    const property = fc.property(question, pods, fc.boolean(), ({ max, prefix, zones }, count, prefixes) => {
      const names = ["a", "b", "c"].slice(0, zones).map((letter) => `eu-central-1${letter}`);
      const file = (size: number): string =>
        `vpc: {cidr: 10.4.0.0/${prefix}}\navailabilityZones: [${names.join(", ")}]\n${workers().replace("maxSize: 6", `maxSize: ${size}`).replace("minSize: 3", "minSize: 1")}`;
      const asked = { cni: { prefixDelegation: prefixes }, ...(count === undefined ? {} : { pods: count }) };
      const [plan, more] = [planOf(file(max), asked), planOf(file(max + 1), asked)];
      const blocks = plan.subnets.flatMap(({ cidr }) => parseCidr(cidr ?? "") ?? []);
      expect(blocks.length).toBe(2 * zones);
      for (const [i, a] of blocks.entries())
        for (const b of blocks.slice(i + 1)) expect(cidrOverlaps(a, b)).toBe(false);
      for (const [i, one] of plan.subnets.entries()) {
        expect(more.subnets[i]?.needs.total).toBeGreaterThanOrEqual(one.needs.total);
        expect(one.needs.total <= (one.usable ?? 0) && one.prefixes <= (one.wholePrefixes ?? 0)).toBe(
          one.verdict !== "too small" || one.needs.total <= (one.usable ?? 0),
        );
        const least = one.smallestPrefix ?? 16;
        expect(one.needs.total).toBeLessThanOrEqual(usableAddresses(least));
        expect(one.prefixes).toBeLessThanOrEqual(wholePrefixes(least));
      }
    });
    fc.assert(property, randomised(60));
  });
});

describe("the vpc block of a plan", () => {
  it("is what the same file fits into when it is pasted, whatever the file asks for", ({ expect }) => {
    const group = fc.record({
      type: fc.constantFrom("t3.medium", "t3.large", "m5.4xlarge", "c6in.32xlarge"),
      max: fc.integer({ min: 1, max: 60 }),
      isPrivate: fc.boolean(),
      zones: fc.constantFrom("", ", availabilityZones: [eu-central-1b]"),
    });
    const world = fc.record({
      prefix: fc.integer({ min: 16, max: 24 }),
      base: fc.constantFrom("10.4.0.0", "172.16.208.0", "192.168.0.0"),
      nat: fc.constantFrom("", ", nat: {gateway: Disable}", ", nat: {gateway: HighlyAvailable}"),
      extra: fc.constantFrom("", "privateCluster: {enabled: true}\n", "addons: [{name: aws-ebs-csi-driver}]\n"),
      groups: fc.array(group, { minLength: 1, maxLength: 3 }),
      prefixDelegation: fc.boolean(),
      churnPerMinute: fc.constantFrom(0, 600),
    });
    let pasted = 0;
    const property = fc.property(world, ({ prefix, base, nat, extra, groups, prefixDelegation, churnPerMinute }) => {
      const alike = formatCidr(parseCidr(`${base}/${prefix}`) as Cidr);
      const nodes = groups.map(
        ({ type, max, isPrivate, zones }, i) =>
          `- {name: g${i}, instanceType: ${type}, minSize: 0, maxSize: ${max}, privateNetworking: ${isPrivate || extra.startsWith("private")}${zones}}`,
      );
      const rest = `${extra}managedNodeGroups:\n${nodes.join("\n")}\n`;
      const question = { cni: { prefixDelegation }, churnPerMinute };
      const plan = planOf(`vpc: {cidr: ${alike}${nat}}\n${rest}`, question);
      if (plan.vpc === null) {
        expect(plan.smallestPrefix ?? 0).toBeLessThan(19);
        return;
      }
      const again = planOf(`${plan.vpc}${rest}`, question);
      pasted += plan.fits ? 0 : 1;
      expect(again.fits).toBe(true);
      expect(again.subnets.filter(({ verdict }) => verdict !== "fits" && verdict !== "tight")).toEqual([]);
      expect(again.vpc).toBe(plan.vpc);
    });
    fc.assert(property, randomised(40));
    expect(pasted).toBeGreaterThan(0);
  });
});

describe("subnets of a VPC", () => {
  it("are eksctl's", ({ expect }) => {
    const zones = ["a", "b", "c"];
    expect(cutVpc("192.168.0.0/16", zones).map(({ cidr }) => cidr)).toEqual(
      [0, 32, 64, 96, 128, 160].map((third) => `192.168.${third}.0/19`),
    );
    expect(cutVpc("10.0.0.0/26", zones)).toEqual([]);
  });
});
