// Every emulated operation of STS: a life in which it works and its effect is seen, and its own refusal.
import { deflateRawSync } from "node:zlib";
import { expect } from "vitest";
import type { SweepRow, SweepWorld } from "../../sweeping.ts";
import { describeSweep, row, text } from "../../sweeping.ts";
import { sts } from "./index.ts";

const RoleArn = "arn:aws:iam::123456789012:role/captain";
const role = (w: SweepWorld): void => {
  const Statement = [{ Effect: "Allow", Principal: { AWS: "123456789012" }, Action: "sts:AssumeRole" }];
  const AssumeRolePolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement });
  w.on("iam", "CreateRole", { RoleName: "captain", AssumeRolePolicyDocument });
};
const assume = { RoleArn, RoleSessionName: "one" };
const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
const token = (claims: object): string => `${part({ alg: "RS256" })}.${part(claims)}`;
const encoded = deflateRawSync('{"allowed":false}').toString("base64url");
const session = { Credentials: { SessionToken: expect.stringMatching(/^IQoJ/) as string } };

// `AssumeRoleWithWebIdentity` succeeds with tokens of a cluster's issuer in sts.test.ts; here it is seen to look at them.
const rows: readonly SweepRow[] = [
  row(
    "GetCallerIdentity",
    (w) => w.call("GetCallerIdentity"),
    { Account: "123456789012", UserId: "AIDALOTSESANDBOXADMIN" },
    () => ({}),
    "nothing",
  ),
  row(
    "GetAccessKeyInfo",
    (w) => w.call("GetAccessKeyInfo", { AccessKeyId: "AKIALOTSESANDBOXROOT" }),
    { Account: "123456789012" },
    () => ({ AccessKeyId: "x" }),
    "ValidationError: 1 validation error detected: Value 'x' at 'accessKeyId'",
  ),
  row(
    "AssumeRole",
    (w) => (role(w), w.call("AssumeRole", assume)),
    { ...session, AssumedRoleUser: { Arn: "arn:aws:sts::123456789012:assumed-role/captain/one" } },
    () => ({ ...assume, RoleArn: "captain-without-an-arn" }),
    "ValidationError: captain-without-an-arn is invalid",
  ),
  row(
    "AssumeRoleWithWebIdentity",
    (w) => {
      try {
        return w.call("AssumeRoleWithWebIdentity", {
          ...assume,
          WebIdentityToken: `${token({ iss: "https://issuer.example" })}.x`,
        });
      } catch (error) {
        return { refused: (error as Error).message };
      }
    },
    { refused: "No OpenIDConnect provider found in your account for https://issuer.example" },
    () => ({ ...assume, WebIdentityToken: "none" }),
    "InvalidIdentityToken: The ID Token provided is not a valid JWT.",
  ),
  row(
    "GetSessionToken",
    (w) => w.call("GetSessionToken", { DurationSeconds: 900 }),
    session,
    () => ({ DurationSeconds: 899 }),
    "ValidationError: 1 validation error detected: Value '899' at 'durationSeconds'",
  ),
  row(
    "GetFederationToken",
    (w) => w.call("GetFederationToken", { Name: "guest" }),
    { ...session, FederatedUser: { Arn: "arn:aws:sts::123456789012:federated-user/guest" }, PackedPolicySize: 0 },
    () => ({ Name: "g" }),
    "ValidationError: 1 validation error detected: Value 'g' at 'name'",
  ),
  row(
    "DecodeAuthorizationMessage",
    (w) => ({ text: text(w.call("DecodeAuthorizationMessage", { EncodedMessage: encoded }), "DecodedMessage") }),
    { text: '{"allowed":false}' },
    () => ({ EncodedMessage: "none" }),
    "InvalidAuthorizationMessageException: Message is invalid",
  ),
];

// Whoever can sign may ask who they are; a token speaks for itself; what is no ARN is refused before rights matter.
describeSweep(sts, { rows }, ["AssumeRoleWithWebIdentity", "GetCallerIdentity", "GetSessionToken", "AssumeRole"]);
