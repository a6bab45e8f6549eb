// Interrupted at any point and run again, apply ends in the same place; throttling, lost replies and a bad moment of every
// single call don't stop it.
import { describe, it } from "vitest";
import { hasChanges, planDestroy, destroy, type Aws, type RunResult } from "../../src/lotse.ts";
import { counting, dyingAt, failingOnce } from "../helpers/broken-lines.ts";
import { sweep } from "../helpers/sweep.ts";
import { openWorld, stepsOf, type World } from "../helpers/world.ts";

/** One of everything that lotse makes, small enough to be made a hundred times. */
const file = `
apiVersion: eksctl.io/v1alpha5
kind: ClusterConfig
metadata: {name: harbour, region: eu-central-1, version: "1.34", tags: {team: pilots}}
availabilityZones: [eu-central-1a, eu-central-1b]
vpc: {nat: {gateway: Disable}}
iam:
  withOIDC: true
  serviceAccounts:
    - metadata: {name: external-dns, namespace: kube-system}
      wellKnownPolicies: {externalDNS: true}
  podIdentityAssociations:
    - {namespace: shop, serviceAccountName: cart, permissionPolicyARNs: ["arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"]}
accessConfig:
  accessEntries:
    - principalARN: arn:aws:iam::123456789012:role/viewer
      kubernetesGroups: [viewers]
cloudWatch: {clusterLogging: {enableTypes: [audit], logRetentionInDays: 7}}
addons: [{name: vpc-cni}, {name: coredns}, {name: kube-proxy}, {name: eks-pod-identity-agent}]
managedNodeGroups: [{name: m, instanceType: t3.medium, desiredCapacity: 1}]
nodeGroups: [{name: s, instanceType: t3.medium, desiredCapacity: 1}]
fargateProfiles: [{name: batch, selectors: [{namespace: batch}]}]
`;

/** The role of the access entry has to be there. */
async function harbour(): Promise<World> {
  const world = await openWorld({ kubernetes: "off" });
  const trust = {
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: { AWS: world.sandbox.account }, Action: "sts:AssumeRole" }],
  };
  world.send("iam", "CreateRole", { RoleName: "viewer", AssumeRolePolicyDocument: JSON.stringify(trust) });
  return world;
}

/** A connection whose client ends for good at its nth changing call. */
const dying = (world: World, nth: number, when: "before" | "after" = "after"): Promise<Aws> =>
  world.connect(dyingAt(world.sandbox.clientConfig().requestHandler, nth, when));

const messagesOf = ({ failed }: RunResult): string[] => failed.map(({ message }) => message);

const down = async (world: World, aws: Aws): Promise<RunResult> =>
  destroy(await planDestroy("harbour", aws, { kubernetes: "never" }), aws, world.host);

/** Takes the cluster down: what failed at that, and what is left beside the role that was there before. */
async function takenDown(world: World): Promise<string[]> {
  const result = await down(world, world.aws);
  return [...messagesOf(result), ...world.leftovers().filter((row) => !row.endsWith("viewer"))];
}

async function changingCalls(): Promise<number> {
  await using world = await harbour();
  const line = counting(world.sandbox.clientConfig().requestHandler);
  const result = await world.apply(file, { aws: await world.connect(line) });
  if (!result.ok) throw new Error(messagesOf(result).join("; "));
  return line.count();
}

/** What a world is like when apply is through. */
async function expectDone(world: World, expect: { (value: unknown): { toEqual(to: unknown): void } }): Promise<void> {
  const again = await world.apply(file);
  expect(messagesOf(again)).toEqual([]);
  expect(again.ok).toEqual(true);
  expect(stepsOf(await world.plan(file))).toEqual([]);
}

describe("apply", () => {
  it("goes on after being killed at any step boundary", { timeout: 240_000 }, async ({ expect }) => {
    await using first = await harbour();
    const steps = (await first.plan(file)).steps.filter(({ pending }) => !pending).length;
    expect(steps).toBeGreaterThan(15);
    for (const boundary of ["engine/step-started", "engine/step-done"]) {
      for (let nth = 1; nth <= steps; nth += 1) {
        await using world = await harbour();
        const stop = new AbortController();
        const aws = await world.connect({ signal: stop.signal });
        const emit = world.host.emit.bind(world.host);
        let count = 0;
        world.host.emit = (message) => {
          emit(message);
          if (message.code === boundary && (count += 1) === nth) stop.abort(new Error(`killed at ${boundary} ${nth}`));
        };
        const result = await world.apply(file, { aws });
        expect(result.interrupted, `${boundary} ${nth}`).toBe(true);
        world.host.emit = emit;
        await expectDone(world, expect);
      }
    }
  });

  it(
    "goes on after being killed before or after any call that changes something",
    { timeout: 240_000 },
    async ({ expect }) => {
      const calls = await changingCalls();
      expect(calls).toBeGreaterThan(15);
      for (const when of ["before", "after"] as const) {
        for (const nth of sweep(calls)) {
          await using world = await harbour();
          const result = await world.apply(file, { aws: await dying(world, nth, when) });
          expect(result.ok, `${when} call ${nth}`).toBe(false);
          await expectDone(world, expect);
        }
      }
    },
  );

  it("survives three calls in ten being throttled", async ({ expect }) => {
    await using world = await harbour();
    const rule = world.sandbox.faults.add({ probability: 0.3, effect: { kind: "throttle" } });
    const result = await world.apply(file);
    expect(messagesOf(result)).toEqual([]);
    expect(hasChanges(await world.plan(file))).toBe(false);
    expect(await takenDown(world)).toEqual([`faults/rules/${rule.id}`]);
    expect(world.sandbox.faults.list().find(({ id }) => id === rule.id)?.hits).toBeGreaterThan(50);
  });

  it("survives every single call failing once, half of them after AWS has carried them out", async ({ expect }) => {
    await using world = await harbour();
    const line = failingOnce(world.sandbox.clientConfig().requestHandler);
    const result = await world.apply(file, { aws: await world.connect(line) });
    expect(messagesOf(result)).toEqual([]);
    expect(result.ok).toBe(true);
    expect(line.failed()).toBeGreaterThan(40);
    await expectDone(world, expect);
  });

  it("stops at once on expired credentials, says so, and goes on with new ones", async ({ expect }) => {
    await using world = await harbour();
    world.sandbox.faults.add({
      service: "eks",
      operation: "CreateAddon",
      effect: {
        kind: "error",
        code: "ExpiredTokenException",
        message: "The security token included in the request is expired",
        status: 403,
      },
    });
    const result = await world.apply(file);
    expect(result.ok).toBe(false);
    expect(new Set(result.failed.map(({ code }) => code))).toEqual(new Set(["aws/expired-credentials"]));
    expect(result.skipped.length).toBeGreaterThan(5);
    world.sandbox.faults.remove();
    await expectDone(world, expect);
  });

  it("carries on beside a step that fails, and names the missing action", async ({ expect }) => {
    await using world = await harbour();
    world.sandbox.faults.add({
      service: "eks",
      operation: "CreateFargateProfile",
      effect: {
        kind: "error",
        code: "AccessDeniedException",
        message:
          "User: arn:aws:iam::123456789012:user/eve is not authorized to perform: eks:CreateFargateProfile on resource: *",
        status: 403,
      },
    });
    const result = await world.apply(file);
    expect(result.failed.map(({ step, code }) => [step, code])).toEqual([["fargateprofile/batch", "aws/denied"]]);
    expect(result.skipped).toEqual([]);
    const failure = world.host.messages.find(({ code }) => code === "engine/step-failed");
    expect(failure?.data?.["remedy"]).toContain("Allow eks:CreateFargateProfile to arn:aws:iam::123456789012:user/eve");
    world.sandbox.faults.remove();
    await expectDone(world, expect);
  });
});

/** The same cluster with one of every change. */
const later = file
  .replace("team: pilots", "team: pilots, shift: night")
  .replace('version: "1.34"', 'version: "1.35"')
  .replace("enableTypes: [audit]", "enableTypes: [audit, api]")
  .replace(
    "{name: m, instanceType: t3.medium, desiredCapacity: 1}",
    "{name: m, instanceType: t3.medium, desiredCapacity: 2, labels: {a: b}}",
  )
  .replace("{name: s, instanceType: t3.medium", "{name: s, instanceType: t3.large")
  .replace("wellKnownPolicies: {externalDNS: true}", "wellKnownPolicies: {certManager: true}");

describe("apply of changes", () => {
  it("goes on after being killed after any call", { timeout: 240_000 }, async ({ expect }) => {
    await using first = await harbour();
    await first.apply(file);
    const line = counting(first.sandbox.clientConfig().requestHandler);
    expect((await first.apply(later, { aws: await first.connect(line) })).ok).toBe(true);
    expect(line.count()).toBeGreaterThan(15);
    for (const nth of sweep(line.count())) {
      await using world = await harbour();
      await world.apply(file);
      const result = await world.apply(later, { aws: await dying(world, nth) });
      expect(result.ok, `call ${nth}`).toBe(false);
      expect(messagesOf(await world.apply(later)), `call ${nth}`).toEqual([]);
      expect(stepsOf(await world.plan(later)), `call ${nth}`).toEqual([]);
    }
  });
});

describe("destroy", () => {
  it("goes on after being killed after any call", { timeout: 240_000 }, async ({ expect }) => {
    await using first = await harbour();
    await first.apply(file);
    const line = counting(first.sandbox.clientConfig().requestHandler);
    expect((await down(first, await first.connect(line))).ok).toBe(true);
    expect(line.count()).toBeGreaterThan(10);
    for (const nth of sweep(line.count())) {
      await using world = await harbour();
      await world.apply(file);
      expect((await down(world, await dying(world, nth))).ok, `call ${nth}`).toBe(false);
      expect(await takenDown(world), `call ${nth}`).toEqual([]);
    }
  });

  it("takes down what an apply killed at any point has left", { timeout: 240_000 }, async ({ expect }) => {
    const calls = await changingCalls();
    for (const nth of sweep(calls)) {
      await using world = await harbour();
      await world.apply(file, { aws: await dying(world, nth) });
      expect(await takenDown(world), `call ${nth}`).toEqual([]);
    }
  });
});
