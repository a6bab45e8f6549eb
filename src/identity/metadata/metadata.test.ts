// Roles by annotation, as kube2iam's and kiam's users have them (facts: mappings/mapper.go, iam/arn.go), without their holes.
import { describe, it } from "vitest";
import { rolesAllow } from "./allowed-roles.ts";
import { baseArnOfProfile, listedRole, readBaseArn, roleArnOf } from "./base-arn.ts";
import type { PodAnnotations, PodRoleSettings } from "./pod-role.ts";
import { credentialsDocument, podRole } from "./pod-role.ts";
import { podSessionName } from "./session.ts";

const base = readBaseArn("arn:aws:iam::123456789012:role");
const settings: PodRoleSettings = {
  base,
  roleKey: "iam.amazonaws.com/role",
  externalIdKey: "iam.amazonaws.com/external-id",
  sessionNameKey: "iam.amazonaws.com/session-name",
  restricted: false,
  format: "glob",
  namespaceKey: "iam.amazonaws.com/allowed-roles",
  permittedKey: "iam.amazonaws.com/permitted",
};
const pod = (annotations: Record<string, string>, namespaceAnnotations?: Record<string, string>): PodAnnotations => ({
  namespace: "shop",
  name: "web-1",
  annotations,
  namespaceAnnotations,
});
const web = { "iam.amazonaws.com/role": "web" };

describe("the base ARN", () => {
  it.for([
    ["arn:aws:iam::123456789012:role", "arn:aws:iam::123456789012:role/"],
    ["arn:aws:iam::123456789012:role/team", "arn:aws:iam::123456789012:role/team/"],
    ["arn:aws-cn:iam::123456789012:role/", "arn:aws-cn:iam::123456789012:role/"],
    ["arn:aws:iam::123456789012:user/", undefined],
    ["arn:aws:iam::12:role/", undefined],
    ["web", undefined],
  ])("of %s is %s", ([text, expected], { expect }) => {
    expect(readBaseArn(text ?? "")).toBe(expected);
  });

  it("is found by the instance profile, whatever its path", ({ expect }) => {
    expect(baseArnOfProfile("arn:aws:iam::123456789012:instance-profile/eks/nodes")).toBe(base);
    expect(baseArnOfProfile("arn:aws:iam::123456789012:role/nodes")).toBeUndefined();
  });

  it("completes names and leaves ARNs", ({ expect }) => {
    expect(roleArnOf("team/app", base)).toBe("arn:aws:iam::123456789012:role/team/app");
    expect(roleArnOf("/team/app", base)).toBe("arn:aws:iam::123456789012:role/team/app");
    expect(roleArnOf("arn:aws:iam::999999999999:role/there", base)).toBe("arn:aws:iam::999999999999:role/there");
    expect(roleArnOf("app", undefined)).toBeUndefined();
    expect(roleArnOf("arn:aws:iam::123456789012:role/", base)).toBeUndefined();
    expect(roleArnOf("arn:aws:iam::123456789012:user/me", base)).toBeUndefined();
    expect(roleArnOf("a b", base)).toBeUndefined();
    expect(listedRole("arn:aws:iam::123456789012:role/team/app", base)).toBe("team/app");
    expect(listedRole("arn:aws:iam::999999999999:role/app", base)).toBe("arn:aws:iam::999999999999:role/app");
  });
});

describe("a pod's role", () => {
  it("is its annotation's, and its session has its name", ({ expect }) => {
    expect(podRole(pod({ ...web, "iam.amazonaws.com/external-id": "e-1" }), settings)).toEqual({
      roleArn: "arn:aws:iam::123456789012:role/web",
      externalId: "e-1",
      sessionName: "shop.web-1",
    });
  });

  it("is the default, or none", ({ expect }) => {
    const defaultRole = "arn:aws:iam::123456789012:role/plain";
    expect(podRole(pod({}), { ...settings, defaultRole })).toMatchObject({ roleArn: defaultRole });
    expect(podRole(pod({}), settings)).toEqual({
      refusal: "pod shop/web-1 asks for no role (annotation iam.amazonaws.com/role), and there is no default role",
    });
    expect(podRole(pod({ "iam.amazonaws.com/role": "not a role" }), settings)).toEqual({
      refusal: '"not a role", the role that pod shop/web-1 asks for, is no role',
    });
  });

  it.for<[string, Record<string, string> | undefined, boolean]>([
    ["an unknown namespace", undefined, false],
    ["no annotation", {}, false],
    ["an empty one", { "iam.amazonaws.com/allowed-roles": "" }, false],
    ["one that is no JSON", { "iam.amazonaws.com/allowed-roles": "[web" }, false],
    ["one that is no list", { "iam.amazonaws.com/allowed-roles": '{"a":"web"}' }, false],
    ["its name", { "iam.amazonaws.com/allowed-roles": '["web"]' }, true],
    ["a glob", { "iam.amazonaws.com/allowed-roles": '["api","w*"]' }, true],
    ["a longer name", { "iam.amazonaws.com/allowed-roles": '["web-admin","we"]' }, false],
    ["kiam's expression", { "iam.amazonaws.com/permitted": "web|api" }, true],
    ["part of kiam's expression", { "iam.amazonaws.com/permitted": "we" }, false],
    ["kiam's empty expression", { "iam.amazonaws.com/permitted": "" }, false],
  ])("with restrictions and %s", ([, namespace, allowed], { expect }) => {
    const answer = podRole(pod(web, namespace), { ...settings, restricted: true });
    expect("roleArn" in answer).toBe(allowed);
  });

  it("is the default everywhere", ({ expect }) => {
    const defaultRole = "arn:aws:iam::123456789012:role/web";
    expect(podRole(pod(web, {}), { ...settings, restricted: true, defaultRole })).toMatchObject({
      roleArn: defaultRole,
    });
  });
});

describe("patterns", () => {
  const arn = "arn:aws:iam::123456789012:role/explicit-role-admin";
  it("as expressions are anchored", ({ expect }) => {
    expect(rolesAllow(["explicit-role"], "regexp", arn, base)).toBe(false);
    expect(rolesAllow(["explicit-role.*"], "regexp", arn, base)).toBe(true);
    expect(rolesAllow(["arn:aws:iam::123456789012:role/explicit-.*"], "regexp", arn, base)).toBe(true);
    expect(rolesAllow(["("], "regexp", arn, base)).toBe(false);
  });

  it("take no longer than their text", ({ expect }) => {
    const long = `arn:aws:iam::123456789012:role/${"a".repeat(60)}!`;
    const before = process.cpuUsage();
    expect(rolesAllow(["(a+)+$", "(a|aa)*b", ".*.*.*.*.*.*.*x"], "regexp", long, base)).toBe(false);
    expect(rolesAllow([`${"*a".repeat(200)}b`], "glob", long, base)).toBe(false);
    // Backtracking would take centuries.
    expect(process.cpuUsage(before).user).toBeLessThan(5_000_000);
  });
});

describe("sessions and documents", () => {
  it("name one pod each, in 64 characters", ({ expect }) => {
    const names = ["a", "b"].map((end) => podSessionName("a-namespace", `${"long-".repeat(20)}${end}`));
    expect(new Set(names).size).toBe(2);
    for (const name of names) expect(name).toMatch(/^[\w+=,.@-]{2,64}$/);
  });

  it("are written as kube2iam writes them", ({ expect }) => {
    const expiration = new Date("2026-01-02T15:04:05.678Z");
    const credentials = { accessKeyId: "ASIA1", secretAccessKey: "s", sessionToken: "t", expiration };
    expect(JSON.parse(credentialsDocument(credentials, new Date("2026-01-02T14:04:05Z")))).toEqual({
      AccessKeyId: "ASIA1",
      Code: "Success",
      Expiration: "2026-01-02T15:04:05Z",
      LastUpdated: "2026-01-02T14:04:05Z",
      SecretAccessKey: "s",
      Token: "t",
      Type: "AWS-HMAC",
    });
  });
});
