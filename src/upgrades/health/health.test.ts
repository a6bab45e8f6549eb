import { describe, it } from "vitest";
import type { Resource } from "../../kube/index.ts";
import { resources } from "../../kube/index.ts";
import { readInside } from "./read.ts";
import type { HealthSeen, WorkloadState } from "./signs.ts";
import { signsOf } from "./signs.ts";
import { awaitHealth, signText, unhealthyAfter } from "./watch.ts";

const web: WorkloadState = { subject: "deployment/shop/web", wanted: 3, ready: 3, updated: 3, seen: true };
const world = (change: Partial<WorkloadState> = {}, ready = true, status = "ACTIVE"): HealthSeen => ({
  parts: [{ subject: "addon/coredns", status, issues: [] }],
  inside: { nodes: [{ name: "a", ready, reason: "it isn't Ready: gone" }], workloads: [{ ...web, ...change }] },
});
const texts = (seen: HealthSeen, wasInside = true): string[] =>
  signsOf(seen, wasInside).map(({ subject, text }) => `${subject}: ${text}`);

describe("signs that a cluster isn't well", () => {
  it("are none where everything is there", ({ expect }) => {
    expect(signsOf(world())).toEqual([]);
    // More than wanted, while old pods end.
    expect(signsOf(world({ ready: 4, updated: 4 }))).toEqual([]);
  });

  it("are parts of EKS, nodes, and workloads that lack pods or still have old ones", ({ expect }) => {
    expect(texts(world({}, true, "DEGRADED"))).toEqual(["addon/coredns: it is DEGRADED"]);
    expect(texts(world({}, false))).toEqual(["node/a: it isn't Ready: gone"]);
    expect(texts(world({ ready: 1 }))).toEqual(["deployment/shop/web: 1 of 3 pods Ready"]);
    expect(texts(world({ updated: 2 }))).toEqual(["deployment/shop/web: 2 of 3 pods of its new template"]);
    expect(texts(world({ seen: false }))).toHaveLength(1);
  });

  it("are an issue of a part that is ACTIVE, and one that EKS works on passes", ({ expect }) => {
    const issues = ["InsufficientFreeAddresses: none left"];
    expect(texts({ ...world(), parts: [{ subject: "cluster/demo", status: "ACTIVE", issues }] })).toEqual([
      "cluster/demo: it is ACTIVE; InsufficientFreeAddresses: none left",
    ]);
    expect(signsOf(world({}, true, "UPDATING"))).toMatchObject([{ passes: true }]);
  });

  it("are an API server that could be asked and can't be any more; who may never look sees nothing", ({ expect }) => {
    const seen: HealthSeen = { parts: [], inside: { unread: "no answer" } };
    expect(texts(seen)).toEqual(["api-server: no answer"]);
    expect(texts(seen, false)).toEqual([]);
  });
});

describe("a rollout that somebody holds", () => {
  const web = { metadata: { namespace: "shop", name: "web" } };
  const three = { replicas: 3, readyReplicas: 3, availableReplicas: 3 };
  const partition = (first: number): object => ({ type: "RollingUpdate", rollingUpdate: { partition: first } });

  it.for([
    ["pods below a partition stay", "statefulSets", { updateStrategy: partition(2) }, 1, []],
    ["those from it on have to follow", "statefulSets", { updateStrategy: partition(1) }, 1, ["2 of 3"]],
    ["pods of OnDelete stay", "statefulSets", { updateStrategy: { type: "OnDelete" } }, 0, []],
    ["a paused Deployment stays", "deployments", { paused: true }, 0, []],
    ["others have to follow", "deployments", {}, 2, ["2 of 3"]],
  ] as const)("%s", async ([, plural, spec, updatedReplicas, expected], { expect }) => {
    const object = { ...web, spec: { replicas: 3, ...spec }, status: { ...three, updatedReplicas } };
    const list = <T>(of: Resource): Promise<T[]> => Promise.resolve((of === resources[plural] ? [object] : []) as T[]);
    const signs = signsOf({ parts: [], inside: await readInside({ list }) });
    expect(signs.map(({ text }) => text)).toEqual(expected.map((text) => `${text} pods of its new template`));
  });
});

describe("waiting until a cluster is well", () => {
  /** Gives one look after the other, the last one again and again. */
  const looking = (...looks: HealthSeen[]): { look: () => Promise<HealthSeen>; taken: () => number } => {
    let taken = 0;
    return {
      look: () => {
        const seen = looks[Math.min(taken, looks.length - 1)] as HealthSeen;
        taken += 1;
        return Promise.resolve(seen);
      },
      taken: () => taken,
    };
  };
  const rest = { known: [], wasInside: true };

  it("ends with two good looks, for pods are counted late", async ({ expect }) => {
    const { look, taken } = looking(world(), world({ ready: 2 }), world());
    const heard: string[] = [];
    const waiting = (signs: Parameters<typeof signText>[0]): void => void heard.push(signText(signs));
    expect(await awaitHealth({ ...rest, look, grace: 60, waiting })).toEqual([]);
    expect([taken(), heard]).toEqual([4, ["deployment/shop/web: 2 of 3 pods Ready"]]);
  });

  it("ends with the signs that stay", async ({ expect }) => {
    const { look } = looking(world({ ready: 2 }));
    const signs = await awaitHealth({ ...rest, look, grace: 0 });
    expect(signs.map(({ subject }) => subject)).toEqual(["deployment/shop/web"]);
    const error = unhealthyAfter("addon/coredns", signs);
    expect(error.message).toBe("Not well after addon/coredns: deployment/shop/web: 2 of 3 pods Ready");
    expect(error.diagnostic.data).toEqual({ after: "addon/coredns", signs });
  });

  it("leaves out what was so before the upgrade, and goes when it is told to", async ({ expect }) => {
    const { look } = looking(world({ ready: 2 }));
    expect(await awaitHealth({ ...rest, look, grace: 0, known: signsOf(world({ ready: 1 })) })).toEqual([]);
    const signal = AbortSignal.abort(new Error("stop"));
    await expect(awaitHealth({ ...rest, look, grace: 60, signal })).rejects.toThrow("stop");
  });

  it("names five signs and counts the rest", ({ expect }) => {
    const nodes = Array.from({ length: 7 }, (_, i) => ({ name: `n${i}`, ready: false, reason: "lost" }));
    const text = signText(signsOf({ parts: [], inside: { nodes, workloads: [] } }));
    expect(text).toBe("node/n0: lost; node/n1: lost; node/n2: lost; node/n3: lost; node/n4: lost; and 2 more");
  });
});
