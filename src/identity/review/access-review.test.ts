import { describe, it } from "vitest";
import { accessPolicyArn } from "../../facts/index.ts";
import type { AccessEntryRecord } from "../mapping/access-entries.ts";
import { account, session } from "../testing.ts";
import type { AccessReviewRequest, AccessReviewSpec } from "./access-review.ts";
import { accessAnswer, judgeAccess, readAccessReview } from "./access-review.ts";
import { userInfo } from "./user-info.ts";

const me = session("Admin", "me", { principalId: "AROAADMIN" });
const { username, groups: _, ...known } = userInfo(me, { username: "admin", groups: [] });
const entry: AccessEntryRecord = {
  principalArn: `arn:aws:iam::${account}:role/team/Admin`,
  principalId: "AROAADMIN",
  policies: [{ policyArn: accessPolicyArn("AmazonEKSViewPolicy"), accessScope: { type: "cluster" } }],
};
const wanted: AccessReviewSpec = {
  user: username,
  ...known,
  resourceAttributes: { verb: "get", resource: "pods", namespace: "dev", name: "web" },
};
const modes = { API: "API", map: "CONFIG_MAP" } as const;
const allowed = (spec: AccessReviewSpec, mode: keyof typeof modes = "API"): boolean =>
  judgeAccess({ authenticationMode: modes[mode], entries: [entry] }, spec).allowed;

describe("access policies beside RBAC", () => {
  it("belong to whoever the authenticator says it is", ({ expect }) => {
    expect(allowed(wanted)).toBe(true);
    expect(allowed({ ...wanted, resourceAttributes: { verb: "get", resource: "secrets", namespace: "dev" } })).toBe(
      false,
    );
  });

  it("are lost by impersonation, and can't be had by naming oneself so", ({ expect }) => {
    expect(allowed({ user: username, resourceAttributes: wanted.resourceAttributes ?? {} })).toBe(false);
    expect(allowed({ ...wanted, uid: "else" })).toBe(false);
    expect(allowed({ ...wanted, extra: {} })).toBe(false);
  });

  it("survive kube-apiserver's lower-casing of extra keys", ({ expect }) => {
    const extra = Object.fromEntries(
      Object.entries(known.extra ?? {}).map(([key, value]) => [key.toLowerCase(), value]),
    );
    expect(allowed({ ...wanted, extra })).toBe(true);
  });

  it("don't count in mode CONFIG_MAP", ({ expect }) => {
    expect(allowed(wanted, "map")).toBe(false);
  });
});

describe("a SubjectAccessReview", () => {
  it("is answered in its own version: allowed, or no opinion", ({ expect }) => {
    const body = JSON.stringify({
      kind: "SubjectAccessReview",
      apiVersion: "authorization.k8s.io/v1beta1",
      spec: wanted,
    });
    const request = readAccessReview(body) as AccessReviewRequest;
    expect(request.spec).toEqual(wanted);
    expect(JSON.parse(accessAnswer(request, { allowed: true, policy: "P", reason: "because" }))).toEqual({
      kind: "SubjectAccessReview",
      apiVersion: "authorization.k8s.io/v1beta1",
      status: { allowed: true, reason: "because" },
    });
    expect(JSON.parse(accessAnswer(request, { allowed: false }))).toMatchObject({ status: { allowed: false } });
    expect(accessAnswer(request, { allowed: false })).not.toContain("denied");
  });

  it("may hold anything and is read as far as it makes sense", ({ expect }) => {
    const spec = {
      user: 7,
      uid: [],
      extra: { a: "x", b: [1, "y"] },
      resourceAttributes: { verb: 1, resource: "pods" },
    };
    expect(readAccessReview(JSON.stringify({ spec }))?.spec).toEqual({
      extra: { b: ["y"] },
      resourceAttributes: { resource: "pods" },
    });
  });

  it("is none without a spec", ({ expect }) => {
    for (const body of ["", "null", "{}", '{"spec":null}', '{"spec":[]}', '{"spec":"x"}'])
      expect(readAccessReview(body)).toBeUndefined();
  });
});
