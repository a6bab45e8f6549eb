// The pod identity webhook as a role in front of a real API server, and in front of clients that mean no good. Its
// annotations have a prefix of their own, for the cluster has EKS's webhook as well.
import { writeFileSync } from "node:fs";
import { request } from "node:https";
import { join } from "node:path";
import { connect } from "node:tls";
import { afterAll, beforeAll, describe, it } from "vitest";
import { issueCertificate, newAuthority } from "../../src/base/index.ts";
import type { Kube, KubeObject } from "../../src/kube/index.ts";
import { resources } from "../../src/kube/index.ts";
import { kubernetesOr } from "../../src/sandbox/kube/assets/testing.ts";
import { createSandbox, type Sandbox } from "../../src/sandbox/index.ts";
import { makeCluster, senderOf } from "../helpers/eks-by-api.ts";
import { eventually, kubeOf } from "../helpers/kubernetes.ts";
import { kubeconfigText } from "../helpers/role.ts";
import type { StartedRole } from "../helpers/roles.ts";
import { listening, startRole, temporaryFolder } from "../helpers/roles.ts";
import { mutatePodsBy } from "../helpers/mutating-webhook.ts";

const kubernetes = await kubernetesOr("1.35");
const role = "arn:aws:iam::123456789012:role/app";
const prefix = "self.example.com";

interface Pod extends KubeObject {
  spec: {
    containers: { name: string; image?: string; env?: { name: string; value?: string }[] }[];
    volumes?: { name: string; projected?: object }[];
  };
}

describe.skipIf(kubernetes.skip)(kubernetes.skip ?? "the pod identity webhook", () => {
  let sandbox: Sandbox;
  let kube: Kube;
  let webhook: StartedRole;
  let port: number;
  const folder = temporaryFolder();
  const authority = newAuthority("webhook test", Date.now());
  const identities = join(folder.path, "identities.json");

  const serviceAccount = (name: string, annotations: Record<string, string> = {}): Promise<KubeObject> =>
    kube.create(resources.serviceAccounts, {
      apiVersion: "v1",
      kind: "ServiceAccount",
      metadata: { name, namespace: "default", annotations },
    });
  const pod = (name: string, account: string): Promise<Pod> =>
    kube.create<Pod>(resources.pods, {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name, namespace: "default" },
      spec: { serviceAccountName: account, containers: [{ name: "app", image: "app" }] },
    } as Pod);
  const names = ({ spec }: Pod): string[] => (spec.containers[0]?.env ?? []).map(({ name }) => name);
  const post = (
    body: string | Buffer,
    headers: Record<string, string> = { "content-type": "application/json" },
  ): Promise<{ status: number; text: string }> =>
    new Promise((resolve, reject) => {
      const asked = request(
        { host: "127.0.0.1", port, method: "POST", path: "/mutate", ca: authority.certificate, headers },
        (response) => {
          const chunks: Buffer[] = [];
          response.on("data", (chunk: Buffer) => chunks.push(chunk));
          response.once("end", () =>
            resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString() }),
          );
        },
      );
      asked.once("error", reject);
      asked.end(body);
    });
  const review = (account: string, more: object = {}): string =>
    JSON.stringify({
      apiVersion: "admission.k8s.io/v1",
      kind: "AdmissionReview",
      request: {
        uid: "u-1",
        kind: { group: "", version: "v1", kind: "Pod" },
        namespace: "default",
        operation: "CREATE",
        object: { metadata: {}, spec: { serviceAccountName: account, containers: [{ name: "app" }] }, ...more },
      },
    });
  const patchOf = (text: string): unknown => {
    const { response } = JSON.parse(text) as { response: { patch?: string } };
    return response.patch === undefined ? undefined : JSON.parse(Buffer.from(response.patch, "base64").toString());
  };

  beforeAll(async () => {
    sandbox = await createSandbox();
    makeCluster(sandbox, "own");
    kube = kubeOf({ sandbox, send: senderOf(sandbox) }, "own");
    await eventually(
      () => kube.find(resources.serviceAccounts, { namespace: "default", name: "default" }),
      (found) => found !== undefined,
    );
    const { certificate, privateKey } = issueCertificate(
      authority,
      { commonName: "webhook", names: ["127.0.0.1"], usage: "server" },
      Date.now(),
    );
    const write = (name: string, text: string): string => {
      writeFileSync(join(folder.path, name), text);
      return join(folder.path, name);
    };
    const kubeconfig = write("kubeconfig", kubeconfigText(sandbox, "own"));
    writeFileSync(identities, "");
    webhook = await startRole("pod-identity-webhook", [
      `--kubeconfig=${kubeconfig}`,
      "--namespace=default",
      "--port=0",
      "--address=127.0.0.1",
      `--tls-cert-file=${write("tls.crt", certificate)}`,
      `--tls-private-key-file=${write("tls.key", privateKey)}`,
      `--annotation-prefix=${prefix}`,
      "--aws-default-region=eu-central-1",
      "--watch-config-map",
      "--service-account-lookup-grace-period=20s",
      `--watch-container-credentials-config=${identities}`,
    ]);
    port = await listening(webhook, "pod-identity-webhook");
    await eventually(
      () => webhook.probe("readyz"),
      ({ status }) => status === 200,
    );
    await serviceAccount("app", { [`${prefix}/role-arn`]: role, [`${prefix}/token-expiration`]: "3600" });
    await mutatePodsBy(kube, { name: "own", port, authority: authority.certificate });
  }, 120_000);

  afterAll(async () => {
    await webhook?.stop();
    kube?.close();
    await sandbox?.close();
    folder.remove();
  }, 60_000);

  it("gives pods the role of their service account, through a real API server", async ({ expect }) => {
    // The API server takes a moment to hear of a new webhook.
    let tries = 0;
    const made = await eventually(
      () => pod(`app-${(tries += 1)}`, "app"),
      (each) => names(each).length > 0,
    );
    expect(names(made)).toEqual(["AWS_DEFAULT_REGION", "AWS_REGION", "AWS_ROLE_ARN", "AWS_WEB_IDENTITY_TOKEN_FILE"]);
    expect(made.spec.volumes?.[0]).toMatchObject({
      name: "aws-iam-token",
      projected: { sources: [{ serviceAccountToken: { audience: "sts.amazonaws.com", expirationSeconds: 3600 } }] },
    });
    expect(names(await pod("plain", "default"))).toEqual([]);
  });

  it("knows a service account that is younger than anything it has heard", async ({ expect }) => {
    for (let i = 0; i < 5; i += 1) {
      await serviceAccount(`new-${i}`, { [`${prefix}/role-arn`]: role });
      expect(patchOf((await post(review(`new-${i}`))).text)).toBeDefined();
    }
    expect(patchOf((await post(review("nobody"))).text)).toBeUndefined();
    expect((await webhook.probe("metrics")).text).toMatch(/pod_identity_webhook_missing_sa_count 1/);
  });

  it("takes roles from a ConfigMap and a file, and keeps them when these turn to nonsense", async ({ expect }) => {
    await serviceAccount("listed");
    await serviceAccount("agent");
    await kube.create(resources.configMaps, {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "pod-identity-webhook", namespace: "default" },
      data: { config: JSON.stringify({ "default/listed": { RoleARN: role, Audience: "mine" } }) },
    } as KubeObject);
    writeFileSync(identities, '{"identities":[{"namespace":"default","serviceAccount":"agent"}]}');
    const patchFor = async (account: string): Promise<string> =>
      JSON.stringify(patchOf((await post(review(account))).text) ?? "");
    await eventually(
      () => patchFor("listed"),
      (text) => text.includes('"audience":"mine"'),
    );
    await eventually(
      () => patchFor("agent"),
      (text) => text.includes("pods.eks.amazonaws.com"),
    );
    writeFileSync(identities, "{");
    await eventually(
      async () => webhook.log.map(({ msg, message }) => String(msg ?? message)),
      (lines) => lines.some((line) => line.includes("what was read before counts")),
    );
    expect(await patchFor("agent")).toContain("pods.eks.amazonaws.com");
  });

  it("answers what is no review, and refuses what is too large", async ({ expect }) => {
    expect(await post("x", { "content-type": "text/plain" })).toEqual({
      status: 415,
      text: "Invalid Content-Type, expected `application/json`\n",
    });
    for (const body of ["", "{", "[]", "null", '{"request":null}', review("app", { spec: { containers: 1 } })]) {
      const { status, text } = await post(body);
      expect([status, (JSON.parse(text) as { response: { allowed: boolean } }).response.allowed]).toEqual([200, false]);
    }
    const deep = `${'{"a":'.repeat(50_000)}1${"}".repeat(50_000)}`;
    expect(
      patchOf((await post(review("app").replace('"metadata":{}', `"metadata":{},"deep":${deep}`))).text),
    ).toBeDefined();
    const large = await post(Buffer.alloc(9 * 1024 * 1024, " ")).catch((error: unknown) => error as Error);
    if (large instanceof Error) expect(large.message).toMatch(/EPIPE|ECONNRESET|hang up/);
    else expect(large.status).toBe(413);
    expect(patchOf((await post(review("app"))).text)).toBeDefined();
  });

  it("goes on for others while somebody sends nothing, byte by byte", async ({ expect }) => {
    const slow = await Promise.all(
      Array.from(
        { length: 20 },
        () =>
          new Promise<ReturnType<typeof connect>>((resolve, reject) => {
            const socket = connect({ host: "127.0.0.1", port, ca: authority.certificate }, () => resolve(socket));
            socket.on("error", reject);
          }),
      ),
    );
    for (const socket of slow) {
      socket.removeAllListeners("error").on("error", () => undefined);
      socket.write(
        "POST /mutate HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 100000\r\n\r\n{",
      );
    }
    expect(patchOf((await post(review("app"))).text)).toBeDefined();
    for (const socket of slow) socket.destroy();
  });
});
