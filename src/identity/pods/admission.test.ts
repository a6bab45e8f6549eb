// Reviews as API servers send them, and as nobody should.
import fc from "fast-check";
import { describe, it } from "vitest";
import { notUnderstood, passed, patched, readPodReview } from "./admission.ts";
import { mutatePod } from "./mutate.ts";
import { webhookDefaults } from "./settings.ts";

const review = (request: unknown, apiVersion = "admission.k8s.io/v1"): string =>
  JSON.stringify({ apiVersion, kind: "AdmissionReview", request });
const request = (object: unknown, more: object = {}): object => ({
  uid: "u-1",
  kind: { group: "", version: "v1", kind: "Pod" },
  namespace: "shop",
  operation: "CREATE",
  object,
  ...more,
});
const pod = {
  metadata: { generateName: "cart-" },
  spec: { serviceAccountName: "cart", containers: [{ name: "app" }] },
};

describe("a review", () => {
  it("is read with the request's namespace, and answered in its own version", ({ expect }) => {
    for (const version of ["admission.k8s.io/v1", "admission.k8s.io/v1beta1"]) {
      const read = readPodReview(review(request({ ...pod, metadata: { namespace: "" } }), version));
      if (read.kind !== "pod") throw new Error(read.kind);
      expect(read.review).toMatchObject({ namespace: "shop", serviceAccount: "cart", uid: "u-1", apiVersion: version });
      expect(JSON.parse(passed(read.review))).toEqual({
        apiVersion: version,
        kind: "AdmissionReview",
        response: { uid: "u-1", allowed: true },
      });
    }
  });

  it("is answered with a patch in base64", ({ expect }) => {
    const head = { apiVersion: "admission.k8s.io/v1", kind: "AdmissionReview", uid: "u-1" };
    const { response } = JSON.parse(patched(head, [{ op: "add", path: "/x", value: 1 }])) as {
      response: { patch: string };
    };
    expect(response).toMatchObject({ allowed: true, patchType: "JSONPatch" });
    expect(JSON.parse(Buffer.from(response.patch, "base64").toString())).toEqual([{ op: "add", path: "/x", value: 1 }]);
  });

  it("about anything else passes: other kinds, updates, pods that want to be left alone", ({ expect }) => {
    const labels = { "eks.amazonaws.com/skip-pod-identity-webhook": "" };
    for (const asked of [
      request({}, { kind: { kind: "Service" } }),
      request(pod, { operation: "UPDATE" }),
      request({ ...pod, metadata: { labels } }),
    ])
      expect(readPodReview(review(asked)).kind).toBe("other");
  });

  it.for([
    ["not JSON", "{"],
    ["a list", "[]"],
    ["null", "null"],
    ["no request", review(undefined)],
    ["no object", review(request(undefined))],
    ["no spec", review(request({ metadata: {} }))],
    ["containers as an object", review(request({ spec: { containers: {} } }))],
    ["a container that is a number", review(request({ spec: { containers: [1] } }))],
    ["variables as a text", review(request({ spec: { containers: [{ name: "a", env: "x" }] } }))],
    ["labels with numbers", review(request({ ...pod, metadata: { labels: { a: 1 } } }))],
    ["a selector as a list", review(request({ spec: { ...pod.spec, nodeSelector: [] } }))],
    ["a service account as an object", review(request({ spec: { ...pod.spec, serviceAccountName: {} } }))],
  ])("that is none is refused with the reason: %s", ([, body], { expect }) => {
    const read = readPodReview(body ?? "");
    if (read.kind !== "bad") throw new Error(read.kind);
    const { response } = JSON.parse(notUnderstood(read.head, read.problem)) as {
      response: { allowed: boolean; status: { message: string } };
    };
    expect(response.allowed).toBe(false);
    expect(response.status.message).not.toBe("");
  });

  it("nested a hundred thousand deep is read like any other", ({ expect }) => {
    const deep = `${'{"a":'.repeat(100_000)}1${"}".repeat(100_000)}`;
    const body = review(request(pod)).replace('"spec":{', `"spec":{"deep":${deep},`);
    const read = readPodReview(body);
    if (read.kind !== "pod") throw new Error(read.kind);
    const identity = { mode: "container-credentials", regionalSts: true, tokenExpiration: 900 } as const;
    expect(mutatePod(read.review.pod, identity, webhookDefaults, 0).length).toBeGreaterThan(0);
  });

  it("of any JSON at all never throws, and what is read as a pod can be mutated", ({ expect }) => {
    const identity = { mode: "container-credentials", regionalSts: true, tokenExpiration: 86_400 } as const;
    const part = fc.oneof(fc.jsonValue(), fc.constantFrom(null, [], {}, "x", [{ name: "a" }]));
    const container = fc.record({ name: part, env: part, volumeMounts: part }, { requiredKeys: [] });
    const spec = fc.record(
      {
        containers: fc.oneof(part, fc.array(container)),
        initContainers: fc.oneof(part, fc.array(container)),
        volumes: part,
        nodeSelector: part,
        serviceAccountName: part,
      },
      { requiredKeys: [] },
    );
    const object = fc.record({ metadata: fc.oneof(part, fc.record({ labels: part, annotations: part })), spec });
    const run = fc.check(
      fc.property(fc.oneof(part, object), (value) => {
        const read = readPodReview(review(request(value)));
        if (read.kind === "pod") mutatePod(read.review.pod, identity, webhookDefaults, 0.5);
      }),
      { numRuns: 500 },
    );
    expect(fc.defaultReportMessage(run)).toBeUndefined();
  });
});
