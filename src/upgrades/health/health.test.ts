import { describe, it } from "vitest";
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

  it("are an API server that was there and is gone; who may never look sees nothing", ({ expect }) => {
    const seen = (gone: boolean): HealthSeen => ({ parts: [], inside: { unread: "no answer", gone } });
    expect(texts(seen(true))).toEqual(["api-server: no answer"]);
    expect([texts(seen(true), false), texts(seen(false))]).toEqual([[], []]);
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
