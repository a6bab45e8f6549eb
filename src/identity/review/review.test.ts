import { describe, it } from "vitest";
import { awsAuthMapper } from "../mapping/aws-auth-mapper.ts";
import { account, session, user } from "../testing.ts";
import { readToken } from "../verify/question.ts";
import type { Refusal } from "../verify/refusal.ts";
import { refuse } from "../verify/refusal.ts";
import { judgeIdentity, judgeRefusal } from "./judge.ts";
import type { TokenReviewRequest } from "./token-review.ts";
import { admitted, denied, isReviewAnswer, maxReviewBytes, readTokenReview } from "./token-review.ts";
import { userInfo } from "./user-info.ts";

const me = session("Admin", "me@example.com");
const review = (apiVersion?: string): string =>
  JSON.stringify({ kind: "TokenReview", apiVersion, spec: { token: "k8s-aws-v1.x", audiences: ["a"] } });

describe("user info", () => {
  it("tells name, groups, a uid that outlives sessions, and who it is in IAM", ({ expect }) => {
    expect(userInfo(me, { username: "admin", groups: ["ops"] })).toEqual({
      username: "admin",
      uid: `aws-iam-authenticator:${account}:AROAEXAMPLE`,
      groups: ["ops"],
      extra: {
        arn: [me.arn],
        canonicalArn: [me.canonicalArn],
        sessionName: ["me@example.com"],
        accessKeyId: ["ASIAIOSFODNN7EXAMPLE"],
        principalId: ["AROAEXAMPLE"],
        "sigs.k8s.io/aws-iam-authenticator/principalId": ["AROAEXAMPLE"],
      },
    });
  });

  it("keeps an empty session name, and an empty list of groups", ({ expect }) => {
    expect(userInfo(user("Alice"), { username: "alice", groups: [] })).toMatchObject({
      groups: [],
      extra: { sessionName: [""] },
    });
  });

  it("hides ARNs and keys of scrubbed accounts", ({ expect }) => {
    expect(userInfo(me, { username: "admin", groups: [] }, [account])).toEqual({
      username: "admin",
      uid: "aws-iam-authenticator:administrative:admin",
      groups: [],
    });
  });
});

describe("a TokenReview", () => {
  it.for([
    ["v1", "authentication.k8s.io/v1", "authentication.k8s.io/v1"],
    ["v1beta1", "authentication.k8s.io/v1beta1", "authentication.k8s.io/v1beta1"],
    ["no version", undefined, "authentication.k8s.io/v1beta1"],
    ["a foreign version", "apps/v1", "authentication.k8s.io/v1beta1"],
  ] as const)("of %s is answered in %3$s", ([, asked, answered], { expect }) => {
    const request = readTokenReview("POST", review(asked)) as TokenReviewRequest;
    expect(request).toEqual({ token: "k8s-aws-v1.x", apiVersion: answered });
    expect(JSON.parse(admitted(request, { username: "a" }).body)).toEqual({
      kind: "TokenReview",
      apiVersion: answered,
      status: { authenticated: true, user: { username: "a" } },
    });
  });

  it.for([
    ["GET", review(), 405, "expected POST"],
    ["POST", undefined, 400, "expected a request body"],
    ["POST", "", 400, "expected a request body to be a TokenReview"],
    ["POST", "hello", 400, "expected a request body to be a TokenReview"],
    ["POST", "[]", 400, "expected a request body to be a TokenReview"],
    ["POST", "null", 400, "expected a request body to be a TokenReview"],
    ["POST", '{"spec":{"token":7}}', 400, "expected a request body to be a TokenReview"],
    ["POST", `{"spec":{"token":"${"x".repeat(maxReviewBytes)}"}}`, 413, "request body is too large"],
  ] as const)("is refused: %s %.20s → %i %s", ([method, body, status, text], { expect }) => {
    expect(readTokenReview(method, body)).toMatchObject({ status, body: `${text}\n` });
  });

  it("without a token asks about an empty one, which is refused like any other", ({ expect }) => {
    for (const body of ["{}", '{"spec":null}', '{"spec":{}}']) {
      const request = readTokenReview("POST", body);
      expect(isReviewAnswer(request) ? request : request.token).toBe("");
    }
    expect(readToken("", { cluster: "c" }, 0)).toMatchObject({ refused: "format" });
  });

  it("says why not in a 200, which is where kube-apiserver reads it; and asks for another try with 429 and 503", ({
    expect,
  }) => {
    const request: TokenReviewRequest = { token: "x", apiVersion: "authentication.k8s.io/v1" };
    const decided = denied(request, { kind: "decided", reason: "identity is not mapped" });
    expect(decided).toMatchObject({ status: 200, contentType: "application/json; charset=UTF-8" });
    expect(JSON.parse(decided.body)).toMatchObject({
      status: { authenticated: false, error: "identity is not mapped" },
    });
    expect(denied(request, { kind: "throttled", reason: "" }).status).toBe(429);
    expect(denied(request, { kind: "unavailable", reason: "" }).status).toBe(503);
  });

  it("is denied with the peer's statuses where they are wanted", ({ expect }) => {
    const request: TokenReviewRequest = { token: "x", apiVersion: "authentication.k8s.io/v1" };
    const peer = { peerStatusCodes: true };
    const kinds = ["decided", "throttled", "unavailable"] as const;
    expect(kinds.map((kind) => denied(request, { kind, reason: "" }, peer).status)).toEqual([403, 429, 403]);
  });
});

describe("a judgement", () => {
  const map = awsAuthMapper({ mapRoles: `- {rolearn: "${me.canonicalArn}", username: admin, groups: [ops]}` });

  it("lets in who is mapped, and knows by which rule", ({ expect }) => {
    expect(judgeIdentity(me, [map])).toMatchObject({
      allowed: true,
      result: "success",
      mapped: { rule: "aws-auth mapRoles[0]" },
      user: { username: "admin", groups: ["ops"] },
    });
  });

  it("says who isn't mapped", ({ expect }) => {
    expect(judgeIdentity(user("Eve"), [map])).toMatchObject({
      allowed: false,
      result: "unknown_user",
      identity: { canonicalArn: `arn:aws:iam::${account}:user/Eve` },
      denial: { kind: "decided", reason: `identity is not mapped: arn:aws:iam::${account}:user/Eve` },
    });
  });

  it.for([
    ["a bad token", refuse("format", "x"), "invalid_token", "decided"],
    ["a denial of STS", refuse("sts", "x"), "sts_error", "decided"],
    ["STS out of reach", refuse("sts", "x", true), "sts_error", "unavailable"],
    ["STS without time", refuse("throttled", "x"), "sts_throttling", "throttled"],
  ] as const)("of %2$o is %3$s, %4$s (%1$s)", ([, refusal, result, kind], { expect }) => {
    expect(judgeRefusal(refusal)).toEqual({ allowed: false, result, denial: { kind, reason: refusal.text } });
    expect(judgeIdentity(refusal as Refusal, [map])).toMatchObject({ result });
  });
});
