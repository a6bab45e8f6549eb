// What a plan says of IAM is enough inside the cluster too, and whoever the cluster doesn't know is told so.
import { afterAll, beforeAll, describe, it } from "vitest";
import { plan, planDestroy, type Aws, type Plan } from "../../src/lotse.ts";
import { kubernetesOr } from "../../src/sandbox/kube/assets/testing.ts";
import { readDocument } from "../helpers/console-blocks.ts";
import { clusterOf, openWorld, stepsOf, type World } from "../helpers/world.ts";

const kubernetes = await kubernetesOr("1.35");

const file = (size: number): string => `apiVersion: eksctl.io/v1alpha5
kind: ClusterConfig
metadata: { name: slip, region: eu-central-1, version: "1.35" }
nodeGroups:
  - { name: own, instanceType: m5.large, desiredCapacity: 1, minSize: 1, maxSize: 1, volumeSize: ${size} }
`;

/** What a plan reads, as the guide has it. */
const looking = (
  JSON.parse(/```json\n([\s\S]*?)```/.exec(readDocument("docs/guides/when-it-fails.md"))?.[1] ?? "") as {
    Statement: { Action: string[] }[];
  }
).Statement.flatMap(({ Action }) => Action);

/** A user who may look, and whose other rights are set by plans. */
async function pilot(world: World, name: string): Promise<{ aws: Aws; may(plan: Pick<Plan, "steps">): void }> {
  world.send("iam", "CreateUser", { UserName: name });
  const { AccessKey } = world.send<{ AccessKey: { AccessKeyId: string; SecretAccessKey: string } }>(
    "iam",
    "CreateAccessKey",
    { UserName: name },
  );
  const { AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey } = AccessKey;
  const may = ({ steps }: Pick<Plan, "steps">): void => {
    const Action = [...new Set([...looking, ...steps.flatMap(({ iamActions }) => iamActions)])];
    const { Policy } = world.send<{ Policy: { Arn: string } }>("iam", "CreatePolicy", {
      PolicyName: `${name}-${crypto.randomUUID()}`,
      PolicyDocument: JSON.stringify({
        Version: "2012-10-17",
        Statement: [{ Effect: "Allow", Action, Resource: "*" }],
      }),
    });
    world.send("iam", "AttachUserPolicy", { UserName: name, PolicyArn: Policy.Arn });
  };
  return { aws: await world.connect({ credentials: { accessKeyId, secretAccessKey } }), may };
}

describe.skipIf(kubernetes.skip)(kubernetes.skip ?? "whoever makes a cluster", () => {
  let world: World;

  beforeAll(async () => {
    world = await openWorld();
  });

  afterAll(async () => {
    await world?.close();
  });

  it("needs what the plan names, and replaces nodes with what the next one names", async ({ expect }) => {
    const { aws, may } = await pilot(world, "maker");
    may(await world.plan(file(80)));
    const made = await world.apply(file(80), { aws });
    expect(made.failed.map(({ step, message }) => `${step}: ${message}`)).toEqual([]);
    may(await plan(await clusterOf(file(120)), aws));
    const rolled = await world.apply(file(120), { aws });
    expect(rolled.failed.map(({ step, message }) => `${step}: ${message}`)).toEqual([]);
  });

  it("is the only one that the cluster knows", async ({ expect }) => {
    const stranger = await pilot(world, "stranger");
    stranger.may({ steps: [] });
    await expect(planDestroy("slip", stranger.aws)).rejects.toMatchObject({
      code: "kube/unauthorized",
      diagnostic: { remedy: expect.stringContaining("--aws-only") as string },
    });
    expect(stepsOf(await planDestroy("slip", stranger.aws, { kubernetes: "never" }))).toContain("delete nodegroup/own");
  });
});
