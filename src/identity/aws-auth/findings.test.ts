import { describe, it } from "vitest";
import { awsAuthFindings } from "./findings.ts";
import { readAwsAuth } from "./read.ts";
import type { AwsAuthSituation, NodeRole } from "./situation.ts";

const arn = (name: string): string => `arn:aws:iam::111122223333:role/${name}`;
const nodes: NodeRole = { arn: arn("path/Nodes"), kind: "linux", name: "node group ng-1" };

/** Codes of the findings, without the room, and where. */
const find = (mapRoles: string, situation: Partial<AwsAuthSituation> = {}): string[] =>
  awsAuthFindings({ awsAuth: readAwsAuth({ mapRoles }), ...situation }).map(
    ({ code, at }) => `${code.slice("identity/".length)}${at?.path ? ` ${at.path}` : ""}`,
  );
const item = (role: string, rest = "username: someone, groups: [ops]"): string => `- {rolearn: "${role}", ${rest}}\n`;
const node = 'username: "system:node:{{EC2PrivateDNSName}}", groups: [system:bootstrappers, system:nodes]';

describe("usual mistakes in aws-auth", () => {
  it.for([
    ["a path", item(arn("team/Admin")), ["arn-path mapRoles[0]"]],
    ["a session", item("arn:aws:sts::111122223333:assumed-role/Admin/me"), ["arn-session mapRoles[0]"]],
    ["an instance profile", item("arn:aws:iam::111122223333:instance-profile/Nodes"), ["instance-profile mapRoles[0]"]],
    ["a wildcard", item(arn("*")), ["arn-wildcard mapRoles[0]"]],
    ["one ARN twice", item(arn("A")) + item(arn("a")), ["duplicate mapRoles[0]"]],
    ["system:masters", item(arn("A"), "username: a, groups: [system:masters]"), ["masters mapRoles[0]"]],
    [
      "a folded list of groups",
      `- rolearn: ${arn("A")}\n  groups:\n    - system:bootstrappers\n      - system:nodes\n`,
      ["group-name mapRoles[0]"],
    ],
    ["neither name nor groups", item(arn("A"), "username: ''"), ["mapping-incomplete mapRoles[0]"]],
    ["a placeholder that is none", item(arn("A"), 'username: "{{Username}}"'), ["placeholder mapRoles[0]"]],
    [
      "a permission set's role",
      item(arn("aws-reserved/sso.amazonaws.com/AWSReservedSSO_Ops_0a1b")),
      ["arn-path mapRoles[0]", "sso-role mapRoles[0]"],
    ],
    ["a fixed suffix of one", item(arn("AWSReservedSSO_Ops_0a1b")), ["sso-role mapRoles[0]"]],
    ["a value that is no text", item(arn("A"), "username: 12"), ["item-dropped mapRoles[0]"]],
    ["a tab", "- rolearn: x\n\tusername: y", ["yaml mapRoles"]],
    ["nothing wrong", item(arn("A")), []],
  ] as const)("%s", ([, mapRoles, codes], { expect }) => {
    expect(find(mapRoles)).toEqual(codes);
  });

  it("name the line, why it matters, and what to write instead", ({ expect }) => {
    const awsAuth = readAwsAuth({ mapRoles: `# first\n${item(arn("team/Admin"))}` });
    expect(awsAuthFindings({ awsAuth })).toEqual([
      {
        code: "identity/arn-path",
        severity: "error",
        title: `${arn("team/Admin")} has a path, so it never matches: STS names roles without it`,
        remedy: `Write ${arn("Admin")}; an account has no two roles of one name`,
        at: { path: "mapRoles[0]", line: 2 },
        subject: "configmap/kube-system/aws-auth",
        data: { arn: arn("team/Admin") },
      },
    ]);
    const session = readAwsAuth({ mapRoles: item("arn:aws-cn:sts::1:assumed-role/Admin/me") });
    expect(awsAuthFindings({ awsAuth: session })[0]?.remedy).toBe("Write arn:aws-cn:iam::1:role/Admin");
  });

  it("accounts without twelve digits, keys that are spelled differently", ({ expect }) => {
    const awsAuth = readAwsAuth({ mapAccounts: "- '1234'\n- '111122223333'\n", maproles: "[]" });
    expect(awsAuthFindings({ awsAuth }).map(({ code }) => code)).toEqual(["identity/key-name", "identity/account-id"]);
    const unquoted = readAwsAuth({ mapAccounts: "- 012345678901\n" });
    expect(awsAuthFindings({ awsAuth: unquoted })).toMatchObject([
      { code: "identity/account-id", severity: "warning", at: { line: 1 }, remedy: 'Write "012345678901"' },
    ]);
  });
});

describe("aws-auth and the nodes of the cluster", () => {
  const nodeRoles = [nodes];

  it("misses roles of nodes without mapping and access entry", ({ expect }) => {
    expect(find(item(arn("A")), { nodeRoles })).toEqual(["nodes-unmapped"]);
    expect(find(item(arn("Nodes"), node), { nodeRoles })).toEqual([]);
    expect(find("", { nodeRoles, entryArns: [nodes.arn] })).toEqual([]);
  });

  it("goes by the authentication mode: entries don't count in CONFIG_MAP, the map doesn't in API", ({ expect }) => {
    const people = item(arn("A"));
    expect(find(people, { nodeRoles, entryArns: [nodes.arn], authenticationMode: "CONFIG_MAP" })).toEqual([
      "nodes-unmapped",
    ]);
    expect(find(item(arn("Nodes"), node), { nodeRoles, authenticationMode: "API" })).toEqual([
      "nodes-unmapped",
      "map-ignored",
    ]);
  });

  it.for([
    ["another name", 'username: "system:node:{{SessionName}}", groups: [system:bootstrappers, system:nodes]'],
    ["no node group", 'username: "system:node:{{EC2PrivateDNSName}}", groups: [system:bootstrappers]'],
  ])("refuses nodes with %s", ([, rest = ""], { expect }) => {
    expect(find(item(arn("Nodes"), rest), { nodeRoles })).toEqual(["node-mapping mapRoles[0]"]);
  });

  it("knows what Windows and Fargate need", ({ expect }) => {
    expect(find(item(arn("Nodes"), node), { nodeRoles: [{ ...nodes, kind: "windows" }] })).toEqual([
      "node-mapping mapRoles[0]",
    ]);
    const fargate =
      'username: "system:node:{{SessionName}}", groups: [system:bootstrappers, system:nodes, system:node-proxier]';
    expect(find(item(arn("Nodes"), fargate), { nodeRoles: [{ ...nodes, kind: "fargate" }] })).toEqual([]);
  });
});

describe("aws-auth and the people", () => {
  it("finds groups that no binding names", ({ expect }) => {
    const map = item(arn("A"), "groups: [ops, system:masters-of-old]");
    expect(find(map, { boundNames: [] })).toEqual(["group-unbound mapRoles[0]"]);
    expect(find(map, { boundNames: ["ops"] })).toEqual([]);
  });

  it("finds principals that are gone, in the account that can be looked into", ({ expect }) => {
    const map = item(arn("Gone")) + item(arn("Here")) + item("arn:aws:iam::999988887777:role/Foreign");
    const principals = { accountId: "111122223333", arns: [arn("path/Here")] };
    expect(find(map, { principals })).toEqual(["dead-principal mapRoles[0]"]);
  });

  it("warns when the creator is alone, and when nobody listens to the map", ({ expect }) => {
    expect(find(item(arn("Nodes"), node), { authenticationMode: "CONFIG_MAP" })).toEqual(["creator-only"]);
    expect(find(item(arn("A")), { authenticationMode: "CONFIG_MAP" })).toEqual([]);
    expect(find(item(arn("A")), { authenticationMode: "API" })).toEqual(["map-ignored"]);
    expect(find("", { authenticationMode: "API" })).toEqual([]);
  });
});
