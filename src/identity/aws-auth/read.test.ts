import { describe, it } from "vitest";
import { readAwsAuth } from "./read.ts";
import { identityRows } from "./rows.ts";

const arn = "arn:aws:iam::111122223333:role/Nodes";
const codes = (data: Record<string, string>): string[] =>
  readAwsAuth(data).findings.map(({ code, at }) => `${code.slice("identity/".length)} ${at?.path}:${at?.line ?? ""}`);

describe("reading aws-auth", () => {
  it("takes roles, users and accounts out of YAML in strings", ({ expect }) => {
    const auth = readAwsAuth({
      mapRoles: `- rolearn: ${arn}\n  username: system:node:{{EC2PrivateDNSName}}\n  groups:\n  - system:nodes\n`,
      mapUsers: "- userarn: arn:aws:iam::111122223333:user/Alice\n  username: alice\n",
      mapAccounts: '- "111122223333"\n',
    });
    expect(auth.roles).toEqual([
      {
        key: "mapRoles",
        index: 0,
        line: 1,
        arn,
        username: "system:node:{{EC2PrivateDNSName}}",
        groups: ["system:nodes"],
      },
    ]);
    expect(auth.users).toMatchObject([{ username: "alice", groups: [] }]);
    expect(auth.accounts).toEqual(["111122223333"]);
    expect(auth.findings).toEqual([]);
  });

  it("doesn't mind the case of keys in the lists, and minds it at the top", ({ expect }) => {
    const auth = readAwsAuth({ mapRoles: `- rOlEaRn: ${arn}\n  UserName: x\n  GROUPS: [a]\n`, MapUsers: "[]" });
    expect(auth.roles).toMatchObject([{ arn, username: "x", groups: ["a"] }]);
    expect(auth.findings).toMatchObject([{ code: "identity/key-name", remedy: expect.stringContaining("mapUsers") }]);
    expect(codes({ maproles: "", mapUser: "", mapAccount: "", other: "" })).toEqual([
      "key-name maproles:",
      "key-name mapUser:",
      "key-name mapAccount:",
      "key-name other:",
    ]);
  });

  it.for(["", " \n", '""', "''", "``", " `` \n", "# only a comment\n", "[]", "null", "---\n"])(
    "takes %j for nothing",
    (text, { expect }) => {
      const auth = readAwsAuth({ mapRoles: text, mapUsers: text, mapAccounts: text });
      expect([auth.roles, auth.users, auth.accounts, auth.findings]).toEqual([[], [], [], []]);
    },
  );

  it("leaves out what is bad in a list, and keeps the rest", ({ expect }) => {
    const mapRoles = [
      "- text",
      "- username: nobody",
      `- rolearn: ${arn}`,
      "  groups: no list",
      `- rolearn: ${arn}`,
      "  username: 12",
      `- rolearn: ${arn}`,
      "  username: yes",
      `- {rolearn: ${arn}, groups: [1]}`,
      `- {rolearn: ${arn}, username: good, groups: null}`,
    ].join("\n");
    const auth = readAwsAuth({ mapRoles });
    expect(auth.roles).toMatchObject([{ username: "good", index: 6, line: 10 }]);
    expect(auth.findings.map(({ title }) => title)).toEqual([
      "mapRoles[0] of aws-auth is left out: it is no map",
      "mapRoles[1] of aws-auth is left out: one of rolearn or SSO must be supplied",
      "mapRoles[2] of aws-auth is left out: groups is no list",
      "mapRoles[3] of aws-auth is left out: username is 12, which YAML reads as no text",
      "mapRoles[4] of aws-auth is left out: username is true, which YAML reads as no text",
      "mapRoles[5] of aws-auth is left out: an item of groups is 1, which YAML reads as no text",
    ]);
  });

  it.for([
    ["2023-01-01", "2023-01-01"],
    ["1:30", "1:30"],
    ["~", ""],
    ['"012"', "012"],
    ["b\n  USERNAME: other", "b"],
    ["a\n  username: b", "b"],
  ])("reads a user name %j as %j, as Go's decoder does", ([text, username], { expect }) => {
    expect(readAwsAuth({ mapRoles: `- rolearn: ${arn}\n  username: ${text}\n` }).roles).toMatchObject([{ username }]);
  });

  it("reads the first document, merge keys, and comments anywhere", ({ expect }) => {
    const mapRoles = `# a\n---\n- &x {rolearn: ${arn}, username: a}\n# b\n- <<: *x\n  username: b\n---\n- rolearn: c\n`;
    expect(readAwsAuth({ mapRoles }).roles.map(({ username }) => username)).toEqual(["a", "b"]);
  });

  it("loses a whole key, and only that, to a mistake in its YAML", ({ expect }) => {
    const auth = readAwsAuth({
      mapRoles: `- rolearn: ${arn}\n\tusername: x\n`,
      mapUsers: "- {userarn: arn:aws:iam::1:user/A, username: a}",
      mapAccounts: "key: value",
    });
    expect(auth.unreadable).toEqual(["mapRoles", "mapAccounts"]);
    expect(auth.roles).toEqual([]);
    expect(auth.users).toHaveLength(1);
    expect(auth.findings).toMatchObject([
      { code: "identity/yaml", at: { path: "mapRoles", line: 2 } },
      { code: "identity/yaml", title: "mapAccounts of aws-auth can't be read: it is no list" },
    ]);
  });

  it("keeps the digits of accounts, quoted or not", ({ expect }) => {
    expect(readAwsAuth({ mapAccounts: '- 012345678901\n- "111122223333"\n- 0x10\n' }).accounts).toEqual([
      "012345678901",
      "111122223333",
      "0x10",
    ]);
  });

  it("survives aliases that multiply, values that are no text, and names of objects' innards", ({ expect }) => {
    const bomb = [
      "- &a [x, x]",
      ...Array.from({ length: 30 }, (_, i) => `- &a${i} [${`*a${i ? i - 1 : ""}, `.repeat(9)}]`),
    ];
    expect(readAwsAuth({ mapRoles: bomb.join("\n") }).unreadable).toEqual(["mapRoles"]);
    expect(readAwsAuth({ mapRoles: 7 } as never).unreadable).toEqual(["mapRoles"]);
    expect(readAwsAuth({ mapRoles: "- __proto__: {rolearn: x}\n" }).roles).toEqual([]);
  });

  it("knows permission sets, though EKS doesn't", ({ expect }) => {
    const mapRoles = "- sso: {permissionSetName: Ops, accountID: '111122223333'}\n  username: ops\n";
    expect(readAwsAuth({ mapRoles }).roles).toMatchObject([
      { arn: "", sso: { permissionSetName: "Ops", partition: "" } },
    ]);
  });
});

describe("listing", () => {
  const auth = readAwsAuth({
    mapRoles: `- {rolearn: ${arn}, username: nodes, groups: [g]}`,
    mapUsers: "- {userarn: arn:aws:iam::1:user/A, username: a}",
    mapAccounts: "- '111122223333'",
  });

  it("has one row a mapping, by eksctl's names", ({ expect }) => {
    expect(identityRows(auth)).toEqual([
      { rolearn: arn, username: "nodes", groups: ["g"] },
      { userarn: "arn:aws:iam::1:user/A", username: "a" },
      { account: "111122223333" },
    ]);
    expect(identityRows(auth, arn)).toHaveLength(1);
    expect(identityRows(auth, "arn:aws:iam::1:role/None")).toEqual([]);
  });
});
