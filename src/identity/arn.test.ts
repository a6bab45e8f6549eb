import { describe, it } from "vitest";
import { arnLike, canonicalArn, stripPath } from "./arn.ts";
import { cpuTime } from "../base/testing.ts";

describe("canonical ARNs", () => {
  it.for([
    ["arn:aws:iam::111122223333:user/Alice", "user"],
    ["arn:aws:iam::111122223333:user/team/Alice", "user"],
    ["arn:aws:iam::111122223333:role/Admin", "role"],
    ["arn:aws:iam::111122223333:role/team/Admin", "role"],
    ["arn:aws:iam::111122223333:root", "root"],
    ["arn:aws:sts::111122223333:federated-user/Bob", "federated-user"],
    ["arn:aws-cn:iam::111122223333:role/Admin", "role"],
    ["arn:aws-eusc:iam::111122223333:role/Admin", "role"],
  ])("leave %s as it is, a %s", ([arn, type], { expect }) => {
    expect(canonicalArn(arn as string)).toEqual({ ok: true, type, arn });
  });

  it.for([
    ["arn:aws:sts::111122223333:assumed-role/Admin/me@example.com", "arn:aws:iam::111122223333:role/Admin"],
    ["arn:aws:sts::111122223333:assumed-role/team/Admin/me", "arn:aws:iam::111122223333:role/team/Admin"],
    ["arn:aws-us-gov:sts::111122223333:assumed-role/Admin/me", "arn:aws-us-gov:iam::111122223333:role/Admin"],
  ])("make a role of the session %s", ([arn, role], { expect }) => {
    expect(canonicalArn(arn as string)).toEqual({ ok: true, type: "assumed-role", arn: role });
  });

  it.for([
    ["role/Admin", "invalid prefix"],
    ["arn:aws:iam", "not enough sections"],
    ["arn:aws:sts::111122223333:assumed-role/Admin", "does not have a role"],
    ["arn:aws:sts::111122223333:other/x", "unrecognized resource other/x for service sts"],
    ["arn:aws:iam::111122223333:group/Admins", "unrecognized resource group/Admins for service iam"],
    ["arn:aws:s3:::bucket", "service s3 in arn arn:aws:s3:::bucket is not a valid service for identities"],
    [
      "arn:aws-mars:iam::111122223333:root",
      "arn 'arn:aws-mars:iam::111122223333:root' does not have a recognized partition",
    ],
  ])("refuse %s: %s", ([arn, problem], { expect }) => {
    expect(canonicalArn(arn as string)).toEqual({ ok: false, problem: expect.stringContaining(problem as string) });
  });
});

describe("stripPath", () => {
  it("takes the path of a role away, and leaves users and sessions alone", ({ expect }) => {
    expect(stripPath("arn:aws:iam::1:role/a/b/Name")).toBe("arn:aws:iam::1:role/Name");
    expect(stripPath("arn:aws:iam::1:role/Name")).toBe("arn:aws:iam::1:role/Name");
    expect(stripPath("arn:aws:iam::1:user/a/Name")).toBe("arn:aws:iam::1:user/a/Name");
    expect(stripPath("no arn")).toBe("no arn");
  });
});

describe("arnLike", () => {
  it.for([
    ["arn:aws:iam::1:role/AWSReservedSSO_Admin_abc", "arn:aws:iam::1:role/AWSReservedSSO_Admin_*", true],
    ["arn:aws:iam::1:role/AWSReservedSSO_Other_abc", "arn:aws:iam::1:role/AWSReservedSSO_Admin_*", false],
    ["arn:aws:iam::1:role/ab", "arn:aws:iam::1:role/a?", true],
    ["arn:aws:iam::1:role/a", "arn:aws:iam::1:role/a?", true],
    ["arn:aws:iam::1:role/abc", "arn:aws:iam::1:role/a?", false],
    ["arn:aws:iam::1:role/a.c", "arn:aws:iam::1:role/a+c", false],
    ["arn:aws:iam::1:role/a", "arn:*:iam::1:role/a", true],
    ["arn:aws:iam::1:role/a", "arn:*", "not enough sections"],
    ["arn:aws:iam::1:role/a", "*", "invalid prefix"],
    ["arn:aws:iam::1:a:b:c", "arn:aws:iam::1:a:*", true],
  ] as const)("%s ~ %s: %s", ([arn, pattern, result], { expect }) => {
    expect(arnLike(arn, pattern)).toBe(result);
  });

  it("takes its time even from a pattern that was made to take it", ({ expect }) => {
    const started = cpuTime();
    expect(arnLike(`arn:aws:iam::1:${"a".repeat(500)}`, `arn:aws:iam::1:${"a*".repeat(200)}b`)).toBe(false);
    expect(cpuTime() - started).toBeLessThan(1000);
  });
});
