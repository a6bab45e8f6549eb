// Upgrades judged by an emulated account: EKS's own calendar, add-ons, groups and insights; what isn't there is unknown.
import { afterAll, beforeAll, describe, it } from "vitest";
import { upgrades } from "../src/lotse.ts";
import { openWorld, type World } from "./helpers/world.ts";

const file = `apiVersion: eksctl.io/v1alpha5
kind: ClusterConfig
metadata: {name: demo, region: eu-central-1, version: "1.34"}
addons: [{name: vpc-cni}, {name: coredns}, {name: kube-proxy}]
managedNodeGroups: [{name: web, instanceType: t3.large, desiredCapacity: 1}]
`;
const today = "2026-11-21";

describe("an account", () => {
  let world: World;
  beforeAll(async () => {
    world = await openWorld({ kubernetes: "off", clock: "instant" });
    await world.apply(file);
  });
  afterAll(() => world.close());

  it("tells its calendar, out-of-support versions included", async ({ expect }) => {
    const calendar = await upgrades.calendar(today, world.aws);
    expect(calendar).toMatchObject({ source: "account", asOf: today, mayMissVersions: false });
    expect(calendar.versions.filter(({ isDefault }) => isDefault)).toHaveLength(1);
    const dates = calendar.versions.find(({ version }) => version === "1.34");
    expect(dates).toMatchObject({ released: "2025-10-02", endOfStandardSupport: "2026-12-02", source: "account" });
    const fromTable = await upgrades.calendar(today);
    expect(calendar.versions.map(({ version }) => version)).toEqual(fromTable.versions.map(({ version }) => version));
  });

  it("is never ready while the inside of the cluster can't be read", async ({ expect }) => {
    const report = await upgrades.check({ today, living: { aws: world.aws, name: "demo" }, to: "1.36" });
    expect(report).toMatchObject({ cluster: "demo", from: "1.34", to: "1.36", calendar: { source: "account" } });
    expect(report.verdict).not.toBe("ready");
    const parts = report.unknown.map(({ part }) => part);
    expect(parts).toEqual(expect.arrayContaining(["nodes", "kube-proxy", "live objects", "Helm releases"]));
    for (const part of ["node groups", "add-ons", "EKS's insights", "checks"]) expect(parts).not.toContain(part);
    const matrix = Object.fromEntries(report.addons.map(({ name, fits }) => [name, fits]));
    expect(matrix).toMatchObject({
      "vpc-cni": { "1.35": true, "1.36": true },
      coredns: { "1.35": true, "1.36": true },
      "kube-proxy": { "1.35": true, "1.36": false },
    });
    expect(report.findings.find(({ subject }) => subject === "addon/kube-proxy")).toMatchObject({
      code: "upgrades/addon-later",
      severity: "warning",
    });
  });

  it("has no such cluster", async ({ expect }) => {
    await expect(upgrades.check({ today, living: { aws: world.aws, name: "none" } })).rejects.toThrow(
      "There is no cluster none",
    );
  });
});
