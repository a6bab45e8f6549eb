import { describe, it } from "vitest";
import { runLotse } from "./testing.ts";

const file = `apiVersion: eksctl.io/v1alpha5
kind: ClusterConfig
metadata: {name: demo, region: eu-central-1}
vpc: {cidr: 10.0.8.0/22}
managedNodeGroups: [{name: web, instanceType: t3.large, minSize: 3, maxSize: 6, privateNetworking: true}]
`;

describe("lotse capacity pods", () => {
  it("is an array in the order asked", async ({ expect }) => {
    const { code, stdout } = await runLotse("", "capacity", "pods", "t3.large,c5.large", "m7g.4xlarge", "-o", "json");
    expect(code).toBe(0);
    const row = (instanceType: string, enis: number, addressesPerEni: number, vcpus: number, limit: number): object => {
      const recommended = Math.min(limit, 110);
      return { instanceType, mode: "secondary-ip", enis, addressesPerEni, vcpus, limit, recommended };
    };
    expect(JSON.parse(stdout)).toEqual([
      row("t3.large", 3, 12, 2, 35),
      row("c5.large", 3, 10, 2, 29),
      row("m7g.4xlarge", 8, 30, 16, 234),
    ]);
  });

  it("names types that may have been meant, and ends with 2", async ({ expect }) => {
    const { code, stdout, stderr } = await runLotse("", "capacity", "pods", "t3.large,m5.lrage,C5.XLARGE");
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toContain('"m5.lrage" is no known instance type');
    expect(stderr).toContain("m5.large");
    expect(stderr).toContain("c5.xlarge");
  });

  it("says which types take no prefixes", async ({ expect }) => {
    const { code, stdout, stderr } = await runLotse("", "capacity", "pods", "t2.large,t3.large", "--prefix-delegation");
    expect(code).toBe(0);
    expect(stdout).toMatch(/t2\.large +secondary-ip .* 35 +35\nt3\.large +prefix-delegation .* 530 +110/);
    expect(stderr).toContain("no prefixes for t2.large");
    expect((await runLotse("", "capacity", "pods", "t3.large", "--cni-version", "new")).code).toBe(2);
    expect((await runLotse("", "capacity", "pods", ",")).code).toBe(2);
  });
});

describe("lotse capacity instances", () => {
  const words = ["capacity", "instances", "--pods", "400", "--cpu", "250m", "--memory", "512Mi", "-o", "json"];
  it("says how many nodes of which types", async ({ expect }) => {
    const { code, stdout } = await runLotse("", ...words, "--types", "m5.xlarge");
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject([{ instanceType: "m5.xlarge", podsPerNode: 14, nodes: 29, binds: "cpu" }]);
    const spot = JSON.parse(
      (await runLotse("", ...words, "--spot", "--arch", "arm64", "--limit", "1")).stdout,
    ) as object[];
    expect(spot).toMatchObject([{ arch: "arm64", diversified: true }]);
  });

  it("wants to know what has to run", async ({ expect }) => {
    expect((await runLotse("", "capacity", "instances", "--pods", "4")).code).toBe(2);
    expect((await runLotse("", "capacity", "instances", "--pods", "many", "--cpu", "1")).code).toBe(2);
    expect((await runLotse("", "capacity", "instances", "--pods", "4", "--cpu", "1x")).code).toBe(2);
  });
});

describe("lotse capacity plan", () => {
  it("says what fits, and which vpc would", async ({ expect }) => {
    const plan = await runLotse(file, "capacity", "plan", "-f", "-", "--exit-code");
    expect(plan.code).toBe(3);
    expect(plan.stdout).toContain("does not fit demo: each subnet needs a /24 at least");
    expect(plan.stdout).toContain("vpc:\n  cidr: 10.0.8.0/21\n");
    expect(plan.stdout).toMatch(/private eu-central-1a {2}█+▓+▒+ too small 128 %/);
    const json = await runLotse(file, "capacity", "plan", "-f", "-", "-o", "json", "--surge", "0");
    expect(JSON.parse(json.stdout)).toMatchObject({ fits: true, subnets: { length: 6 } });
    expect((await runLotse(file, "capacity", "plan", "-f", "-", "-o", "svg")).stdout).toMatch(/^<svg /);
  });

  it("prints a vpc block that validate takes, and with which everything fits", async ({ expect }) => {
    const { vpc } = JSON.parse((await runLotse(file, "capacity", "plan", "-f", "-", "-o", "json")).stdout) as {
      vpc: string;
    };
    const pasted = `${file.replace(/^vpc:.*\n/m, "")}${vpc}`;
    expect(pasted).not.toBe(file);
    expect((await runLotse(pasted, "config", "validate", "-f", "-")).code).toBe(0);
    const plan = await runLotse(pasted, "capacity", "plan", "-f", "-", "--exit-code");
    expect([plan.code, plan.stdout.includes("too small")]).toEqual([0, false]);
  });

  it("takes pods that come and go", async ({ expect }) => {
    const words = ["capacity", "plan", "-f", "-", "-o", "json", "--churn"];
    const { stdout } = await runLotse(file, ...words, "10/s");
    expect(JSON.parse(stdout)).toMatchObject({ subnets: { 3: { needs: { churn: 100 } } } });
    expect((await runLotse(file, ...words, "often")).code).toBe(2);
  });
});
