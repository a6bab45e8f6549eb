import { describe, it } from "vitest";
import { account, session, user } from "../testing.ts";
import { entryGroupProblem, entryUsernameProblem } from "./access-entries.ts";
import type { AuthenticationMode, ClusterAccess } from "./cluster-access.ts";
import { clusterMappers } from "./cluster-access.ts";
import type { MappingDecision } from "./decide.ts";
import { decideMapping } from "./decide.ts";

const role = (name: string): string => `arn:aws:iam::${account}:role/${name}`;
const me = session("Admin", "me@example.com", { principalId: "AROAADMIN" });

const decide = (access: Partial<ClusterAccess>, identity = me): MappingDecision =>
  decideMapping(identity, clusterMappers({ authenticationMode: "API", entries: [], ...access }), {
    instances: () => ({ privateDnsName: "ip-10-0-0-1.ec2.internal" }),
  });
const nameOf = (decision: MappingDecision): string | undefined =>
  decision.allowed ? decision.user.username : undefined;

describe("access entries", () => {
  it("name the sessions of a role each, and users by their ARN", ({ expect }) => {
    expect(decide({ entries: [{ principalArn: role("team/Admin"), kubernetesGroups: ["ops"] }] })).toEqual({
      allowed: true,
      user: {
        username: `arn:aws:sts::${account}:assumed-role/Admin/me-example.com`,
        groups: ["ops"],
        mapper: "AccessEntries",
        rule: `access entry ${role("team/Admin")}`,
      },
    });
    const alice = user("team/Alice");
    expect(nameOf(decide({ entries: [{ principalArn: alice.arn }] }, alice))).toBe(alice.arn);
  });

  it("go by the unique id: a path doesn't matter, a principal made anew is another", ({ expect }) => {
    const entry = { principalArn: role("team/Admin"), principalId: "AROAADMIN", username: "admin" };
    expect(nameOf(decide({ entries: [entry] }))).toBe("admin");
    expect(decide({ entries: [{ ...entry, principalId: "AROAOLD" }] })).toEqual({
      allowed: false,
      reason:
        `identity is not mapped: ${role("Admin")} (session me@example.com); the access entry of ${role("team/Admin")} ` +
        "is for AROAOLD, and this is AROAADMIN: the principal was deleted and made anew; make the entry anew too",
    });
  });

  it("match principals of other accounts by ARN", ({ expect }) => {
    const foreign = "arn:aws:iam::999988887777:role/Admin";
    expect(decide({ entries: [{ principalArn: foreign }] }).allowed).toBe(false);
    const caller = session("Admin", "x", { canonicalArn: foreign, accountId: "999988887777" });
    expect(nameOf(decide({ entries: [{ principalArn: foreign }] }, caller))).toBe(
      "arn:aws:sts::999988887777:assumed-role/Admin/x",
    );
  });

  it.for([
    ["EC2_LINUX", "i-0123456789abcdef0", "system:node:ip-10-0-0-1.ec2.internal", ["system:nodes"]],
    [
      "EC2_WINDOWS",
      "i-0123456789abcdef0",
      "system:node:ip-10-0-0-1.ec2.internal",
      ["eks:kube-proxy-windows", "system:nodes"],
    ],
    [
      "FARGATE_LINUX",
      "fargate-ip-10-0-0-2",
      "system:node:fargate-ip-10-0-0-2",
      ["system:node-proxier", "system:nodes"],
    ],
    ["HYBRID_LINUX", "mi-1", "system:node:mi-1", ["system:nodes"]],
  ] as const)("of type %s have their name and groups from EKS", ([type, name, username, groups], { expect }) => {
    const entry = { principalArn: role("Nodes"), type, username: "ignored", kubernetesGroups: ["ignored"] };
    expect(decide({ entries: [entry] }, session("Nodes", name))).toMatchObject({ user: { username, groups } });
  });

  it("may have user names and groups that aren't taken", ({ expect }) => {
    for (const name of ["system:x", "eks:x", "aws:x", "amazon:x", "iam:x", "IAM:x"])
      expect(entryUsernameProblem(name)).toContain("cannot start with");
    expect(entryUsernameProblem("{{SessionName}}")).toBe('Access Entry username cannot start with "session".');
    expect(entryUsernameProblem("x-{{SessionNameRaw}}")).toContain("a colon must come before");
    expect(entryUsernameProblem("ops:{{SessionName}}")).toBeUndefined();
    expect(entryGroupProblem("system:bootstrappers")).toBe(
      "The kubernetes group name system:bootstrappers is invalid, it cannot start with system:",
    );
    expect(entryGroupProblem("ops")).toBeUndefined();
  });
});

describe("authentication modes", () => {
  const access: Partial<ClusterAccess> = {
    creator: { arn: role("Creator") },
    entries: [{ principalArn: role("Admin"), username: "by-entry" }],
    awsAuth: {
      mapRoles: `- {rolearn: "${role("Admin")}", username: by-map}\n- {rolearn: "${role("Dev")}", username: dev}`,
    },
  };
  const creator = session("Creator", "x");
  const dev = session("Dev", "x");

  it.for([
    ["CONFIG_MAP", "by-map", "dev", "kubernetes-admin"],
    ["API_AND_CONFIG_MAP", "by-entry", "dev", undefined],
    ["API", "by-entry", undefined, undefined],
  ] as const)("%s: Admin is %s, Dev %s, the creator %s", ([authenticationMode, admin, other, made], { expect }) => {
    const given = { ...access, authenticationMode: authenticationMode as AuthenticationMode };
    expect([me, dev, creator].map((identity) => nameOf(decide(given, identity)))).toEqual([admin, other, made]);
  });

  it("CONFIG_MAP puts the creator into system:masters, whatever aws-auth says, by unique id where it is known", ({
    expect,
  }) => {
    const map = { mapRoles: `- {rolearn: "${role("Creator")}", username: nobody}` };
    const given = (principalId?: string): Partial<ClusterAccess> => ({
      authenticationMode: "CONFIG_MAP",
      creator: { arn: role("team/Creator"), principalId },
      awsAuth: map,
    });
    expect(decide(given(), creator)).toMatchObject({
      user: { username: "kubernetes-admin", groups: ["system:masters"] },
    });
    expect(nameOf(decide(given("AROAEXAMPLE"), creator))).toBe("kubernetes-admin");
    expect(nameOf(decide(given("AROAOLD"), creator))).toBe("nobody");
  });
});
