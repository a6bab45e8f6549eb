// `get … -o json` in eksctl's shapes: the same members in the same order, null where eksctl prints null.
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, it } from "vitest";
import { get } from "../../src/lotse.ts";
import { openWorld } from "../helpers/world.ts";

const file = `
apiVersion: eksctl.io/v1alpha5
kind: ClusterConfig
metadata: {name: life, region: eu-central-1, version: "1.34", tags: {team: platform}}
iam: {withOIDC: true, serviceAccounts: [{metadata: {name: external-dns, namespace: kube-system}, wellKnownPolicies: {externalDNS: true}}]}
cloudWatch: {clusterLogging: {enableTypes: ["*"]}}
managedNodeGroups: [{name: mng, instanceType: t3.large, minSize: 1, maxSize: 4, desiredCapacity: 2}]
nodeGroups: [{name: sng, instanceType: t3.large, minSize: 1, maxSize: 4, desiredCapacity: 1}]
fargateProfiles: [{name: fp-batch, selectors: [{namespace: batch, labels: {compute: fargate}}]}]
`;

const golden = (name: string): unknown[] =>
  JSON.parse(
    readFileSync(resolve(import.meta.dirname, `../fixtures/eksctl-outputs/${name}.json`), "utf8"),
  ) as unknown[];

/** Members in order with the kind of their value; maps of free keys are one kind. */
function shape(value: unknown, key = ""): unknown {
  if (value === null) return "null";
  if (Array.isArray(value)) return value.length === 0 ? "empty list" : [shape(value[0])];
  if (typeof value !== "object") return typeof value;
  if (/^(tags|labels)$/i.test(key)) return "map";
  return Object.entries(value).map(([member, inner]) => [member, shape(inner, member)]);
}

describe("get in eksctl's shape", async () => {
  const world = await openWorld({ kubernetes: "off" });
  const result = await world.apply(file);
  const { aws } = world;

  it("has a cluster to show", ({ expect }) => {
    expect(result.failed.map(({ message }) => message)).toEqual([]);
  });

  it.for([
    ["get-clusters", () => get.clusters(aws)],
    ["get-nodegroup", () => get.nodeGroups(aws, "life")],
    ["get-iamserviceaccount", () => get.serviceAccounts(aws, "life")],
  ] as const)("%s", async ([name, read], { expect }) => {
    expect(shape((await read())[0])).toEqual(shape(golden(name)[0]));
  });

  it("get-nodegroup lists self-managed groups first", async ({ expect }) => {
    const types = (groups: readonly unknown[]): unknown[] => groups.map((group) => (group as { Type: string }).Type);
    expect(types(await get.nodeGroups(aws, "life"))).toEqual(types(golden("get-nodegroup")));
  });

  it("get-addon", async ({ expect }) => {
    const addons = await get.addons(aws, "life");
    expect(Object.keys(addons[0] ?? {})).toEqual(Object.keys(golden("get-addon")[0] as object));
    // Without issues and identities eksctl prints null.
    expect(addons.find(({ Name }) => Name === "kube-proxy")).toMatchObject({
      IAMRole: "",
      ConfigurationValues: "",
      Issues: null,
      PodIdentityAssociations: null,
    });
  });

  it("get-fargateprofile, and the subnets that a stub doesn't know", async ({ expect }) => {
    const [profile] = await get.fargateProfiles(aws, "life");
    const { subnets, ...rest } = profile ?? { subnets: [] };
    expect(shape(rest)).toEqual(shape(golden("get-fargateprofile")[0]));
    expect(subnets?.length).toBe(3);
  });

  it("get-cluster", async ({ expect }) => {
    const [cluster] = await get.cluster(aws, "life");
    expect(Object.keys(cluster ?? {})).toEqual(Object.keys(golden("get-cluster")[0] as object));
    const recorded = golden("get-cluster")[0] as Record<string, unknown>;
    for (const member of [
      "AccessConfig",
      "CertificateAuthority",
      "Health",
      "Identity",
      "KubernetesNetworkConfig",
      "Logging",
      "ResourcesVpcConfig",
    ]) {
      expect(Object.keys((cluster?.[member] ?? {}) as object), member).toEqual(Object.keys(recorded[member] as object));
    }
    expect(cluster?.["OutpostConfig"]).toBeNull();
    expect(cluster?.["CreatedAt"]).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/);
    await world.close();
  });
});
