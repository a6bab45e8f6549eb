import fc from "fast-check";
import { describe, it } from "vitest";
import { randomised } from "../../base/testing.ts";
import type { AwsAuthEdit, NewMapping } from "./edit.ts";
import { addAccount, addMapping, addServiceMapping, removeAccount, removeMapping } from "./edit.ts";
import { readAwsAuth } from "./read.ts";

const arn = (name: string): string => `arn:aws:iam::111122223333:role/${name}`;

/** As somebody keeps it by hand. */
const written = `# Nodes first. Ask the platform team before you touch them.
- rolearn: ${arn("Nodes")}   # group ng-1
  username: "system:node:{{EC2PrivateDNSName}}"
  groups:
    - system:bootstrappers
    - system:nodes

# People
- groups: [dev]   # was: ops
  rolearn: ${arn("Dev")}
  username: dev:{{SessionName}}
  note: unknown fields stay
  # inside of Dev

# the end
`;

const rolesOf = ({ data }: AwsAuthEdit): string => data["mapRoles"] ?? "";

describe("adding a mapping", () => {
  it("appends it, and leaves every other character alone", ({ expect }) => {
    const edit = addMapping(
      { mapRoles: written, other: "x" },
      { arn: arn("Ops"), username: "ops", groups: ["a", "b"] },
    );
    const item = `- groups:\n  - a\n  - b\n  rolearn: ${arn("Ops")}\n  username: ops\n`;
    expect(rolesOf(edit)).toBe(written.replace("  # inside of Dev\n", `  # inside of Dev\n${item}`));
    expect(edit).toMatchObject({ changed: true, notes: [], data: { other: "x" } });
  });

  it("keeps the indentation that the list has", ({ expect }) => {
    const edit = addMapping(
      { mapRoles: `    - rolearn: ${arn("A")}\n      username: a` },
      { arn: arn("B"), username: "b" },
    );
    expect(rolesOf(edit)).toBe(
      `    - rolearn: ${arn("A")}\n      username: a\n    - rolearn: ${arn("B")}\n      username: b\n`,
    );
  });

  it.for([
    ["no map at all", undefined, ""],
    ["no list", {}, ""],
    ["eksctl's empty list", { mapRoles: "[]\n" }, ""],
    ["an empty text in quotes", { mapRoles: '""' }, ""],
    ["a comment", { mapRoles: "# roles\n" }, "# roles\n"],
    ["a comment and an empty list", { mapRoles: "# roles\n[]\n" }, "# roles\n"],
    ["null", { mapRoles: "null" }, ""],
  ] as const)("begins the list where there is %s", ([, data, before], { expect }) => {
    const edit = addMapping(data, { arn: arn("A"), username: "a" });
    expect(rolesOf(edit)).toBe(`${before}- rolearn: ${arn("A")}\n  username: a\n`);
  });

  it("stays within brackets where somebody uses them", ({ expect }) => {
    const mapRoles = `# c\n[{rolearn: "${arn("A")}", username: a}] # d\n`;
    const edit = addMapping({ mapRoles }, { arn: arn("B"), username: "b", groups: ["g"] });
    expect(readAwsAuth(edit.data).roles.map(({ username, groups }) => [username, groups])).toEqual([
      ["a", []],
      ["b", ["g"]],
    ]);
    expect(rolesOf(edit)).toContain("# c\n");
    expect(rolesOf(edit)).toContain("# d");
  });

  it("puts users into mapUsers, and quotes where YAML would take a text for something else", ({ expect }) => {
    const user = "arn:aws:iam::111122223333:user/Alice";
    const edit = addMapping({}, { arn: user, username: "yes", groups: ["007", "a: b", "{{AccountID}}", "x #y"] });
    expect(edit.data["mapUsers"]).toBe(
      `- groups:\n  - "007"\n  - "a: b"\n  - "{{AccountID}}"\n  - "x #y"\n  userarn: ${user}\n  username: "yes"\n`,
    );
    expect(readAwsAuth(edit.data).users).toMatchObject([
      { username: "yes", groups: ["007", "a: b", "{{AccountID}}", "x #y"] },
    ]);
  });

  it("warns that the ARN's earlier mapping is shadowed", ({ expect }) => {
    expect(addMapping({ mapRoles: written }, { arn: arn("Dev"), username: "x" }).notes).toMatchObject([
      { code: "identity/mapping-shadowed", severity: "warning" },
    ]);
  });

  it("without duplicates skips one that is there, in any order of groups, and refuses another", ({ expect }) => {
    const mapping: NewMapping = { arn: arn("A"), username: "a", groups: ["x", "y"], noDuplicateArns: true };
    const { data } = addMapping({}, mapping);
    expect(addMapping(data, { ...mapping, groups: ["y", "x"] })).toMatchObject({
      changed: false,
      data,
      notes: [{ code: "identity/unchanged" }],
    });
    expect(() => addMapping(data, { ...mapping, username: "b" })).toThrow(
      `found existing mapping with the same arn "${arn("A")}" and shadowing is disabled`,
    );
  });

  it.for([
    [{ arn: arn("A") }, `neither username nor group are set for iam identity ${arn("A")}`],
    [{ arn: "arn:aws:iam::111122223333:group/G", username: "x" }, "arn is neither user nor role"],
    [{ arn: "nonsense", username: "x" }, "arn is neither user nor role: nonsense"],
  ] as const)("refuses %j", ([mapping, title], { expect }) => {
    expect(() => addMapping({}, mapping)).toThrow(title);
  });

  it("refuses to guess at a list that can't be read, and says where", ({ expect }) => {
    expect(() => addMapping({ mapRoles: "- a: [\n" }, { arn: arn("A"), username: "a" })).toThrow(
      "mapRoles of aws-auth can't be read",
    );
    expect(addMapping({ mapUsers: "- a: [\n" }, { arn: arn("A"), username: "a" }).changed).toBe(true);
  });

  it("maps services by name, once", ({ expect }) => {
    const account = { partition: "aws", accountId: "111122223333" };
    const edit = addServiceMapping(undefined, "emr-containers", account);
    expect(rolesOf(edit)).toBe(
      `- rolearn: ${arn("AWSServiceRoleForAmazonEMRContainers")}\n  username: emr-containers\n`,
    );
    expect(addServiceMapping(edit.data, "emr-containers", account).changed).toBe(false);
    expect(() => addServiceMapping(undefined, "toString", account)).toThrow('invalid service name "toString"');
  });
});

describe("removing a mapping", () => {
  it("takes its lines, and no comment that isn't within them", ({ expect }) => {
    expect(rolesOf(removeMapping({ mapRoles: written }, arn("Dev")))).toBe(
      written.replace(/- groups: \[dev\][^]*# inside of Dev\n/, ""),
    );
    expect(rolesOf(removeMapping({ mapRoles: written }, arn("Nodes")))).toBe(
      written.replace(/- rolearn: [^]*- system:nodes\n/, ""),
    );
  });

  it("takes the first of several and says how many are left, or takes all", ({ expect }) => {
    const data = ["a", "b", "c"].reduce(
      (map, username) => addMapping(map, { arn: arn("A"), username }).data,
      {} as AwsAuthEdit["data"],
    );
    const first = removeMapping(data, arn("A"));
    expect(readAwsAuth(first.data).roles.map(({ username }) => username)).toEqual(["b", "c"]);
    expect(first.notes).toMatchObject([{ code: "identity/mappings-left", title: expect.stringMatching(/^2 further/) }]);
    expect(rolesOf(removeMapping(data, arn("A"), { all: true }))).toBe("[]\n");
  });

  it("takes what EKS drops or never matches, too", ({ expect }) => {
    const session = "arn:aws:sts::111122223333:assumed-role/Admin/me";
    const mapRoles = `- rolearn: ${session}\n  username: x\n- rolearn: ${arn("A")}\n  username: 12\n`;
    expect(rolesOf(removeMapping({ mapRoles }, session))).toBe(`- rolearn: ${arn("A")}\n  username: 12\n`);
    expect(rolesOf(removeMapping({ mapRoles }, arn("A")))).toBe(`- rolearn: ${session}\n  username: x\n`);
  });

  it("refuses what isn't there, and with --all doesn't mind", ({ expect }) => {
    expect(() => removeMapping({}, arn("A"))).toThrow(
      `instance identity ARN "${arn("A")}" not found in auth ConfigMap`,
    );
    expect(removeMapping({}, arn("A"), { all: true })).toEqual({ data: {}, changed: false, notes: [] });
  });

  it("doesn't lock out whoever asks, nor living nodes, unless forced", ({ expect }) => {
    const data = addMapping({ mapRoles: written }, { arn: arn("Dev"), username: "second" }).data;
    const remove = (name: string, all: boolean, force = false): AwsAuthEdit =>
      removeMapping(data, arn(name), {
        all,
        guard: { callerArn: arn("Dev"), nodeRoleArns: [arn("path/to/Nodes")], force },
      });
    expect(remove("Dev", false).changed).toBe(true);
    expect(() => remove("Dev", true)).toThrow("is your own last mapping");
    expect(() => remove("Nodes", false)).toThrow("is the role of nodes that are running");
    expect(remove("Nodes", false, true).changed).toBe(true);
  });
});

describe("accounts", () => {
  it("are quoted, kept sorted and without duplicates, with their comments", ({ expect }) => {
    const mapAccounts = "# ours\n- 012345678901 # first\n- 333344445555\n- 333344445555\n";
    expect(addAccount({ mapAccounts }, "111122223333").data["mapAccounts"]).toBe(
      '# ours\n- "012345678901" # first\n- "111122223333"\n- "333344445555"\n',
    );
    expect(addAccount(undefined, "111122223333").data).toEqual({ mapAccounts: '- "111122223333"\n' });
  });

  it("go where they fit, and to the end of a list that isn't sorted", ({ expect }) => {
    expect(addAccount({ mapAccounts: '- "5"\n- "9"\n' }, "111122223333").data["mapAccounts"]).toBe(
      '- "111122223333"\n- "5"\n- "9"\n',
    );
    expect(addAccount({ mapAccounts: '- "9"\n- "5"\n' }, "111122223333").data["mapAccounts"]).toBe(
      '- "9"\n- "5"\n- "111122223333"\n',
    );
    expect(addAccount({ mapAccounts: "[333344445555]\n" }, "111122223333").data["mapAccounts"]).toMatch(
      /\[ ?"111122223333", "333344445555" ?\]/,
    );
  });

  it("that are there stay as they are", ({ expect }) => {
    expect(addAccount({ mapAccounts: '- "111122223333"\n' }, "111122223333")).toMatchObject({
      changed: false,
      notes: [{ code: "identity/unchanged" }],
    });
  });

  it("can be taken out, and have twelve digits", ({ expect }) => {
    const data = { mapAccounts: '- "111122223333"\n# next\n- 333344445555\n' };
    expect(removeAccount(data, "111122223333").data["mapAccounts"]).toBe('# next\n- "333344445555"\n');
    expect(() => removeAccount(data, "999999999999")).toThrow('account "999999999999" not found in auth ConfigMap');
    expect(() => addAccount(data, "12345")).toThrow("12345 is no account id");
  });
});

describe("edits of any map", () => {
  const name = fc.constantFrom("A", "B", "C");
  const style = fc.record({
    indent: fc.constantFrom("", "  ", "    "),
    comment: fc.constantFrom("", "# c\n", "\n", "\n# c\n"),
    tail: fc.constantFrom("", " # t"),
    extra: fc.constantFrom(
      "",
      "sso: null",
      "x: |\n  # no comment\n\n  text",
      "x: [a,\n    b]",
      "x: >-\n  folded\n  text",
    ),
  });
  const list = fc.array(fc.tuple(name, style), { maxLength: 5 }).map((items) => {
    const indent = items[0]?.[1].indent ?? "";
    const text = items.map(([item, { comment, tail, extra }]) => {
      const lines = [`rolearn: ${arn(item)}${tail}`, "username: u", ...extra.split("\n")].filter((line) => line !== "");
      return comment + lines.map((line, i) => `${indent}${i === 0 ? "- " : "  "}${line}\n`).join("");
    });
    return text.join("");
  });
  const names = (data: AwsAuthEdit["data"]): string[] => readAwsAuth(data).roles.map((role) => role.arn.slice(-1));
  const comments = (text: string): number => text.match(/^ *# c$/gm)?.length ?? 0;

  it("change what they are for, lose no comment, and come back when undone", ({ expect }) => {
    let removed = 0;
    fc.assert(
      fc.property(list, name, (mapRoles, which) => {
        const before = names({ mapRoles });
        const added = addMapping({ mapRoles }, { arn: arn("Z"), username: "z" }).data;
        expect(names(added)).toEqual([...before, "Z"]);
        expect(comments(added["mapRoles"] ?? "")).toBe(comments(mapRoles));
        if (before.length > 0) expect(removeMapping(added, arn("Z")).data["mapRoles"]).toBe(mapRoles);
        const all = removeMapping({ mapRoles }, arn(which), { all: true }).data;
        expect(names(all)).toEqual(before.filter((other) => other !== which));
        expect(comments(all["mapRoles"] ?? "")).toBe(comments(mapRoles));
        if (all["mapRoles"] !== mapRoles) removed += 1;
      }),
      randomised(300),
    );
    expect(removed).toBeGreaterThan(20);
  });
});
