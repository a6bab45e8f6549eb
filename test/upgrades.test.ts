// Upgrades judged by an emulated account: EKS's own calendar, add-ons, groups and insights; what isn't there is unknown.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, it, vi } from "vitest";
import type { UpgradeReport } from "../src/lotse.ts";
import { upgrades } from "../src/lotse.ts";
import type { Outcome } from "../src/cli/actions/testing.ts";
import { runLotseIn } from "../src/cli/actions/testing.ts";
import { openWorld, type World } from "./helpers/world.ts";

const file = `apiVersion: eksctl.io/v1alpha5
kind: ClusterConfig
metadata: {name: demo, region: eu-central-1, version: "1.34"}
addons: [{name: vpc-cni}, {name: coredns}, {name: kube-proxy}]
managedNodeGroups: [{name: web, instanceType: t3.large, desiredCapacity: 1}]
`;
/** Kubernetes 1.35 doesn't serve it. */
const old = `apiVersion: storage.k8s.io/v1alpha1
kind: VolumeAttributesClass
metadata: {name: fast}
driverName: ebs.csi.aws.com
`;
const today = "2026-11-21";

describe("an account", () => {
  let world: World;
  let folder = "";
  beforeAll(async () => {
    world = await openWorld({ kubernetes: "off", clock: "instant", listen: true });
    await world.apply(file);
    folder = await mkdtemp(join(tmpdir(), "lotse-upgrades-"));
    await writeFile(join(folder, "old.yaml"), old);
    // The SDK looks for keys in the process's own environment.
    const { credentials } = world.sandbox.clientConfig();
    vi.stubEnv("AWS_ACCESS_KEY_ID", credentials.accessKeyId);
    vi.stubEnv("AWS_SECRET_ACCESS_KEY", credentials.secretAccessKey);
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    await world.close();
    await rm(folder, { recursive: true });
  });

  it("tells its calendar, out-of-support versions included", async ({ expect }) => {
    const calendar = await upgrades.calendar(today, world.aws);
    expect(calendar).toMatchObject({ source: "account", asOf: today, mayMissVersions: false });
    expect(calendar.versions.filter(({ isDefault }) => isDefault)).toHaveLength(1);
    const dates = calendar.versions.find(({ version }) => version === "1.34");
    expect(dates).toMatchObject({ released: "2025-10-02", endOfStandardSupport: "2026-12-02", source: "account" });
    const fromTable = await upgrades.calendar(today);
    expect(calendar.versions.map(({ version }) => version)).toEqual(fromTable.versions.map(({ version }) => version));
  });

  it("has no such cluster", async ({ expect }) => {
    await expect(upgrades.check({ today, living: { aws: world.aws, name: "none" } })).rejects.toThrow(
      "There is no cluster none",
    );
  });

  /** `upgrade apply` to 1.35, with a manifest that stands against it. */
  const run = async (...words: string[]): Promise<Outcome> => {
    const where = ["--endpoint-url", world.sandbox.endpoint, "--region", "eu-central-1"];
    const asked = ["upgrade", "apply", "--name", "demo", "--to", "1.35", "-m", folder, "--yes", "-o", "json"];
    return runLotseIn({ HOME: folder }, "", ...asked, ...where, ...words);
  };
  const version = (): string =>
    world.send<{ cluster: { version: string } }>("eks", "DescribeCluster", { name: "demo" }).cluster.version;

  it("stops before the first step at an error; what can't be read is unknown", async ({ expect }) => {
    const { code, stdout } = await run();
    expect([code, version()]).toEqual([3, "1.34"]);
    const { check, result } = JSON.parse(stdout) as { check: UpgradeReport; result: null };
    expect(result).toBeNull();
    expect(check).toMatchObject({ from: "1.34", to: "1.35", verdict: "not ready", calendar: { source: "account" } });
    expect(check.findings[0]).toMatchObject({ code: "upgrades/removed-api", subject: "volumeattributesclass/fast" });
    const parts = check.unknown.map(({ part }) => part);
    expect(parts).toEqual(expect.arrayContaining(["nodes", "kube-proxy", "live objects", "Helm releases"]));
    for (const part of ["node groups", "add-ons", "EKS's insights", "checks"]) expect(parts).not.toContain(part);
    const matrix = Object.fromEntries(check.addons.map(({ name, fits }) => [name, fits]));
    expect(matrix).toMatchObject({ "vpc-cni": { "1.35": true }, "kube-proxy": { "1.35": true } });
  });

  it("goes the whole way, in order, without what --ignore leaves out", async ({ expect }) => {
    const { code, stdout } = await run("--ignore", "upgrades/removed-api");
    const { plan, result } = JSON.parse(stdout) as { plan: { steps: { id: string }[] }; result: { ok: boolean } };
    const kinds = plan.steps.map(({ id }) => id.split("/")[0]);
    expect([...new Set(kinds)]).toEqual(["cluster-version", "addon", "nodegroup"]);
    expect([code, result.ok, version()]).toEqual([0, true, "1.35"]);
  });
});

describe("a sandbox of another day", () => {
  it("has that day's calendar: later versions aren't there yet, and earlier ones still are", async ({ expect }) => {
    await using world = await openWorld({ kubernetes: "off", listen: true, start: Date.parse("2025-11-20T12:00:00Z") });
    const { accessKeyId, secretAccessKey } = world.sandbox.credentials;
    const env = { AWS_PROFILE: "none", AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey };
    const where = ["--endpoint-url", world.sandbox.endpoint, "--region", "eu-central-1"];
    const { code, stdout } = await runLotseIn(env, "", "versions", ...where, "-o", "json");
    const told = JSON.parse(stdout) as { today: string; asOf: string; versions: { version: string; status: string }[] };
    expect([code, told.today, told.asOf]).toEqual([0, "2025-11-20", "2025-11-20"]);
    const standing = Object.fromEntries(told.versions.map(({ version, status }) => [version, status]));
    expect(standing).toMatchObject({
      "1.34": "STANDARD_SUPPORT",
      "1.31": "STANDARD_SUPPORT",
      "1.30": "EXTENDED_SUPPORT",
    });
    expect(standing).not.toHaveProperty("1.36");
    const { stdout: picture } = await runLotseIn(env, "", "versions", ...where, "-o", "svg");
    expect(picture).toContain("Kubernetes versions on EKS, 2025-11-20");
  });
});
