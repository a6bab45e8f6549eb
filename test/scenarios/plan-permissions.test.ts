// A plan says which IAM actions it needs: a caller who is allowed these and to look around can carry it out.
import { describe, it } from "vitest";
import { destroy, planDestroy, type Aws, type Plan } from "../../src/lotse.ts";
import { example, openWorld, type World } from "../helpers/world.ts";

const looking = [
  "autoscaling:Describe*",
  "cloudformation:Describe*",
  "cloudformation:GetTemplate",
  "ec2:Describe*",
  "eks:Describe*",
  "eks:List*",
  "iam:Get*",
  "iam:List*",
  "logs:Describe*",
  "ssm:GetParameter",
  "sts:GetCallerIdentity",
];

/** A connection as a user who may do just what the plan says, and look. */
async function allowed(world: World, plan: Plan): Promise<Aws> {
  const UserName = `pilot-${Math.abs(plan.steps.length)}-${plan.steps[0]?.action}`;
  world.send("iam", "CreateUser", { UserName });
  const Action = [...new Set([...looking, ...plan.steps.flatMap(({ iamActions }) => iamActions)])];
  world.send("iam", "PutUserPolicy", {
    UserName,
    PolicyName: "plan",
    PolicyDocument: JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect: "Allow", Action, Resource: "*" }] }),
  });
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
  it("is made and taken down with the permissions that its plans name", { timeout: 60_000 }, async ({ expect }) => {
    const text = await example(name);
    await using world = await openWorld({ region: /region: (\S+)/.exec(text)?.[1] ?? "" });
    const aws = await allowed(world, await world.plan(text));
    const made = await world.apply(text, { aws });
    expect(made.failed.map(({ message }) => message)).toEqual([]);
    const removal = await planDestroy(/name: (\S+)/.exec(text)?.[1] ?? "", world.aws);
    const gone = await destroy(removal, await allowed(world, removal), world.host);
    expect(gone.failed.map(({ message }) => message)).toEqual([]);
  });

  it("fails at the resource whose action is left out", async ({ expect }) => {
    const text = await example(name);
    await using world = await openWorld({ region: /region: (\S+)/.exec(text)?.[1] ?? "" });
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
    await using world = await openWorld({ region: /region: (\S+)/.exec(text)?.[1] ?? "" });
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
