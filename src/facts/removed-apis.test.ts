// Which versions go is read from Kubernetes' own sources; here is what everybody knows of them.
import { it } from "vitest";
import { removedApi, removedApis } from "./removed-apis.ts";

it("knows when a version went, and what took its place", ({ expect }) => {
  expect(removedApi("policy/v1beta1", "PodDisruptionBudget")).toEqual({
    apiVersion: "policy/v1beta1",
    kind: "PodDisruptionBudget",
    removedIn: "1.25",
    replacement: "policy/v1",
  });
  expect(removedApi("extensions/v1beta1", "Ingress")?.replacement).toBe("networking.k8s.io/v1");
  expect(removedApi("policy/v1beta1", "PodSecurityPolicy")?.replacement).toBeUndefined();
  expect(removedApi("apps/v1", "Deployment")).toBeUndefined();
});

it("has each kind once, and takes none of them away between 1.34 and 1.36 that is served by default", ({ expect }) => {
  const names = removedApis().map(({ apiVersion, kind }) => `${apiVersion}/${kind}`);
  expect(new Set(names).size).toBe(names.length);
  const between = removedApis().filter(({ removedIn }) => removedIn === "1.35" || removedIn === "1.36");
  // Alpha versions are served by nobody who doesn't ask for them.
  expect(between.filter(({ apiVersion }) => !apiVersion.includes("alpha"))).toEqual([]);
});
