import { describe, it } from "vitest";
import { account, session, user } from "../testing.ts";
import { awsAuthMapper } from "./aws-auth-mapper.ts";
import { backendModes, dynamicBackendModes } from "./backend-modes.ts";
import { decideMapping } from "./decide.ts";
import { dynamicFileMapper } from "./dynamic-file.ts";
import { crdMapper, mountedFileMapper, ssoPattern } from "./listed-mapper.ts";
import type { Mapper } from "./mapper.ts";
import { instanceOf, renderTemplate, unknownPlaceholders } from "./template.ts";

const role = (name: string): string => `arn:aws:iam::${account}:role/${name}`;
const rolesMap = (...items: string[]): Mapper => awsAuthMapper({ mapRoles: items.join("\n") });

describe("templates", () => {
  const me = session("Admin", "me@example.com");
  const node = session("Nodes", "i-0123456789abcdef0");
  const lookup = (): { privateDnsName: string } => ({ privateDnsName: "ip-10-0-0-1.eu-central-1.compute.internal" });

  it.for([
    ["{{AccountID}}:{{SessionName}}", `${account}:me-example.com`],
    ["{{SessionNameRaw}}", "me@example.com"],
    ["key {{AccessKeyID}}", "key ASIAIOSFODNN7EXAMPLE"],
    ["{{SessionName}} {{SessionName}}", "me-example.com me-example.com"],
    ["{{Nonsense}} stays", "{{Nonsense}} stays"],
  ])("%s → %s", ([template = "", text], { expect }) => {
    expect(renderTemplate(template, me, lookup)).toEqual({ text });
  });

  it("name nobody's session for users", ({ expect }) => {
    expect(renderTemplate("x{{SessionName}}", user("Alice"), lookup)).toEqual({ text: "x" });
  });

  it("put nothing into what they put in", ({ expect }) => {
    expect(renderTemplate("{{SessionName}}", session("Admin", "$&"), lookup)).toEqual({ text: "$&" });
  });

  it("name the instance whose session it is", ({ expect }) => {
    expect(renderTemplate("system:node:{{EC2PrivateDNSName}}", node, lookup)).toEqual({
      text: "system:node:ip-10-0-0-1.eu-central-1.compute.internal",
    });
    expect(renderTemplate("{{EC2PrivateDNSName}}", me, lookup)).toEqual({
      problem: "SessionName did not contain an instance id",
    });
    expect(renderTemplate("{{EC2PrivateDNSName}}", node, () => undefined)).toEqual({
      problem: "instance i-0123456789abcdef0 has no private DNS name",
    });
  });

  it("let nobody pass for a node who merely calls the session so", ({ expect }) => {
    const instance = { privateDnsName: "ip-10-0-0-1", roleArn: role("Nodes") };
    expect(renderTemplate("{{EC2PrivateDNSName}}", node, () => instance)).toEqual({ text: "ip-10-0-0-1" });
    const impostor = session("Admin", "i-0123456789abcdef0");
    expect(renderTemplate("{{EC2PrivateDNSName}}", impostor, () => instance)).toEqual({
      problem: `instance i-0123456789abcdef0 runs with ${role("Nodes")}, not with ${role("Admin")}`,
    });
  });

  it("know ids of both lengths, and which placeholders there are", ({ expect }) => {
    expect(["i-12345678", "i-0123456789abcdef0", "i-1234", "x"].map((name) => instanceOf(session("R", name)))).toEqual([
      "i-12345678",
      "i-0123456789abcdef0",
      undefined,
      undefined,
    ]);
    expect(unknownPlaceholders("{{SessionName}}{{sessionname}}{{User}}")).toEqual(["{{sessionname}}", "{{User}}"]);
  });
});

describe("the aws-auth ConfigMap", () => {
  const admin = session("Admin", "me");

  it("finds a role by the session, whatever the case", ({ expect }) => {
    const map = rolesMap(`- rOleARN: ${role("ADMIN")}`, "  username: admin:{{SessionName}}", "  groups: [ops]");
    expect(decideMapping(admin, [map])).toEqual({
      allowed: true,
      user: { username: "admin:me", groups: ["ops"], mapper: "EKSConfigMap", rule: "aws-auth mapRoles[0]" },
    });
  });

  it("never finds a role by its path, or by a session; and says what it nearly found", ({ expect }) => {
    const map = rolesMap(`- rolearn: ${role("team/Admin")}`, `- rolearn: ${admin.arn}`);
    expect(decideMapping(admin, [map])).toEqual({
      allowed: false,
      reason:
        `identity is not mapped: ${role("Admin")} (session me); ` +
        `aws-auth mapRoles[0] names it with a path, ${role("team/Admin")}, which never matches`,
    });
  });

  it("asks for roles before users, and takes the last of several", ({ expect }) => {
    const data = {
      mapRoles: `- {rolearn: "${role("Admin")}", username: first}\n- {rolearn: "${role("admin")}", username: last}`,
      mapUsers: `- {userarn: "${role("Admin")}", username: user}`,
    };
    expect(decideMapping(admin, [awsAuthMapper(data)])).toMatchObject({ user: { username: "last" } });
  });

  it("lets everybody of an account in, under their ARN and without groups", ({ expect }) => {
    expect(decideMapping(admin, [awsAuthMapper({ mapAccounts: `- ${account}` })])).toEqual({
      allowed: true,
      user: { username: role("Admin"), groups: [], mapper: "EKSConfigMap", rule: `account ${account}` },
    });
  });

  it("maps nobody when it isn't there", ({ expect }) => {
    expect(decideMapping(user("Alice"), [awsAuthMapper(undefined)])).toEqual({
      allowed: false,
      reason: `identity is not mapped: arn:aws:iam::${account}:user/Alice`,
    });
  });
});

describe("the config file", () => {
  it("takes a session for its role, and users whatever the case", ({ expect }) => {
    const map = mountedFileMapper({
      mapRoles: [{ roleARN: session("Admin", "x").arn, username: "admin" }],
      mapUsers: [{ userARN: `arn:aws:iam::${account}:user/alice`, username: "alice", groups: ["dev"] }],
    });
    expect(decideMapping(session("Admin", "y"), [map])).toMatchObject({ user: { username: "admin" } });
    expect(decideMapping(user("Alice"), [map])).toMatchObject({ user: { username: "alice", groups: ["dev"] } });
  });

  it("finds roles of permission sets in every partition", ({ expect }) => {
    const sso = { permissionSetName: "Ops", accountID: account };
    expect(ssoPattern({ ...sso, partition: "aws-cn" })).toBe(`arn:aws-cn:iam::${account}:role/awsreservedsso_ops_*`);
    const map = mountedFileMapper({ mapRoles: [{ sso, username: "ops:{{SessionName}}" }] });
    expect(decideMapping(session("AWSReservedSSO_Ops_0a1b", "me@x.y"), [map])).toMatchObject({
      user: { username: "ops:me-x.y" },
    });
    expect(decideMapping(session("AWSReservedSSO_Dev_0a1b", "me"), [map]).allowed).toBe(false);
  });

  it.for([
    ["a role without a name", { mapRoles: [{ username: "x" }] }, "mapRoles[0]: one of rolearn or SSO must be supplied"],
    [
      "a role with two",
      { mapRoles: [{ rolearn: role("A"), sso: { permissionSetName: "Ops", accountID: account } }] },
      "mapRoles[0]: only one of rolearn or SSO can be supplied",
    ],
    ["a user without a name", { mapUsers: [{ username: "x" }] }, "mapUsers[0]: value for userarn must be supplied"],
    [
      "a permission set with a bad name",
      { mapRoles: [{ sso: { permissionSetName: "a b", accountID: account } }] },
      'mapRoles[0]: sso.permissionSetName "a b" is no permission set',
    ],
    [
      "an account that is none",
      { mapRoles: [{ sso: { permissionSetName: "Ops", accountID: "1" } }] },
      'mapRoles[0]: sso.accountID "1" is no account id',
    ],
    ["something else", { mapRoles: ["x"] }, "mapRoles[0]: it is no map"],
    ["a bucket", { mapUsers: [{ userarn: "arn:aws:s3:::x" }] }, /not a valid service/],
  ] as const)("is refused as a whole for %s", ([, file, title], { expect }) => {
    expect(() => mountedFileMapper(file)).toThrow(title);
  });
});

describe("IAMIdentityMapping objects", () => {
  it("count by the canonical ARN that the controller wrote; the first wins", ({ expect }) => {
    const object = (name: string, canonicalARN?: string): object => ({
      metadata: { name },
      spec: { arn: role("Admin"), username: name, groups: ["g"] },
      ...(canonicalARN === undefined ? {} : { status: { canonicalARN } }),
    });
    const lower = role("admin").toLowerCase();
    const map = crdMapper([object("pending"), object("first", lower), object("second", lower)]);
    expect(decideMapping(session("Admin", "me"), [map])).toEqual({
      allowed: true,
      user: { username: "first", groups: ["g"], mapper: "CRD", rule: "iamidentitymapping/first" },
    });
  });
});

describe("the dynamic file", () => {
  const file = (content: object): string => JSON.stringify({ Version: "1", LastUpdatedDateTime: "1", ...content });
  const me = session("Admin", "me", { principalId: "AROAADMIN" });
  const strict = { strict: true };

  it("is looked up by ARN, or strictly by unique id", ({ expect }) => {
    const text = file({ mapRoles: [{ rolearn: role("Admin"), userid: "AROAADMIN", username: "a", groups: ["g"] }] });
    expect(decideMapping(me, [dynamicFileMapper(text)])).toMatchObject({ user: { username: "a", groups: ["g"] } });
    expect(decideMapping(me, [dynamicFileMapper(text, strict)])).toMatchObject({ user: { username: "a" } });
    const anew = session("Admin", "me", { principalId: "AROAANEW" });
    expect(decideMapping(anew, [dynamicFileMapper(text, strict)]).allowed).toBe(false);
  });

  it("strictly accepts a path, or no ARN at all; not another ARN, nor a malformed one", ({ expect }) => {
    const entry = (rolearn?: string): Mapper =>
      dynamicFileMapper(file({ mapRoles: [{ rolearn, userid: "AROAADMIN", username: "a" }] }), strict);
    expect(decideMapping(me, [entry(role("team/Admin"))]).allowed).toBe(true);
    expect(decideMapping(me, [entry()]).allowed).toBe(true);
    const mismatch = { allowed: false, reason: "ARN does not match User ID" };
    expect(decideMapping(me, [entry(role("Other"))])).toEqual(mismatch);
    expect(decideMapping(me, [entry("nonsense")])).toEqual(mismatch);
  });

  it("is taken whole or not at all; gone, it maps nobody", ({ expect }) => {
    const bad = file({ mapRoles: [{ userid: "AROAADMIN" }, { rolearn: role("Admin"), username: "keyless" }] });
    expect(() => dynamicFileMapper(bad, strict)).toThrow("mapRoles[1] has no userid");
    expect(() => dynamicFileMapper(bad)).toThrow("one of rolearn or SSO must be supplied");
    expect(() => dynamicFileMapper("{")).toThrow("it is not JSON");
    expect(decideMapping(me, [dynamicFileMapper("")]).allowed).toBe(false);
  });
});

describe("decisions over several sources", () => {
  const me = session("Admin", "me");
  const named = (username: string): Mapper => mountedFileMapper({ mapRoles: [{ rolearn: role("Admin"), username }] });

  it("are the first source's", ({ expect }) => {
    const map = rolesMap(`- {rolearn: "${role("Admin")}", username: second}`);
    expect(decideMapping(me, [named("first"), map])).toMatchObject({ user: { username: "first" } });
  });

  it("let an account of an earlier source beat a rule of a later one", ({ expect }) => {
    const accounts = mountedFileMapper({ mapAccounts: [account] });
    expect(decideMapping(me, [accounts, rolesMap(`- {rolearn: "${role("Admin")}", username: x}`)])).toMatchObject({
      user: { username: role("Admin"), mapper: "MountedFile" },
    });
  });

  it("end where a rule fits and can't be rendered", ({ expect }) => {
    expect(decideMapping(me, [named("{{EC2PrivateDNSName}}"), awsAuthMapper({ mapAccounts: `- ${account}` })])).toEqual(
      {
        allowed: false,
        reason: "config file mapRoles[0]: SessionName did not contain an instance id",
      },
    );
  });

  it("go on after a source that can't tell, by that source's accounts or the next", ({ expect }) => {
    const text = (accounts: string[]): string =>
      JSON.stringify({
        mapRoles: [{ rolearn: role("Other"), userid: me.principalId, username: "x" }],
        mapAccounts: accounts,
      });
    const unsure = dynamicFileMapper(text([]), { strict: true });
    expect(decideMapping(me, [unsure, named("next")])).toMatchObject({ user: { username: "next" } });
    const withAccount = dynamicFileMapper(text([account]), { strict: true });
    expect(decideMapping(me, [withAccount, named("next")])).toMatchObject({ user: { username: role("Admin") } });
  });

  it("keep reserved beginnings from the sources they are reserved in", ({ expect }) => {
    const options = { reserved: { MountedFile: ["", "system:", "eks:"] } };
    expect(decideMapping(me, [named("system:admin")], options)).toEqual({
      allowed: false,
      reason:
        "invalid username 'system:admin' for mapper MountedFile: " +
        "username must not begin with with the following prefixes: [system: eks:]",
    });
    const map = rolesMap(`- {rolearn: "${role("Admin")}", username: "system:admin", groups: ["system:masters"]}`);
    expect(decideMapping(me, [map], options).allowed).toBe(true);
  });
});

describe("backend modes", () => {
  it("have names of earlier years, and MountedFile as default", ({ expect }) => {
    expect(backendModes()).toEqual(["MountedFile"]);
    expect(backendModes(["ConfigMap", "File", "CRD"])).toEqual(["EKSConfigMap", "MountedFile", "CRD"]);
    expect(dynamicBackendModes('{"backendMode":"EKSConfigMap DynamicFile"}')).toEqual(["EKSConfigMap", "DynamicFile"]);
  });

  it.for([
    [[], "No mapping backend is given"],
    [["Nothing"], '"Nothing" is no mapping backend'],
    [["constructor"], '"constructor" is no mapping backend'],
    [["File", "MountedFile"], "Mapping backend MountedFile is given twice"],
  ] as const)("%j is refused: %s", ([modes, title], { expect }) => {
    expect(() => backendModes(modes)).toThrow(title);
  });
});
