import { gzipSync } from "node:zlib";
import { describe, it } from "vitest";
import { KubeRefusal } from "../../kube/index.ts";
import type { ReleaseSecret } from "./helm.ts";
import { usesOfRelease } from "./helm.ts";
import type { LiveDoor } from "./live.ts";
import { readLiveUses, usesOf } from "./live.ts";

const secretOf = (release: string): ReleaseSecret => ({
  apiVersion: "v1",
  kind: "Secret",
  metadata: { name: "sh.helm.release.v1.web.v3", namespace: "shop", labels: { name: "web" } },
  data: { release: Buffer.from(release).toString("base64") },
});
const packed = (release: unknown): string => gzipSync(JSON.stringify(release)).toString("base64");

describe("a Helm release", () => {
  it("is unpacked, and its manifest read, lists and all", ({ expect }) => {
    const manifest = `---
# Source: web/templates/pdb.yaml
apiVersion: policy/v1beta1
kind: PodDisruptionBudget
metadata: {name: web}
---
apiVersion: v1
kind: List
items:
- {apiVersion: batch/v1beta1, kind: CronJob, metadata: {name: tidy, namespace: ops}}
- {apiVersion: apps/v1, kind: Deployment, metadata: {name: web}}
---
`;
    const place = { source: "helm", by: "shop/web" };
    expect(usesOfRelease(secretOf(packed({ manifest })))).toEqual({
      uses: [
        { ...place, apiVersion: "policy/v1beta1", kind: "PodDisruptionBudget", name: "web", namespace: "shop" },
        { ...place, apiVersion: "batch/v1beta1", kind: "CronJob", name: "tidy", namespace: "ops" },
      ],
    });
  });

  it("of Helm's first days isn't gzipped", ({ expect }) => {
    const text = Buffer.from(JSON.stringify({ manifest: "" })).toString("base64");
    expect(usesOfRelease(secretOf(text))).toEqual({ uses: [] });
  });

  it.for([
    ["is nothing", ""],
    ["is no release", Buffer.from("hello").toString("base64")],
    ["has no manifest", packed({})],
    ["has a manifest that is no YAML", packed({ manifest: "a: [" })],
    ["unpacks to more than any chart", gzipSync(Buffer.alloc(33 * 1024 * 1024)).toString("base64")],
    [
      "multiplies itself by aliases",
      packed({ manifest: `a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [${"*a,".repeat(50)}]\nc: [${"*b,".repeat(50)}]` }),
    ],
  ] as const)("that %s is unknown, with the release's name", ([, text], { expect }) => {
    expect(usesOfRelease(secretOf(text))).toEqual({ unread: expect.stringContaining("shop/web") });
  });
});

describe("a live object", () => {
  const object = (managedFields: object[], annotations: Record<string, string> = {}): Parameters<typeof usesOf>[0] =>
    ({
      apiVersion: "networking.k8s.io/v1",
      kind: "ServiceCIDR",
      metadata: { name: "more", managedFields, annotations },
    }) as Parameters<typeof usesOf>[0];
  const old = "networking.k8s.io/v1beta1";
  const applied = (text: string): Record<string, string> => ({
    "kubectl.kubernetes.io/last-applied-configuration": text,
  });

  it("is written in a version by its managers, or by kubectl apply", ({ expect }) => {
    expect(usesOf(object([{ manager: "argocd", apiVersion: old }]), "ServiceCIDR")).toEqual([
      { source: "live", apiVersion: old, kind: "ServiceCIDR", name: "more", by: "argocd" },
    ]);
    expect(usesOf(object([], applied(`{"apiVersion":"${old}"}`)), "ServiceCIDR")).toMatchObject([
      { by: "kubectl apply", apiVersion: old },
    ]);
  });

  it("tells nothing where the control plane wrote it, the version stays, or the annotation is no JSON", ({
    expect,
  }) => {
    expect(usesOf(object([{ manager: "kube-apiserver", apiVersion: old }]), "ServiceCIDR")).toEqual([]);
    expect(usesOf(object([{ manager: "argocd", apiVersion: "networking.k8s.io/v1" }]), "ServiceCIDR")).toEqual([]);
    expect(usesOf(object([], applied("{")), "ServiceCIDR")).toEqual([]);
  });
});

describe("a cluster's API", () => {
  const resource = (name: string, kind: string, verbs = ["get", "list"]): object => ({
    name,
    kind,
    namespaced: true,
    verbs,
  });
  /** Serves these groups, and objects by their plural. */
  const api = (groups: Record<string, object[]>, objects: Record<string, object[]>): LiveDoor & { asked: string[] } => {
    const asked: string[] = [];
    return {
      asked,
      connection: {
        send: async <T>({ path }: { path: string }): Promise<T> => {
          const resources = groups[path];
          if (resources) return { resources } as T;
          const status = { status: 404, reason: "", message: "404 page not found", causes: [] };
          throw new KubeRefusal("kube/not-found", status, { title: path });
        },
      },
      list: async <T>({ group, version, plural }: { group: string; version: string; plural: string }): Promise<T[]> => {
        asked.push(`${group}/${version} ${plural}`);
        return (objects[plural] ?? []) as T[];
      },
    };
  };

  it("is asked for kinds that have a version that goes, each once, and never for subresources", async ({ expect }) => {
    const network = [
      resource("servicecidrs", "ServiceCIDR"),
      resource("servicecidrs/status", "ServiceCIDR"),
      resource("networkpolicies", "NetworkPolicy"),
      resource("others", "Other"),
    ];
    const door = api(
      { "/apis/networking.k8s.io/v1": network, "/apis/networking.k8s.io/v1beta1": network.slice(0, 1) },
      {
        servicecidrs: [
          {
            metadata: { name: "more", managedFields: [{ manager: "argocd", apiVersion: "networking.k8s.io/v1beta1" }] },
          },
        ],
      },
    );
    expect(await readLiveUses(door)).toMatchObject([{ name: "more", by: "argocd" }]);
    expect(new Set(door.asked.map((each) => each.split(" ")[1]))).toEqual(new Set(["networkpolicies", "servicecidrs"]));
    expect(door.asked).toHaveLength(2);
  });

  it("that serves none of them has nothing", async ({ expect }) => {
    expect(await readLiveUses(api({}, {}))).toEqual([]);
  });
});
