import { describe, it } from "vitest";
import { account, signedAt, vector } from "../testing.ts";
import { bearerToken } from "../token/bearer.ts";
import type { Identity } from "./answer.ts";
import { readAnswer, stsUnreachable } from "./answer.ts";
import type { IdentityQuestion } from "./question.ts";
import { readToken } from "./question.ts";
import type { Refusal } from "./refusal.ts";

const question = readToken(bearerToken(vector).token, { cluster: "test-cluster" }, signedAt) as IdentityQuestion;

const says = (Arn: string, UserId: string, Account = account): Identity | Refusal => {
  const GetCallerIdentityResponse = {
    GetCallerIdentityResult: { Account, Arn, UserId },
    ResponseMetadata: { RequestId: "r" },
  };
  return readAnswer({ status: 200, body: JSON.stringify({ GetCallerIdentityResponse }) }, question);
};

const assumed = `arn:aws:sts::${account}:assumed-role/Admin/me@example.com`;

describe("STS's answer", () => {
  it("makes somebody of the session of a role", ({ expect }) => {
    expect(says(assumed, "AROAEXAMPLE:me@example.com")).toEqual({
      arn: assumed,
      canonicalArn: `arn:aws:iam::${account}:role/Admin`,
      type: "assumed-role",
      accountId: account,
      userId: "AROAEXAMPLE:me@example.com",
      principalId: "AROAEXAMPLE",
      sessionName: "me@example.com",
      accessKeyId: "ASIAR2TG44V6AS3ZZE7C",
    });
  });

  it.for([
    ["a user", `arn:aws:iam::${account}:user/team/Alice`, "AIDAEXAMPLE"],
    ["the root of an account", `arn:aws:iam::${account}:root`, account],
    ["a federated user", `arn:aws:sts::${account}:federated-user/Bob`, `${account}:Bob`],
  ])("takes the user id of %s whole", ([, arn = "", userId = ""], { expect }) => {
    expect(says(arn, userId)).toMatchObject({ canonicalArn: arn, principalId: userId, sessionName: "" });
  });

  it("may come as XML from what stands in for STS", ({ expect }) => {
    const body =
      `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>` +
      `<Arn>${assumed}</Arn><UserId>AROAEXAMPLE:me@example.com</UserId><Account>${account}</Account>` +
      `</GetCallerIdentityResult></GetCallerIdentityResponse>`;
    expect(readAnswer({ status: 200, body }, question)).toEqual(says(assumed, "AROAEXAMPLE:me@example.com"));
  });
});

describe("STS's answer is refused", () => {
  const text = (status: number, body: string): unknown => readAnswer({ status, body }, question);

  it.for([
    ["that is no JSON", 200, "hello", "the answer is neither JSON nor XML"],
    ["that is empty", 200, "", "the answer is neither JSON nor XML"],
    ["of another shape", 200, "{}", "the answer lacks Account, Arn or UserId"],
    ["that is null", 200, "null", "the answer lacks Account, Arn or UserId"],
    ["in XML of another shape", 200, "<html></html>", "the answer lacks Account, Arn or UserId"],
    ["with a redirect", 302, "", "error from AWS (expected 200, got 302) on us-west-2 endpoint. Body: "],
    ["with a denial", 403, "no", "error from AWS (expected 200, got 403) on us-west-2 endpoint. Body: no"],
  ] as const)("%s", ([, status, body, problem], { expect }) => {
    expect(text(status, body)).toEqual({
      refused: "sts",
      text: `sts getCallerIdentity failed: ${problem}`,
      retryable: false,
    });
  });

  it("with an identity that Kubernetes can't have", ({ expect }) => {
    expect(says("arn:aws:s3:::x", "x")).toMatchObject({ text: expect.stringContaining("is not a valid service") });
    for (const userId of ["AROAEXAMPLE", "AROAEXAMPLE:a:b"])
      expect(says(assumed, userId)).toMatchObject({
        text: `sts getCallerIdentity failed: malformed UserID "${userId}"`,
      });
  });

  it("as worth another try, when STS has no time or is broken", ({ expect }) => {
    expect(text(400, "<Code>Throttling</Code>")).toEqual({
      refused: "throttled",
      text: "sts getCallerIdentity was throttled: <Code>Throttling</Code>",
      retryable: true,
    });
    expect(text(503, "busy")).toMatchObject({ refused: "sts", retryable: true });
    expect(stsUnreachable(question, "timeout")).toEqual({
      refused: "sts",
      text: "sts getCallerIdentity failed: error during GET: timeout on us-west-2 endpoint",
      retryable: true,
    });
    expect(stsUnreachable(question, "reset", true)).toMatchObject({
      text: "sts getCallerIdentity failed: error reading HTTP result: reset",
    });
  });

  it("without repeating the secrets that STS repeats", ({ expect }) => {
    const body = "The Canonical String should have been 'GET /?X-Amz-Security-Token=SECRET&X-Amz-Signature%3DSECRET'";
    const { text: told } = text(403, body) as Refusal;
    expect(told).not.toContain("SECRET");
    expect(told.length).toBeLessThan(3000);
  });
});
