import { describe, it } from "vitest";
import { agentCredentials, agentError, isAgentAnswer, isFinalError, readAgentRequest } from "./agent.ts";

const now = Date.parse("2026-11-21T12:00:00Z");
const token = (claims: object): string => {
  const all = { iss: "https://i", sub: "system:serviceaccount:shop:cart", exp: now / 1000 + 60, ...claims };
  return `e30.${Buffer.from(JSON.stringify(all)).toString("base64url")}.AA`;
};
const ask = (request: object): unknown => {
  const read = readAgentRequest({ host: "169.254.170.23", authorization: token({}), now, ...request });
  return isAgentAnswer(read) ? `${read.status} ${read.body.trim()}` : read.expires;
};

describe("a request to the agent", () => {
  it("is taken at both of its addresses, with port and brackets, and at no other", ({ expect }) => {
    for (const host of ["169.254.170.23", "169.254.170.23:80", "[fd00:ec2::23]", "[fd00:ec2::23]:80", "fd00:ec2::23"])
      expect(ask({ host })).toBe(now + 60_000);
    expect(ask({ host: "evil.example:80" })).toBe(
      "403 Access Denied. Called agent through invalid address, please use either [169.254.170.23 fd00:ec2::23] address not evil.example",
    );
    expect(ask({ host: undefined })).toMatch(/^403/);
    expect(ask({ host: "127.0.0.1:4711", hosts: ["127.0.0.1"] })).toBe(now + 60_000);
  });

  it.for([
    ["no token", undefined, "400 Service account token cannot be empty"],
    ["an empty token", " ", "400 Service account token cannot be empty"],
    ["a word before it", `Bearer ${token({})}`, "400 Service account token cannot be parsed"],
    ["no JWT", "abc", "400 Service account token cannot be parsed"],
    [
      "an expired one",
      token({ exp: now / 1000 }),
      "400 Service account token failed basic claim validations: token is expired",
    ],
    [
      "one of tomorrow",
      token({ nbf: now / 1000 + 9 }),
      "400 Service account token failed basic claim validations: token is not",
    ],
    [
      "one without an end",
      token({ exp: undefined }),
      "400 Service account token failed basic claim validations: the token has",
    ],
  ] as const)("with %s is refused", ([, authorization, answer], { expect }) => {
    expect(ask({ authorization })).toContain(answer);
  });
});

describe("an answer of the agent", () => {
  it("is JSON that SDKs read, or a line that says whose fault it is", ({ expect }) => {
    const given = { accessKeyId: "A", secretAccessKey: "S", sessionToken: "T", expires: now, account: "1" };
    expect(JSON.parse(agentCredentials(given).body)).toEqual({
      AccessKeyId: "A",
      SecretAccessKey: "S",
      Token: "T",
      AccountId: "1",
      Expiration: "2026-11-21T12:00:00.000Z",
    });
    expect(agentError("r-1", { code: "ThrottlingException", message: "slow down", status: 429 })).toMatchObject({
      status: 429,
      body: "[r-1]: (ThrottlingException): slow down, fault: client\n",
    });
    expect(agentError("r-1", { code: "X", message: "y", status: 503 }).body).toContain("fault: server");
  });

  it("ends what was cached only when EKS has decided", ({ expect }) => {
    const codes = [
      "ResourceNotFoundException",
      "ExpiredTokenException",
      "ThrottlingException",
      "InternalServerException",
    ];
    expect(codes.map(isFinalError)).toEqual([true, true, false, false]);
  });
});
