// `controllers:` of the Platform document: roles are installed with their accounts and IAM roles, kept right, and taken down.
import { afterAll, beforeAll, describe, it } from "vitest";
import type { Kube, KubeObject } from "../../src/kube/index.ts";
import { resources } from "../../src/kube/index.ts";
import { kubernetesOr } from "../../src/sandbox/kube/assets/testing.ts";
import { eventually, kubeOf } from "../helpers/kubernetes.ts";
import { openWorld, stepsOf, type World } from "../helpers/world.ts";

const kubernetes = await kubernetesOr("1.35");

const cluster = `apiVersion: eksctl.io/v1alpha5
kind: ClusterConfig
metadata: { name: roles, region: eu-central-1, version: "1.35" }
iam: { withOIDC: true }
managedNodeGroups:
  - { name: workers, instanceType: m5.large, desiredCapacity: 1, minSize: 1, maxSize: 1 }
`;
const platform = (roles: string): string =>
  `${cluster}---\napiVersion: lotse.dev/v1alpha1\nkind: Platform\ncontrollers: { image: "registry.example.com/lotse:1", roles: [${roles}] }\n`;
const both = platform("{ name: metadata-proxy, flags: [--log-level=debug] }, { name: pod-identity-webhook }");
const one = platform("{ name: pod-identity-webhook }");

interface Workload extends KubeObject {
  spec: { template: { spec: { containers: { image: string; args: string[] }[] } } };
}
interface Pod extends KubeObject {
  spec: { serviceAccountName?: string };
  status: { phase: string };
}
const namespace = "lotse-system";
const proxy = { namespace, name: "lotse-metadata-proxy" };
const hook = { namespace, name: "lotse-pod-identity-webhook" };

describe.skipIf(kubernetes.skip)(kubernetes.skip ?? "a file that asks for roles of lotse", () => {
  let world: World;
  let kube: Kube;

  beforeAll(async () => {
    world = await openWorld();
  });

  afterAll(async () => {
    kube?.close();
    await world?.close();
  });

  const find = <T extends KubeObject>(
    resource: (typeof resources)["pods"],
    key: typeof proxy,
  ): Promise<T | undefined> => kube.find<T>(resource, key);

  it("gets them, with accounts whose IAM roles allow what they need", async ({ expect }) => {
    const planned = await world.plan(both);
    expect(planned.steps.filter(({ kind }) => kind === "controller").map(({ id, pending }) => [id, pending])).toEqual([
      ["controller/metadata-proxy", false],
      ["controller/pod-identity-webhook", false],
    ]);
    expect(planned.steps.map(({ id }) => id)).toContain("iamserviceaccount/lotse-system/lotse-metadata-proxy");
    const result = await world.apply(both);
    expect(result.failed).toEqual([]);
    kube = kubeOf(world, "roles");
    const daemons = await find<Workload>(resources.daemonSets, proxy);
    const [container] = daemons?.spec.template.spec.containers ?? [];
    expect(container?.image).toBe("registry.example.com/lotse:1");
    expect(container?.args).toContain("--log-level=debug");
    const account = await find(resources.serviceAccounts, proxy);
    const arn = account?.metadata.annotations?.["eks.amazonaws.com/role-arn"] ?? "";
    const { PolicyNames } = world.send<{ PolicyNames: string[] }>("iam", "ListRolePolicies", {
      RoleName: arn.slice(arn.lastIndexOf("/") + 1),
    });
    expect(PolicyNames).toHaveLength(1);
    // Its pods are simulated, with everything that a scheduler and an admission chain look at.
    const pods = await eventually(
      () => kube.list<Pod>(resources.pods, { namespace }),
      (all) => all.length >= 2 && all.some(({ status }) => status.phase === "Running"),
    );
    expect(pods.map(({ spec }) => spec.serviceAccountName)).toContain(proxy.name);
    expect(stepsOf(await world.plan(both))).toEqual([]);
  });

  it("is told what somebody changed, and puts that right alone", async ({ expect }) => {
    await kube.delete(resources.services, hook);
    await kube.patch(resources.daemonSets, proxy, "json", [
      { op: "replace", path: "/spec/template/spec/containers/0/image", value: "evil.example.com/lotse:1" },
    ]);
    const planned = await world.plan(both);
    expect(planned.steps.map(({ id, action, why }) => [id, action, why.map(({ text }) => text)])).toEqual([
      ["controller/metadata-proxy", "update", ["DaemonSet lotse-system/lotse-metadata-proxy isn't as it should be"]],
      ["controller/pod-identity-webhook", "update", ["there is no Service lotse-system/lotse-pod-identity-webhook"]],
    ]);
    expect((await world.apply(both)).ok).toBe(true);
    const daemons = await find<Workload>(resources.daemonSets, proxy);
    expect(daemons?.spec.template.spec.containers[0]?.image).toBe("registry.example.com/lotse:1");
    expect(stepsOf(await world.plan(both))).toEqual([]);
  });

  it("loses a role with --prune that it doesn't name any more", async ({ expect }) => {
    const kept = await world.plan(one);
    expect(kept.steps).toEqual([]);
    expect(kept.notes.map(({ text }) => text)).toContain(
      "The role metadata-proxy is installed, and the file doesn't name it: it stays; --prune takes it down",
    );
    const result = await world.apply(one, { prune: true });
    expect(result.failed).toEqual([]);
    expect(await find(resources.daemonSets, proxy)).toBeUndefined();
    expect(await find(resources.serviceAccounts, proxy)).toBeUndefined();
    expect(await find(resources.deployments, hook)).toBeDefined();
    expect(stepsOf(await world.plan(one, true))).toEqual([]);
  });
});
