// A plan says which IAM actions it needs: a caller who is allowed these and to look around can carry it out.
import { describe, it } from "vitest";
import { destroy, planDestroy, type Aws, type Plan } from "../../src/lotse.ts";
import { readDocument } from "../helpers/console-blocks.ts";
import { example, openWorld, type World } from "../helpers/world.ts";

/** What the guide says that a plan reads. */
const looking = (
  JSON.parse(/```json\n([\s\S]*?)```/.exec(readDocument("docs/guides/when-it-fails.md"))?.[1] ?? "") as {
    Statement: { Action: string[] }[];
  }
).Statement.flatMap(({ Action }) => Action);

/** A connection as a user who may do just what the plan says, and look. */
async function allowed(world: World, plan: Plan): Promise<Aws> {
  const UserName = `pilot-${crypto.randomUUID()}`;
  world.send("iam", "CreateUser", { UserName });
  const Action = [...new Set([...looking, ...plan.steps.flatMap(({ iamActions }) => iamActions)])];
  // A managed policy holds 6,144 characters.
  for (let from = 0; from < Action.length; from += 80) {
    const statement = { Effect: "Allow", Action: Action.slice(from, from + 80), Resource: "*" };
    const { Policy } = world.send<{ Policy: { Arn: string } }>("iam", "CreatePolicy", {
      PolicyName: `${UserName}-${from}`,
      PolicyDocument: JSON.stringify({ Version: "2012-10-17", Statement: [statement] }),
    });
    world.send("iam", "AttachUserPolicy", { UserName, PolicyArn: Policy.Arn });
  }
  const { AccessKey } = world.send("iam", "CreateAccessKey", { UserName }) as {
    AccessKey: { AccessKeyId: string; SecretAccessKey: string };
  };
  return world.connect({
    credentials: { accessKeyId: AccessKey.AccessKeyId, secretAccessKey: AccessKey.SecretAccessKey },
  });
}

describe.each([
  "01-production.yaml",
  "02-fargate-only.yaml",
  "03-self-managed-spot.yaml",
  "04-iam-service-accounts.yaml",
])("%s", (name) => {
  it("is made and taken down with the permissions that its plans name", async ({ expect }) => {
    const text = await example(name);
    await using world = await openWorld({ kubernetes: "off", region: /region: (\S+)/.exec(text)?.[1] ?? "" });
    const aws = await allowed(world, await world.plan(text));
    const made = await world.apply(text, { aws });
    expect(made.failed.map(({ message }) => message)).toEqual([]);
    const removal = await planDestroy(/name: (\S+)/.exec(text)?.[1] ?? "", world.aws, { kubernetes: "never" });
    const gone = await destroy(removal, await allowed(world, removal), world.host);
    expect(gone.failed.map(({ message }) => message)).toEqual([]);
  });

  it("fails at the resource whose action is left out", async ({ expect }) => {
    const text = await example(name);
    await using world = await openWorld({ kubernetes: "off", region: /region: (\S+)/.exec(text)?.[1] ?? "" });
    const plan = await world.plan(text);
    const less = plan.steps.map((step) => ({
      ...step,
      iamActions: step.iamActions.filter((action) => action !== "ec2:CreateSubnet"),
    }));
    const made = await world.apply(text, { aws: await allowed(world, { ...plan, steps: less }) });
    expect(made.failed[0]?.message).toMatch(/Subnet.*not authorized to perform/);
  });

  it("says what was missing to whoever may less", async ({ expect }) => {
    const text = await example(name);
    await using world = await openWorld({ kubernetes: "off", region: /region: (\S+)/.exec(text)?.[1] ?? "" });
    const plan = await world.plan(text);
    const aws = await allowed(world, {
      ...plan,
      steps: plan.steps.map((step) => ({
        ...step,
        iamActions: step.iamActions.filter((action) => action !== "cloudformation:CreateStack"),
      })),
    });
    const made = await world.apply(text, { aws });
    expect(made.failed[0]).toMatchObject({
      code: "aws/denied",
      error: {
        diagnostic: {
          data: { action: "cloudformation:CreateStack", principal: expect.stringContaining(":user/pilot") },
        },
      },
    });
  });
});

const living = `apiVersion: eksctl.io/v1alpha5
kind: ClusterConfig
metadata: {name: quay, region: eu-central-1, version: "1.34"}
availabilityZones: [eu-central-1a, eu-central-1b]
vpc: {nat: {gateway: Single}}
iam:
  withOIDC: true
  serviceRolePermissionsBoundary: arn:aws:iam::aws:policy/AdministratorAccess
  serviceAccounts: [{metadata: {name: reader, namespace: a}, attachPolicyARNs: ["arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"]}]
managedNodeGroups: [{name: m, instanceType: t3.medium, desiredCapacity: 1}]
nodeGroups: [{name: s, instanceType: t3.medium, desiredCapacity: 1}]
`;

it("an edit needs no more than its plan names, whatever its change passes on to", async ({ expect }) => {
  await using world = await openWorld({ kubernetes: "off" });
  expect((await world.apply(living)).ok).toBe(true);
  const edits: readonly (readonly [string, string, effect: string])[] = [
    ["name: m, ", "name: m, volumeSize: 50, ", "rolling"],
    ["name: m, ", "name: m, iam: {withAddonPolicies: {autoScaler: true}}, ", "none"],
    ["name: s, ", "name: s, labels: {a: b}, ", "rolling"],
    ["name: s, ", "name: s, privateNetworking: true, ", "rolling"],
    ["gateway: Single", "gateway: HighlyAvailable", "interrupts"],
    ["  serviceRolePermissionsBoundary: arn:aws:iam::aws:policy/AdministratorAccess\n", "", "in place"],
    ["S3ReadOnly", "S3Full", "in place"],
    [`version: "1.34"`, `version: "1.34", tags: {a: b}`, "none"],
  ];
  let text = living;
  for (const [from, to, effect] of edits) {
    text = text.replace(from, to);
    const plan = await world.plan(text);
    expect(plan.steps[0]?.effect, to).toBe(effect);
    const { failed } = await world.apply(text, { aws: await allowed(world, plan) });
    expect(
      failed.map(({ message }) => message),
      to,
    ).toEqual([]);
  }
});
