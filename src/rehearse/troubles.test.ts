// What EKS says about an add-on is told once: at its workload, when that is all there is to say.
import { describe, it } from "vitest";
import type { Problem } from "../lotse.ts";
import type { Workload } from "./scene/objects.ts";
import type { Scene } from "./scene/scene.ts";
import type { Standing } from "./scene/workloads.ts";
import { untold } from "./troubles.ts";

const deployments = [
  { name: "coredns", labels: { "k8s-app": "kube-dns" } },
  { name: "ebs-csi-controller", labels: { "app.kubernetes.io/name": "aws-ebs-csi-driver" } },
].map(({ name, labels }): Workload => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name, namespace: "kube-system", labels },
  spec: {},
}));

const scene: Pick<Scene, "find"> = {
  find: (kind, _namespace, name) =>
    (kind === "deployments" ? deployments.find(({ metadata }) => metadata.name === name) : undefined) as never,
};

const waiting = (...names: string[]): Standing[] =>
  names.map((name) => ({
    kind: "Deployment",
    namespace: "kube-system",
    name,
    uid: name,
    ready: false,
    text: "0 of 2",
  }));

const addon = (name: string, code = "InsufficientNumberOfReplicas"): Problem[] => [
  { part: "addon", name, text: `Add-on ${name} is in DEGRADED` },
  { part: "addon", name, code, text: `Add-on ${name}: ${code}: …` },
];

describe("an add-on that EKS calls degraded", () => {
  it("isn't told again when its Deployment, which lacks pods, was explained", ({ expect }) => {
    expect(untold(addon("coredns"), waiting("coredns"), scene)).toEqual([]);
    expect(untold(addon("aws-ebs-csi-driver"), waiting("ebs-csi-controller"), scene)).toEqual([]);
  });

  it("is told when its Deployment is Ready, or is another one's", ({ expect }) => {
    expect(untold(addon("coredns"), waiting("ebs-csi-controller"), scene)).toEqual(addon("coredns"));
    expect(untold(addon("coredns"), [], scene)).toEqual(addon("coredns"));
  });

  it("is told when something else is wrong with it, too", ({ expect }) => {
    const both = [...addon("coredns"), ...addon("coredns", "ConfigurationConflict")];
    expect(untold(both, waiting("coredns"), scene)).toEqual(both);
  });

  it("leaves node groups alone", ({ expect }) => {
    const group: Problem = { part: "nodeGroup", name: "coredns", code: "NodeCreationFailure", text: "…" };
    expect(untold([group], waiting("coredns"), scene)).toEqual([group]);
  });
});
