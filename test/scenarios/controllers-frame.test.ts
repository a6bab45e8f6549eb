// The frame of controllers against a real API server: copies that survive cut connections and restarts, one leader of
// several, certificates that replicas share, events, and an end that leaves nothing behind.
import { writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import type { AddressInfo, Socket } from "node:net";
import { request } from "node:https";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, it } from "vitest";
import { parse } from "yaml";
import type { RoleDefinition } from "../../src/controllers/index.ts";
import { manifestOptions, objectsOf, printRole, resourceOf, roles } from "../../src/controllers/index.ts";
import type { Kube, KubeObject, Resource } from "../../src/kube/index.ts";
import { resources } from "../../src/kube/index.ts";
import { kubernetesOr } from "../../src/sandbox/kube/assets/testing.ts";
import { createSandbox, type Sandbox } from "../../src/sandbox/index.ts";
import { makeCluster, senderOf } from "../helpers/eks-by-api.ts";
import { eventually, kubeOf, pidsOf } from "../helpers/kubernetes.ts";
import type { StartedRole } from "../helpers/roles.ts";
import { listening, startRole, temporaryFolder } from "../helpers/roles.ts";
import { mutatingWebhooks } from "../helpers/mutating-webhook.ts";

const kubernetes = await kubernetesOr("1.35");
const namespace = "roles";

interface ConfigMap extends KubeObject {
  data?: Record<string, string>;
}
interface Secret extends KubeObject {
  data: Record<string, string>;
}
interface Lease extends KubeObject {
  spec: { holderIdentity?: string; leaseTransitions?: number; renewTime?: string };
}
interface Webhooks extends KubeObject {
  webhooks: { clientConfig: { caBundle?: string } }[];
}

const kinds = {
  secrets: { ...resources.configMaps, plural: "secrets", kind: "Secret" },
  leases: { ...resources.configMaps, group: "coordination.k8s.io", plural: "leases", kind: "Lease" },
  webhooks: mutatingWebhooks,
} satisfies Record<string, Resource>;

/** What a ConfigMap called `slow` waits for. */
interface Slow {
  begun: boolean;
  until: Promise<void>;
}

/** Greets every ConfigMap with the label `greet`, once; the first tries for one called `shy` fail. */
function greeter(greeted: string[], slow?: Slow): RoleDefinition {
  const tries = new Map<string, number>();
  return {
    name: "greeter",
    title: "Greets ConfigMaps",
    flags: [],
    watches: [{ name: "maps", resource: resources.configMaps, labelSelector: "greet" }],
    rbac: [{ apiGroups: [""], resources: ["configmaps"], verbs: ["patch"] }],
    events: true,
    leaderElection: true,
    workload: { kind: "Deployment", replicas: 2, resources: { cpu: "10m", memory: "64Mi", memoryLimit: "128Mi" } },
    listener: { port: 8443, certificate: "own", servicePort: 443 },
    webhooks: [
      {
        kind: "mutating",
        name: "greeter.lotse.dev",
        path: "/greet",
        rules: [{ apiGroups: [""], apiVersions: ["v1"], resources: ["secrets"], operations: ["CREATE"] }],
        failurePolicy: "Ignore",
        objectSelector: { matchLabels: { "lotse.dev/greet": "true" } },
      },
    ],
    serve: () => Promise.resolve([{ path: "/greet", handle: () => ({ status: 200, body: "hello" }) }]),
    async reconcile(key, context) {
      const map = context.informer<ConfigMap>("maps").get(namespace, key.split("/")[1] ?? "");
      if (!map || map.metadata.annotations?.["greeted"]) return;
      const count = (tries.get(key) ?? 0) + 1;
      tries.set(key, count);
      if (key.endsWith("/shy") && count < 3) throw new Error("too shy");
      if (slow && key.endsWith("/slow")) {
        slow.begun = true;
        await slow.until;
      }
      await context.kube.patch(resources.configMaps, map.metadata as { name: string }, "merge", {
        metadata: { annotations: { greeted: context.instance } },
      });
      greeted.push(`${context.instance} ${map.metadata.name}`);
      context.events.record(map, { type: "Normal", reason: "Greeted", note: `by ${context.instance}` });
    },
  };
}

/** A way to the API server that can be cut. */
async function openGate(target: string): Promise<{ url: string; cut(): void; close(): Promise<void> }> {
  const { hostname, port } = new URL(target);
  const sockets = new Set<Socket>();
  const listener = createServer((socket) => {
    const beyond = connect(Number(port), hostname);
    for (const each of [socket, beyond]) {
      sockets.add(each);
      each.on("error", () => undefined);
      each.once("close", () => {
        sockets.delete(each);
        socket.destroy();
        beyond.destroy();
      });
    }
    socket.pipe(beyond).pipe(socket);
  });
  await new Promise<void>((done) => listener.listen(0, "127.0.0.1", done));
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: `https://127.0.0.1:${(listener.address() as AddressInfo).port}`,
    cut,
    async close() {
      cut();
      await new Promise((done) => listener.close(done));
    },
  };
}

describe.skipIf(kubernetes.skip)(kubernetes.skip ?? "roles", () => {
  let sandbox: Sandbox;
  let kube: Kube;
  let gate: Awaited<ReturnType<typeof openGate>>;
  let startedAt: number;
  let writeKubeconfig: (token: string) => void;
  const folder = temporaryFolder();
  const kubeconfig = `${folder.path}/kubeconfig`;
  const running: StartedRole[] = [];

  beforeAll(async () => {
    sandbox = await createSandbox({ region: "eu-central-1", listen: false });
    makeCluster(sandbox, "shop");
    const send = senderOf(sandbox);
    kube = kubeOf({ sandbox, send }, "shop");
    await kube.create(resources.namespaces, { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } });
    startedAt = Date.now();
    const { cluster } = send<{ cluster: { endpoint: string; certificateAuthority: { data: string } } }>(
      "eks",
      "DescribeCluster",
      { name: "shop" },
    );
    gate = await openGate(cluster.endpoint);
    const config = (token: string): object => ({
      "current-context": "shop",
      clusters: [
        {
          name: "shop",
          cluster: { server: gate.url, "certificate-authority-data": cluster.certificateAuthority.data },
        },
      ],
      users: [{ name: "me", user: { token } }],
      contexts: [{ name: "shop", context: { cluster: "shop", user: "me" } }],
    });
    writeKubeconfig = (token) => writeFileSync(kubeconfig, JSON.stringify(config(token)));
  }, 120_000);

  afterAll(async () => {
    await Promise.all(running.map((role) => role.stop()));
    kube?.close();
    await gate?.close();
    await sandbox?.close();
    folder.remove();
  });

  const words = (instance: string, ...more: string[]): string[] => [
    `--kubeconfig=${kubeconfig}`,
    `--namespace=${namespace}`,
    `--instance=${instance}`,
    "--address=127.0.0.1",
    "--port=0",
    // Long enough for a machine that is busy with other things.
    "--lease-duration=20s",
    "--renew-deadline=15s",
    "--retry-period=400ms",
    ...more,
  ];
  const start = async (role: RoleDefinition, instance: string, ...more: string[]): Promise<StartedRole> => {
    const started = await startRole(role, words(instance, ...more), { tuning: { certificatePause: 300 } });
    running.push(started);
    return started;
  };
  const make = async (name: string): Promise<void> => {
    const metadata = { name, namespace, labels: { greet: "yes" } };
    await kube.create(resources.configMaps, { apiVersion: "v1", kind: "ConfigMap", metadata });
  };
  const greetedBy = async (name: string): Promise<string | undefined> =>
    (await kube.get<ConfigMap>(resources.configMaps, { namespace, name })).metadata.annotations?.["greeted"];
  const leader = async (): Promise<string> =>
    (await kube.find<Lease>(kinds.leases, { namespace, name: "lotse-greeter" }))?.spec.holderIdentity ?? "";
  const isReady = async (role: StartedRole): Promise<boolean> => (await role.probe("readyz")).status === 200;
  const greeted: string[] = [];
  let release = (): void => undefined;
  const slow: Slow = { begun: false, until: new Promise((done) => (release = done)) };
  let first: StartedRole;
  let second: StartedRole;

  it("install with what an API server accepts", async ({ expect }) => {
    const options = manifestOptions({ namespace });
    for (const object of objectsOf(greeter([]), options) as KubeObject[]) {
      const made = await kube.apply(resourceOf(object), object);
      expect(made.metadata.name).toBe("lotse-greeter");
    }
    // From here on the role is its own service account, with these rights and no others.
    const account = { namespace, name: "lotse-greeter" };
    const { status } = await kube.post<{ status: { token: string } }>(resources.serviceAccounts, account, "token", {
      apiVersion: "authentication.k8s.io/v1",
      kind: "TokenRequest",
      spec: { expirationSeconds: 3600 },
    });
    writeKubeconfig(status.token);
    for (const role of roles) {
      const isRefused = (object: KubeObject): Promise<string[]> =>
        kube.apply(resourceOf(object), object, { dryRun: true }).then(
          () => [],
          (error: Error & { diagnostic?: { detail?: string } }) => [
            `${role.name}: ${error.diagnostic?.detail ?? error.message}`,
          ],
        );
      const refused = await Promise.all((objectsOf(role, options) as KubeObject[]).map(isRefused));
      expect(refused.flat()).toEqual([]);
    }
    const words = ["--cluster-id=own", "--image=lotse:1"];
    const pod = parse(printRole("authenticator", "static-pod", { words, env: {} })) as KubeObject;
    const { spec } = await kube.apply<KubeObject & { spec?: { hostNetwork?: boolean } }>(resources.pods, pod, {
      dryRun: true,
    });
    expect(spec?.hostNetwork).toBe(true);
  });

  it("work on what is there and what comes, and try again what failed", async ({ expect }) => {
    await make("early");
    first = await start(greeter(greeted, slow), "first", "--grace-period=2m");
    await eventually(
      () => greetedBy("early"),
      (by) => by === "first",
    );
    await make("shy");
    await eventually(
      () => greetedBy("shy"),
      (by) => by === "first",
    );
    expect(await leader()).toMatch(/^first_/);
    const { text } = await first.probe("metrics");
    expect(text).toMatch(/lotse_reconcile_errors_total\{role="greeter"\} 2/);
    expect(text).toMatch(/lotse_leader\{role="greeter"\} 1/);
    expect(first.log.filter(({ message }) => message === "reconcile failed")).toHaveLength(2);
    const events = await eventually(
      () =>
        kube.connection.send<{ items: { reason: string; note: string; regarding: { name: string } }[] }>({
          method: "GET",
          path: `/apis/events.k8s.io/v1/namespaces/${namespace}/events`,
          what: "list events",
        }),
      ({ items }) => items.filter(({ reason }) => reason === "Greeted").length >= 2,
    );
    const ours = events.items.filter(({ reason }) => reason === "Greeted");
    expect(ours.map(({ reason, regarding }) => `${reason} ${regarding.name}`).toSorted()).toEqual([
      "Greeted early",
      "Greeted shy",
    ]);
  });

  it("share certificates, and webhook configurations that trust them", async ({ expect }) => {
    second = await start(greeter(greeted), "second");
    const ports = [await listening(first, "greeter"), await listening(second, "greeter")];
    await eventually(() => isReady(second), Boolean);
    const bundle = async (): Promise<string> => {
      const found = await kube.get<Webhooks>(kinds.webhooks, { name: "lotse-greeter" });
      return Buffer.from(found.webhooks[0]?.clientConfig.caBundle ?? "", "base64").toString();
    };
    const ca = await eventually(bundle, (text) => text.includes("BEGIN CERTIFICATE"));
    const ask = (port: number): Promise<string> =>
      new Promise((resolve, reject) => {
        const servername = `lotse-greeter.${namespace}.svc`;
        const sent = request({ host: "127.0.0.1", port, path: "/greet", ca, servername, agent: false }, (response) => {
          response.setEncoding("utf8").once("data", resolve);
        });
        sent.once("error", reject);
        sent.end();
      });
    expect(await Promise.all(ports.map(ask))).toEqual(["hello", "hello"]);
    const secret = await kube.get<Secret>(kinds.secrets, { namespace, name: "lotse-greeter" });
    // Somebody breaks the certificate, and takes the trust away: both are mended, and both replicas serve the new one.
    await kube.patch(kinds.secrets, { namespace, name: "lotse-greeter" }, "merge", { data: { "tls.crt": "bm9uZQ==" } });
    await kube.patch(kinds.webhooks, { name: "lotse-greeter" }, "json", [
      { op: "remove", path: "/webhooks/0/clientConfig/caBundle" },
    ]);
    const mended = await eventually(
      () => kube.get<Secret>(kinds.secrets, { namespace, name: "lotse-greeter" }),
      ({ data }) => data["tls.crt"] !== "bm9uZQ==" && data["tls.crt"] !== secret.data["tls.crt"],
    );
    expect(mended.data["ca.crt"]).toBe(secret.data["ca.crt"]);
    expect(await eventually(bundle, (text) => text.includes("BEGIN CERTIFICATE"))).toBe(ca);
    expect(await Promise.all(ports.map(ask))).toEqual(["hello", "hello"]);
  });

  it("hand over when the leader stops, as soon as its work has ended", async ({ expect }) => {
    expect(await leader()).toMatch(/^first_/);
    expect((await second.probe("metrics")).text).toMatch(/lotse_leader\{role="greeter"\} 0/);
    await make("slow");
    await eventually(() => Promise.resolve(slow.begun), Boolean);
    const stopped = first.stop();
    const { text } = await eventually(
      () => first.probe("readyz"),
      ({ status }) => status === 503,
    );
    expect(text).toContain("[-]running failed: stopping");
    // What is under way is still the leader's: nobody else may begin with it.
    const renewed = async (): Promise<string> =>
      (await kube.get<Lease>(kinds.leases, { namespace, name: "lotse-greeter" })).spec.renewTime ?? "";
    const before = await renewed();
    await eventually(renewed, (after) => after !== before);
    expect(await leader()).toMatch(/^first_/);
    release();
    expect(await stopped).toBe(0);
    expect(await greetedBy("slow")).toBe("first");
    await make("handed-over");
    await eventually(
      () => greetedBy("handed-over"),
      (by) => by === "second",
    );
    expect(await leader()).toMatch(/^second_/);
  });

  it("go on after their connections were cut", async ({ expect }) => {
    for (let i = 0; i < 3; i += 1) {
      gate.cut();
      await make(`cut-${i}`);
    }
    for (let i = 0; i < 3; i += 1)
      await eventually(
        () => greetedBy(`cut-${i}`),
        (by) => by === "second",
      );
    expect(greeted.filter((line) => line.endsWith(" early"))).toEqual(["first early"]);
  });

  it("give up leading when somebody took the lease", async ({ expect }) => {
    const key = { namespace, name: "lotse-greeter" };
    const found = await kube.get<Lease>(kinds.leases, key);
    await kube.patch(kinds.leases, key, "merge", {
      spec: { ...found.spec, holderIdentity: "somebody-else", leaseDurationSeconds: 2 },
    });
    expect(await second.done).toBe(1);
    expect(second.log.at(-1)).toMatchObject({ message: "stopped" });
    expect(second.log.some(({ code }) => code === "controllers/lost-lease")).toBe(true);
    expect(await leader()).toBe("somebody-else");
  });

  it("go on after the API server started anew", async ({ expect }) => {
    const third = await start(greeter(greeted), "third");
    await make("before");
    await eventually(
      () => greetedBy("before"),
      (by) => by === "third",
    );
    // A control plane that has just been started and ends at once isn't started again.
    while (Date.now() - startedAt < 15_000) await sleep(200);
    for (const pid of pidsOf(sandbox, "shop")) process.kill(-pid, "SIGKILL");
    const after = await eventually(async () => {
      try {
        await make("after");
        return true;
      } catch {
        // Not up yet, or made by the try before: seen below.
        return (
          (await kube.find(resources.configMaps, { namespace, name: "after" }).catch(() => undefined)) !== undefined
        );
      }
    }, Boolean);
    expect(after).toBe(true);
    // Its lease may have run out meanwhile: then it ends, and is started anew as a kubelet would.
    void third.done.then(async (code) => (code === 0 ? undefined : start(greeter(greeted), "fourth")));
    const by = await eventually(
      () => greetedBy("after"),
      (name) => name !== undefined,
    );
    expect(["third", "fourth"]).toContain(by);
  });
});
