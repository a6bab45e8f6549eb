// Random sequences of operations: whatever is refused or done, what IAM holds stays consistent, and can be taken down.
import fc from "fast-check";
import { describe, it } from "vitest";
import { administratorOf } from "../../administrator.ts";
import { AwsError, Cloud } from "../../core/index.ts";
import { iam } from "./index.ts";
import { groups, instanceProfiles, policies, roles, users } from "./state.ts";
import { randomised } from "../../../../base/testing.ts";

const account = "111122223333";
const region = "us-east-1";
const principal = administratorOf(account, "aws");
const document = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action: "*", Resource: "*" }],
});
const trust = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" }],
});

const pick = (...values: string[]): fc.Arbitrary<string> => fc.constantFrom(...values);
const name = pick("a", "A", "b");
const arn = pick("p", "q").map((policy) => `arn:aws:iam::${account}:policy/${policy}`);
const boundary = fc.option(arn, { nil: undefined });

type Step = readonly [operation: string, input: object];
const step = (operation: fc.Arbitrary<string>, input: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<Step> =>
  fc.tuple(operation, fc.record(input));
const fixed = (value: string): fc.Arbitrary<string> => fc.constant(value);

const steps: fc.Arbitrary<Step> = fc.oneof(
  step(fixed("CreateRole"), { RoleName: name, AssumeRolePolicyDocument: fixed(trust), PermissionsBoundary: boundary }),
  step(fixed("CreateUser"), { UserName: name, PermissionsBoundary: boundary }),
  step(pick("CreateGroup", "DeleteGroup"), { GroupName: name }),
  step(fixed("CreatePolicy"), { PolicyName: pick("p", "q"), PolicyDocument: fixed(document) }),
  step(pick("DeletePolicy", "CreatePolicyVersion"), { PolicyArn: arn, PolicyDocument: fixed(document) }),
  step(pick("DeletePolicyVersion", "SetDefaultPolicyVersion"), { PolicyArn: arn, VersionId: pick("v1", "v2", "v3") }),
  step(pick("AttachRolePolicy", "DetachRolePolicy"), { RoleName: name, PolicyArn: arn }),
  step(pick("AttachUserPolicy", "DetachUserPolicy"), { UserName: name, PolicyArn: arn }),
  step(pick("AttachGroupPolicy", "DetachGroupPolicy"), { GroupName: name, PolicyArn: arn }),
  step(pick("CreateInstanceProfile", "DeleteInstanceProfile"), { InstanceProfileName: name }),
  step(pick("AddRoleToInstanceProfile", "RemoveRoleFromInstanceProfile"), {
    InstanceProfileName: name,
    RoleName: name,
  }),
  step(pick("AddUserToGroup", "RemoveUserFromGroup"), { GroupName: name, UserName: name }),
  step(fixed("UpdateGroup"), { GroupName: name, NewGroupName: name }),
  step(fixed("UpdateUser"), { UserName: name, NewUserName: name }),
  step(pick("CreateAccessKey", "DeleteUser"), { UserName: name }),
  step(fixed("DeleteRole"), { RoleName: name }),
);

function world() {
  const cloud = new Cloud({ services: [iam], start: 0 });
  const send = <Output = Record<string, never>>(operation: string, input: object = {}): Output =>
    cloud.invoke<Output>({ service: "iam", operation, input, account, region, principal });
  return { cloud, send, ctx: cloud.context({ account, region, principal }) };
}

type World = ReturnType<typeof world>;

/** Everything that must hold at any time; returns what doesn't. */
function violations({ ctx }: World): string[] {
  const found: string[] = [];
  const known = ctx.table(policies);
  for (const table of [roles, users, groups]) {
    for (const [key, row] of ctx.table(table as typeof groups).entries()) {
      if (key !== row.name.toLowerCase()) found.push(`${row.arn} stands under ${key}`);
      for (const each of [...row.attached, ...(row.boundary === undefined ? [] : [row.boundary])]) {
        if (!known.has(each)) found.push(`${row.arn} holds ${each}, which is gone`);
      }
      if (new Set(row.attached).size !== row.attached.length) found.push(`${row.arn} holds a policy twice`);
    }
  }
  for (const profile of ctx.table(instanceProfiles).values()) {
    if (profile.roles.length > 1) found.push(`${profile.name} has two roles`);
    for (const role of profile.roles) if (!ctx.table(roles).has(role.toLowerCase())) found.push(`role ${role} is gone`);
  }
  for (const user of ctx.table(users).values()) {
    for (const group of user.groups)
      if (!ctx.table(groups).has(group.toLowerCase())) found.push(`group ${group} is gone`);
  }
  for (const policy of known.values()) {
    const versions = policy.versions.map((version) => version.id);
    if (!versions.includes(policy.defaultVersion)) found.push(`${policy.arn} has lost its default version`);
    if (versions.length > 5) found.push(`${policy.arn} has ${versions.length} versions`);
  }
  return found;
}

/** Takes everything down in the order that AWS demands. */
function takeDown({ ctx, send }: World): void {
  for (const {
    name,
    roles: [role],
  } of ctx.table(instanceProfiles).list()) {
    if (role) send("RemoveRoleFromInstanceProfile", { InstanceProfileName: name, RoleName: role });
    send("DeleteInstanceProfile", { InstanceProfileName: name });
  }
  for (const { name, attached, groups: memberships } of ctx.table(users).list()) {
    for (const PolicyArn of attached) send("DetachUserPolicy", { UserName: name, PolicyArn });
    for (const GroupName of memberships) send("RemoveUserFromGroup", { UserName: name, GroupName });
    const keys = send<{ AccessKeyMetadata: { AccessKeyId: string }[] }>("ListAccessKeys", { UserName: name });
    for (const { AccessKeyId } of keys.AccessKeyMetadata) send("DeleteAccessKey", { UserName: name, AccessKeyId });
    send("DeleteUser", { UserName: name });
  }
  for (const { name, attached } of ctx.table(groups).list()) {
    for (const PolicyArn of attached) send("DetachGroupPolicy", { GroupName: name, PolicyArn });
    send("DeleteGroup", { GroupName: name });
  }
  for (const { name, attached } of ctx.table(roles).list()) {
    for (const PolicyArn of attached) send("DetachRolePolicy", { RoleName: name, PolicyArn });
    send("DeleteRole", { RoleName: name });
  }
  for (const policy of ctx.table(policies).list()) {
    for (const { id } of policy.versions.filter((version) => version.id !== policy.defaultVersion)) {
      send("DeletePolicyVersion", { PolicyArn: policy.arn, VersionId: id });
    }
    send("DeletePolicy", { PolicyArn: policy.arn });
  }
}

const { seed, numRuns: runs } = randomised(150);

describe("any sequence of operations", () => {
  it(`keeps IAM consistent and can be undone (seed ${seed}, ${runs} runs)`, ({ expect }) => {
    let done = 0;
    fc.assert(
      fc.property(fc.array(steps, { minLength: 30, maxLength: 60, size: "max" }), (sequence) => {
        const w = world();
        for (const [operation, input] of sequence) {
          try {
            w.send(operation, input);
            done += 1;
          } catch (error) {
            // Refusals are half of what is tested; anything else is a defect.
            if (!(error instanceof AwsError)) throw error;
          }
          expect(violations(w)).toEqual([]);
        }
        takeDown(w);
        expect(
          [roles, users, groups, policies, instanceProfiles].map((table) => w.ctx.table(table as never).size),
        ).toEqual([0, 0, 0, 0, 0]);
      }),
      { seed, numRuns: runs },
    );
    expect(done).toBeGreaterThan(runs * 5);
  });
});
