// Off kube2iam, carried out: the script of `lotse identity migrate` is run as it is, and afterwards there is nothing to move.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, it } from "vitest";
import type { Kube, KubeObject } from "../../src/kube/index.ts";
import { resources } from "../../src/kube/index.ts";
import type { PodRolePlan } from "../../src/lotse.ts";
import { kubernetesOr } from "../../src/sandbox/kube/assets/testing.ts";
import type { Sandbox } from "../../src/sandbox/index.ts";
import { createSandbox } from "../../src/sandbox/index.ts";
import type { Send } from "../helpers/eks-by-api.ts";
import { makeCluster } from "../helpers/eks-by-api.ts";
import { python, pythonMissing } from "../helpers/judges.ts";
import { eventually, kubeOf } from "../helpers/kubernetes.ts";
import { kubeconfigText } from "../helpers/role.ts";
import type { ToolResult } from "../helpers/tools.ts";
import { kubectlMissing, lotse, runTool } from "../helpers/tools.ts";

const kubernetes = await kubernetesOr("1.36");
const skip = kubernetes.skip ?? kubectlMissing ?? (python ? undefined : pythonMissing);

interface Deployment extends KubeObject {
  spec: {
    template: { metadata: { annotations?: Record<string, string> }; spec: { serviceAccountName?: string } };
  };
}

describe.skipIf(skip)(skip ?? "the way off roles by annotation", () => {
  let sandbox: Sandbox;
  let send: Send;
  let kube: Kube;
  const home = mkdtempSync(join(tmpdir(), "lotse-migrate-"));
  const role = (name: string): string => `arn:aws:iam::${sandbox.account}:role/${name}`;

  const migrate = (...more: string[]): Promise<ToolResult> =>
    runTool(process.execPath, [lotse, "identity", "migrate", "--plan", "--cluster", "shop", ...more], {
      HOME: home,
      ...sandbox.env(),
    });
  const planned = async (...more: string[]): Promise<PodRolePlan> => {
    const { out, err } = await migrate(...more, "-o", "json");
    if (out === "") throw new Error(err);
    return JSON.parse(out) as PodRolePlan;
  };
  const runScript = async (to: string): Promise<ToolResult> => {
    const script = await migrate("--to", to, "-o", "script");
    const file = join(home, `${to}.sh`);
    writeFileSync(file, script.out);
    return runTool("sh", [file], { HOME: home, KUBECONFIG: join(home, "kubeconfig"), ...sandbox.env(), AWS_PAGER: "" });
  };
  const deploy = async (name: string, namespace: string, annotations: object, account?: string): Promise<void> => {
    const labels = { app: name };
    const spec = {
      containers: [{ name: "main", image: "app" }],
      ...(account === undefined ? {} : { serviceAccountName: account }),
    };
    await kube.create(resources.deployments, {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name, namespace },
      spec: { replicas: 1, selector: { matchLabels: labels }, template: { metadata: { labels, annotations }, spec } },
    } as KubeObject);
  };
  const trustOf = (name: string): unknown => {
    const { Role } = send<{ Role: { AssumeRolePolicyDocument: string } }>("iam", "GetRole", { RoleName: name });
    return JSON.parse(decodeURIComponent(Role.AssumeRolePolicyDocument));
  };

  beforeAll(async () => {
    sandbox = await createSandbox();
    ({ send } = makeCluster(sandbox, "shop", { version: "1.36" }));
    kube = kubeOf({ sandbox, send }, "shop");
    const account = { namespace: "default", name: "default" };
    await eventually(
      () => kube.find(resources.serviceAccounts, account),
      (found) => found !== undefined,
    );
    writeFileSync(join(home, "kubeconfig"), kubeconfigText(sandbox, "shop"));
    const AssumeRolePolicyDocument = JSON.stringify({
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Action: "sts:AssumeRole", Principal: { AWS: role("shop-node") } }],
    });
    for (const RoleName of ["web", "api", "batch"]) send("iam", "CreateRole", { RoleName, AssumeRolePolicyDocument });
    await kube.create(resources.serviceAccounts, {
      apiVersion: "v1",
      kind: "ServiceAccount",
      metadata: { name: "web", namespace: "default" },
    });
    const asks = (name: string): object => ({ "iam.amazonaws.com/role": name });
    await deploy("web", "default", asks("web"), "web");
    await deploy("api", "default", asks(role("api")));
    await deploy("batch", "default", { ...asks("batch"), "iam.amazonaws.com/external-id": "e-1" });
    await deploy("plain", "default", {});
    await deploy("lost", "default", asks("nobody"));
  }, 120_000);
  afterAll(async () => {
    kube?.close();
    await sandbox?.close();
    rmSync(home, { recursive: true, force: true });
  });

  it("says what stands in the way, and ends with 1", async ({ expect }) => {
    const { exit, err, out } = await migrate();
    expect(exit).toBe(1);
    expect(err).toContain(`Deployment default/lost asks for ${role("nobody")}, which IAM doesn't have`);
    expect(out).not.toContain("default lost");
    await kube.delete(resources.deployments, { namespace: "default", name: "lost" });
  });

  it("ends where there is nothing to move, with everybody's role at their service account", async ({ expect }) => {
    const before = await planned();
    expect(before.findings.map(({ code }) => code)).toEqual(["identity/external-id"]);
    const { exit, err } = await runScript("irsa");
    expect([exit, err]).toEqual([0, ""]);
    expect(await planned()).toMatchObject({ steps: [], findings: [] });
    for (const name of ["web", "api", "batch"]) {
      const { spec } = await kube.get<Deployment>(resources.deployments, { namespace: "default", name });
      expect(spec.template.spec.serviceAccountName).toBe(name);
      expect(spec.template.metadata.annotations?.["iam.amazonaws.com/role"]).toBeUndefined();
      expect(spec.template.metadata.annotations?.["iam.amazonaws.com/external-id"]).toBeUndefined();
      const account = await kube.get(resources.serviceAccounts, { namespace: "default", name });
      expect(account.metadata.annotations).toMatchObject({ "eks.amazonaws.com/role-arn": role(name) });
      // The old way stays until somebody ends it.
      expect(trustOf(name)).toMatchObject({
        Statement: [
          { Principal: { AWS: role("shop-node") } },
          {
            Action: "sts:AssumeRoleWithWebIdentity",
            Principal: { Federated: expect.stringContaining("oidc-provider") as string },
          },
        ],
      });
    }
    const plain = await kube.get<Deployment>(resources.deployments, { namespace: "default", name: "plain" });
    expect(plain.spec.template.spec.serviceAccountName).toBeUndefined();
  });

  it("leads to EKS Pod Identity as well", async ({ expect }) => {
    await deploy("late", "default", { "iam.amazonaws.com/role": "web" }, "web");
    await kube.create(resources.namespaces, { apiVersion: "v1", kind: "Namespace", metadata: { name: "other" } });
    await deploy("report", "other", { "iam.amazonaws.com/role": "api" });
    const { exit, err } = await runScript("pod-identity");
    expect([exit, err]).toEqual([0, ""]);
    const { associations } = send<{ associations: { namespace: string; serviceAccount: string }[] }>(
      "eks",
      "ListPodIdentityAssociations",
      { clusterName: "shop" },
    );
    expect(associations.map(({ namespace, serviceAccount }) => `${namespace}/${serviceAccount}`).toSorted()).toEqual([
      "default/web",
      "other/report",
    ]);
    expect((await planned("--to", "pod-identity")).steps).toEqual([]);
  });
});
