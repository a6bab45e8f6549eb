// What simulated kubelets make of pods: their states, restarts and ends, addresses that run out, what kubectl reads.
import { afterAll, beforeAll, describe, it } from "vitest";
import { kubernetesOr } from "../../src/sandbox/kube/assets/testing.ts";
import { createSandbox, type Sandbox } from "../../src/sandbox/index.ts";
import type { Kube, KubeObject } from "../../src/kube/index.ts";
import { resources } from "../../src/kube/index.ts";
import type { MadeCluster } from "../helpers/eks-by-api.ts";
import { makeCluster, makeGroup } from "../helpers/eks-by-api.ts";
import { eventsOf, eventually, kubeOf } from "../helpers/kubernetes.ts";

const kubernetes = await kubernetesOr("1.35");

interface Status {
  phase?: string;
  reason?: string;
  podIP?: string;
  conditions?: { type: string; status: string; reason?: string }[];
  containerStatuses?: {
    name: string;
    ready: boolean;
    restartCount: number;
    state: Record<string, { reason?: string; exitCode?: number }>;
  }[];
  initContainerStatuses?: { name: string; ready: boolean; state: Record<string, { exitCode?: number }> }[];
}

/** Of whatever looks after pods. */
interface Controlled {
  succeeded?: number;
  readyReplicas?: number;
  numberReady?: number;
  conditions?: { type: string; status: string; reason?: string }[];
}

interface Pod extends KubeObject {
  spec: { nodeName?: string };
  status: Status;
}

const scripts = (given: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(given).map(([name, value]) => [`lotse.dev/sim-${name}`, value]));

const pod = (name: string, spec: object = {}, script: Record<string, string> = {}): KubeObject & { spec: object } => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name, namespace: "default", annotations: scripts(script) },
  spec: { containers: [{ name: "web", image: "nginx" }], ...spec },
});

describe.skipIf(kubernetes.skip)(kubernetes.skip ?? "pods", () => {
  let sandbox: Sandbox;
  let made: MadeCluster;
  let kube: Kube;
  let before: string | undefined;

  const stateOf = (): string | undefined => sandbox.kubernetes?.status()[0]?.state;
  const find = (name: string): Promise<Pod> => kube.get<Pod>(resources.pods, { namespace: "default", name });
  const until = (name: string, good: (status: Status, found: Pod) => boolean): Promise<Pod> =>
    eventually(
      () => find(name),
      (found) => good(found.status, found),
    );
  const create = (object: KubeObject): Promise<unknown> => kube.create(resources.pods, object);

  const template = (app: string, more: object = {}, annotations: Record<string, string> = {}): object => ({
    metadata: { labels: { app }, annotations },
    spec: { containers: [{ name: app, image: app }], ...more },
  });
  const selects = (app: string): object => ({ selector: { matchLabels: { app } } });
  const make = (group: string, kind: string, name: string, spec: object): Promise<unknown> =>
    kube.connection.send({
      method: "POST",
      path: `/apis/${group}/namespaces/default/${kind.toLowerCase()}s`,
      body: { apiVersion: group, kind, metadata: { name }, spec },
      what: `create ${kind}`,
    });
  /** Status of a controller's object, once it is as it should be. */
  const grown = async (path: string, good: (status: Controlled) => boolean): Promise<Controlled> => {
    const [group, version, plural, name] = path.split("/");
    const whole = `/apis/${group}/${version}/namespaces/default/${plural}/${name}`;
    const look = async (): Promise<Controlled> =>
      (await kube.connection.send<{ status?: Controlled }>({ method: "GET", path: whole, what: `read ${name}` }))
        .status ?? {};
    return eventually(look, good);
  };

  beforeAll(async () => {
    sandbox = await createSandbox({ listen: false });
    made = makeCluster(sandbox, "shop");
    before = stateOf();
    makeGroup(sandbox, made, "workers", 2);
    // Nobody has connected yet: its first node wakes the cluster.
    await eventually(
      () => Promise.resolve(stateOf()),
      (state) => state === "running",
    );
    kube = kubeOf({ sandbox, send: made.send }, "shop");
    await eventually(
      () => kube.list<KubeObject & { status: Status }>(resources.nodes),
      (nodes) => nodes.length === 2 && nodes.every(({ status }) => status.conditions?.at(-1)?.status === "True"),
    );
  });

  afterAll(async () => {
    kube?.close();
    await sandbox?.close();
  });

  it("have a cluster that slept until its first node came", ({ expect }) => {
    // Until then nobody had connected.
    expect(before).toBe("asleep");
  });

  it("are behind Services whose load balancers nobody makes: an event says so", async ({ expect }) => {
    await kube.create<KubeObject & { spec: object }>(resources.services, {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "entry", namespace: "default" },
      spec: { type: "LoadBalancer", selector: { app: "entry" }, ports: [{ port: 80 }] },
    });
    const reasons = await eventually(
      () => eventsOf(kube, "entry"),
      (seen) => seen.length > 0,
    );
    expect(reasons).toEqual(["SyncLoadBalancerFailed"]);
  });

  it("start as slowly as they are told, and are ready as late", async ({ expect }) => {
    // An hour and more: a busy machine doesn't make up for that.
    await create(pod("pulling", {}, { "start-seconds": "36000" }));
    await create(pod("warming", {}, { "start-seconds": "0", "ready-seconds": "36000" }));
    await create(pod("quick", {}, { "start-seconds": "3", "ready-seconds": "3" }));
    const { status: warm } = await until("warming", ({ phase }) => phase === "Running");
    expect(warm.containerStatuses?.[0]?.ready).toBe(false);
    expect(warm.conditions?.find(({ type }) => type === "Ready")?.reason).toBe("ContainersNotReady");
    await until("quick", ({ containerStatuses: [web] = [] }) => web?.ready === true);
    const { status: slow } = await find("pulling");
    expect([slow.phase, slow.containerStatuses?.[0]?.state["waiting"]?.reason]).toEqual([
      "Pending",
      "ContainerCreating",
    ]);
    expect((await find("warming")).status.containerStatuses?.[0]?.ready).toBe(false);
  });

  it("belong to Jobs, DaemonSets and StatefulSets of Kubernetes' own controllers", async ({ expect }) => {
    const once = { restartPolicy: "Never" };
    await make("batch/v1", "Job", "work", { completions: 2, parallelism: 2, template: template("work", once) });
    const failing = template("failing", once, { "lotse.dev/sim-exit-code": "3" });
    await make("batch/v1", "Job", "failing", { backoffLimit: 0, template: failing });
    await make("apps/v1", "DaemonSet", "agent", { ...selects("agent"), template: template("agent") });
    const set = { serviceName: "db", replicas: 2, ...selects("db"), template: template("db") };
    await make("apps/v1", "StatefulSet", "db", set);
    const is = (type: string, { conditions = [] }: Controlled): boolean =>
      conditions.some((condition) => condition.type === type && condition.status === "True");
    expect((await grown("batch/v1/jobs/work", (now) => is("Complete", now))).succeeded).toBe(2);
    const { conditions = [] } = await grown("batch/v1/jobs/failing", (now) => is("Failed", now));
    expect(conditions.map(({ reason }) => reason)).toContain("BackoffLimitExceeded");
    await grown("apps/v1/daemonsets/agent", ({ numberReady }) => numberReady === 2);
    await grown("apps/v1/statefulsets/db", ({ readyReplicas }) => readyReplicas === 2);
    expect([(await find("db-0")).status.phase, (await find("db-1")).status.phase]).toEqual(["Running", "Running"]);
  });

  it("run their init containers one after the other, and keep sidecars", async ({ expect }) => {
    const initContainers = [
      { name: "first", image: "a" },
      { name: "side", image: "b", restartPolicy: "Always" },
    ];
    await create(pod("inits", { initContainers }, { "run-seconds.first": "5" }));
    const waiting = await until("inits", (status) => status.initContainerStatuses?.[0]?.state["running"] !== undefined);
    expect(waiting.status.phase).toBe("Pending");
    expect(waiting.status.conditions?.find(({ type }) => type === "Initialized")?.status).toBe("False");
    const { status } = await until("inits", ({ phase }) => phase === "Running");
    expect(status.initContainerStatuses?.map(({ state }) => Object.keys(state)[0])).toEqual(["terminated", "running"]);
  });

  it("crash as often as they are told, back off, and come up", async ({ expect }) => {
    await create(pod("shaky", {}, { crash: "3" }));
    const seen = await until(
      "shaky",
      ({ containerStatuses }) => containerStatuses?.[0]?.state["waiting"]?.reason === "CrashLoopBackOff",
    );
    expect(seen.status.phase).toBe("Running");
    await until("shaky", ({ containerStatuses: [web] = [] }) => web?.restartCount === 3 && web.ready);
    expect(await eventsOf(kube, "shaky")).toContain("BackOff");
  });

  it("end for good when they aren't restarted, with the exit code they are told", async ({ expect }) => {
    await create(pod("once", { restartPolicy: "Never" }, { "exit-code": "7" }));
    const { status } = await until("once", ({ phase }) => phase === "Failed");
    expect(status.containerStatuses?.[0]?.state["terminated"]?.exitCode).toBe(7);
    await create(pod("late", { activeDeadlineSeconds: 5 }));
    expect((await until("late", ({ phase }) => phase === "Failed")).status.reason).toBe("DeadlineExceeded");
  });

  it("wait for an image that can't be had, and are not ready when told so", async ({ expect }) => {
    await create(pod("imageless", {}, { "pull-error": "true" }));
    await until(
      "imageless",
      (status) => status.containerStatuses?.[0]?.state["waiting"]?.reason === "ImagePullBackOff",
    );
    await create(pod("unready", {}, { ready: "false" }));
    const { status } = await until("unready", ({ phase }) => phase === "Running");
    expect(status.containerStatuses?.[0]?.ready).toBe(false);
    await create(pod("wrong", {}, { crsh: "3" }));
    await eventually(
      () => eventsOf(kube, "wrong"),
      (reasons) => reasons.includes("InvalidSimulation"),
    );
  });

  it("take their time to stop, no longer than their grace period; finalizers hold them", async ({ expect }) => {
    const held = pod("held", { terminationGracePeriodSeconds: 10 }, { "stop-seconds": "600" });
    held.metadata.finalizers = ["example.com/hold"];
    await create(held);
    await until("held", ({ phase }) => phase === "Running");
    await kube.delete(resources.pods, { namespace: "default", name: "held" });
    const { status } = await until("held", ({ phase }) => phase === "Failed");
    expect(status.containerStatuses?.[0]?.state["terminated"]?.exitCode).toBe(137);
    await kube.patch(resources.pods, { namespace: "default", name: "held" }, "merge", {
      metadata: { finalizers: null },
    });
    await eventually(
      () => kube.find(resources.pods, { namespace: "default", name: "held" }),
      (found) => found === undefined,
    );
  });

  it("leave their conditions to others: readiness gates open when their controller says so", async ({ expect }) => {
    await create(pod("gated", { readinessGates: [{ conditionType: "example.com/gate" }] }));
    const closed = await until("gated", ({ phase }) => phase === "Running");
    const ready = ({ status }: Pod): { status: string; reason?: string } | undefined =>
      status.conditions?.find(({ type }) => type === "Ready");
    expect(ready(closed)).toMatchObject({ status: "False", reason: "ReadinessGatesNotReady" });
    await kube.connection.send({
      method: "PATCH",
      path: "/api/v1/namespaces/default/pods/gated/status",
      patch: "strategic",
      body: { status: { conditions: [{ type: "example.com/gate", status: "True" }] } },
      what: "open the gate",
    });
    const open = await until("gated", (_status, found) => ready(found)?.status === "True");
    expect(ready(open)?.reason).toBeUndefined();
  });

  it("say again that they are ready when the node controller has marked them", async ({ expect }) => {
    await kube.connection.send({
      method: "PATCH",
      path: "/api/v1/namespaces/default/pods/shaky/status",
      patch: "strategic",
      body: { status: { conditions: [{ type: "Ready", status: "False", reason: "NodeNotReady" }] } },
      what: "mark a pod",
    });
    const isReady = ({ conditions }: Status): boolean =>
      conditions?.some(({ type, status }) => type === "Ready" && status === "True") === true;
    const { status } = await until("shaky", isReady);
    expect(status.conditions?.find(({ type }) => type === "Ready")?.reason).toBeUndefined();
  });

  it("have logs that say that nothing runs, and no shell", async ({ expect }) => {
    const { account, region } = sandbox;
    const plane = await sandbox.kubernetes?.cluster({ account, region, name: "shop" })?.wake();
    const read = async (path: string): Promise<string> => (await plane?.client.text(path)) ?? "";
    expect(await read("/api/v1/namespaces/default/pods/shaky/log")).toMatch(
      /^This container is simulated by lotse: nginx does not run/,
    );
    await expect(read("/api/v1/namespaces/default/pods/imageless/log")).rejects.toThrow(
      /waiting to start: ImagePullBackOff/,
    );
    await expect(read("/api/v1/namespaces/default/pods/shaky/proxy/")).rejects.toThrow(
      /Nothing runs in the simulated network of lotse's sandbox/,
    );
  });
});
