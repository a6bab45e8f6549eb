// Versions that go are named before a server is asked, at the line of their apiVersion.
import { describe, it } from "vitest";
import { warningsOf } from "./apply.ts";
import { lifecycleFindings } from "./lifecycle.ts";
import { parseManifests } from "./read.ts";

const manifest = (apiVersion: string, kind: string): string =>
  `# of somebody\nkind: ${kind}\napiVersion: ${apiVersion}\nmetadata: { name: x }\n`;
const found = (apiVersion: string, kind: string, from = "1.34", to = from): string[] =>
  lifecycleFindings(parseManifests("x.yaml", manifest(apiVersion, kind)).manifests, from, to).map(
    ({ code, severity, title, at }) => `${at?.line} ${severity} ${code} ${title}`,
  );

describe("a manifest's apiVersion", () => {
  it.for([
    ["policy/v1beta1", "PodDisruptionBudget", "1.25"],
    ["flowcontrol.apiserver.k8s.io/v1beta3", "FlowSchema", "1.32"],
    ["extensions/v1beta1", "Ingress", "1.22"],
    ["batch/v1beta1", "CronJob", "1.25"],
  ] as const)("%s %s is gone", ([apiVersion, kind], { expect }) => {
    expect(found(apiVersion, kind)).toEqual([
      `3 error rehearse/removed-api ${kind} x: Kubernetes 1.34 doesn't serve ${apiVersion} ${kind}`,
    ]);
  });

  it("goes with the upgrade, goes later, or stays", ({ expect }) => {
    const lifecycle = ["storage.k8s.io/v1beta1", "VolumeAttributesClass"] as const;
    expect(found(...lifecycle, "1.36", "1.37")[0]).toContain(
      "error rehearse/removed-api VolumeAttributesClass x: the upgrade to 1.37 takes away",
    );
    expect(found(...lifecycle, "1.34", "1.36")[0]).toContain("warning rehearse/deprecated-api");
    expect(found("policy/v1", "PodDisruptionBudget", "1.34", "1.36")).toEqual([]);
    // A kind of somebody else's that is called alike.
    expect(found("example.com/v1beta1", "PodDisruptionBudget")).toEqual([]);
  });
});

it("reads the API server's warnings, several in one header and with quotes in them", ({ expect }) => {
  const header =
    '299 - "v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice", 299 - "would violate \\"x\\", \\\\o"';
  expect(warningsOf(header)).toEqual([
    "v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice",
    'would violate "x", \\o',
  ]);
  expect(warningsOf(undefined)).toEqual([]);
});
