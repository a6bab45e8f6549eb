import { createHash } from "node:crypto";
import { describe, it } from "vitest";
import { signedAt, vector } from "../testing.ts";
import { bearerToken } from "./bearer.ts";
import { execCredential } from "./exec-credential.ts";
import { canonicalRequest } from "./presign.ts";

const urlOf = (token: string): string => Buffer.from(token.slice("k8s-aws-v1.".length), "base64url").toString();
const signature = "e211dba77aba9dc44b0b6be38b8eaad092599c5157f6314444c5b9d85747f5ce";
const query =
  "Action=GetCallerIdentity&Version=2011-06-15&X-Amz-Algorithm=AWS4-HMAC-SHA256" +
  "&X-Amz-Credential=ASIAR2TG44V6AS3ZZE7C%2F20230428%2Fus-west-2%2Fsts%2Faws4_request&X-Amz-Date=20230428T000000Z" +
  "&X-Amz-Expires=60&X-Amz-SignedHeaders=host%3Bx-k8s-aws-id";

describe("a bearer token", () => {
  it("is the golden vector of aws-iam-authenticator, byte for byte", ({ expect }) => {
    const { token, expiresAt } = bearerToken(vector);
    expect(token).toMatch(/^k8s-aws-v1\.[A-Za-z0-9_-]+$/);
    expect(urlOf(token)).toBe(`https://sts.us-west-2.amazonaws.com/?${query}&X-Amz-Signature=${signature}`);
    expect(expiresAt).toBe(1_682_640_840_000);
  });

  it("hashes the canonical request of the vector", ({ expect }) => {
    const request = canonicalRequest("/", query, "sts.us-west-2.amazonaws.com", "test-cluster");
    expect(createHash("sha256").update(request).digest("hex")).toBe(
      "bf3b1fded91e5e5f017f1ef3412816503859ec00029b9a3e269e0dbccba4231c",
    );
  });

  it("is bound to its cluster by a header that is not in the URL", ({ expect }) => {
    const other = urlOf(bearerToken({ ...vector, cluster: "other" }).token);
    expect(other).not.toContain("other");
    expect(other.split("&X-Amz-Signature=")[0]).toBe(urlOf(bearerToken(vector).token).split("&X-Amz-Signature=")[0]);
    expect(other).not.toContain(signature);
  });

  it("carries a session token, encoded, before the signed headers", ({ expect }) => {
    const credentials = { ...vector.credentials, sessionToken: "a/b+c==" };
    expect(urlOf(bearerToken({ ...vector, credentials }).token)).toContain(
      "&X-Amz-Expires=60&X-Amz-Security-Token=a%2Fb%2Bc%3D%3D&X-Amz-SignedHeaders=",
    );
  });

  it.for([
    ["eu-central-1", "sts.eu-central-1.amazonaws.com"],
    ["cn-north-1", "sts.cn-north-1.amazonaws.com.cn"],
    ["us-gov-west-1", "sts.us-gov-west-1.amazonaws.com"],
    ["us-iso-east-1", "sts.us-iso-east-1.c2s.ic.gov"],
    ["us-isob-east-1", "sts.us-isob-east-1.sc2s.sgov.gov"],
    ["eu-isoe-west-1", "sts.eu-isoe-west-1.cloud.adc-e.uk"],
    ["us-isof-south-1", "sts.us-isof-south-1.csp.hci.ic.gov"],
    ["eusc-de-east-1", "sts.eusc-de-east-1.amazonaws.eu"],
    ["xx-new-1", "sts.xx-new-1.amazonaws.com"],
  ])("of %s is for %s", ([region = "", host], { expect }) => {
    expect(new URL(urlOf(bearerToken({ ...vector, region }).token)).host).toBe(host);
  });

  it("is presigned for the endpoint that the environment names", ({ expect }) => {
    const endpoint = "http://127.0.0.1:4566";
    expect(urlOf(bearerToken({ ...vector, endpoint }).token)).toMatch(/^http:\/\/127\.0\.0\.1:4566\/\?Action=/);
  });

  it("ends 14 minutes after signing, or a minute before its credentials", ({ expect }) => {
    const minutes = (expiresAt: number): number => (expiresAt - signedAt) / 60_000;
    const ending = (after: number): number =>
      minutes(
        bearerToken({ ...vector, credentials: { ...vector.credentials, expiresAt: signedAt + after * 60_000 } })
          .expiresAt,
      );
    expect(minutes(bearerToken(vector).expiresAt)).toBe(14);
    expect(ending(60)).toBe(14);
    expect(ending(10)).toBe(9);
  });
});

describe("an ExecCredential", () => {
  const token = { token: "k8s-aws-v1.x", expiresAt: 1_682_640_840_999 };
  const info = (apiVersion?: string): string => JSON.stringify({ kind: "ExecCredential", apiVersion, spec: {} });

  it("is one line of JSON, with the time in whole seconds", ({ expect }) => {
    expect(execCredential(token).text).toBe(
      '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1beta1","spec":{},' +
        '"status":{"expirationTimestamp":"2023-04-28T00:14:00Z","token":"k8s-aws-v1.x"}}\n',
    );
  });

  it.for([
    ["nothing", undefined, "v1beta1", undefined],
    ["an empty text", "", "v1beta1", undefined],
    ["v1", info("client.authentication.k8s.io/v1"), "v1", undefined],
    ["v1beta1", info("client.authentication.k8s.io/v1beta1"), "v1beta1", undefined],
    ["v1alpha1", info("client.authentication.k8s.io/v1alpha1"), "v1alpha1", "dropped in 1.24"],
    ["a version of the future", info("client.authentication.k8s.io/v7"), "v1beta1", "unrecognized"],
    ["no version", info(), "v1beta1", "without an apiVersion"],
    ["no JSON", "{", "v1beta1", "not JSON"],
    ["JSON that is no object", "null", "v1beta1", "without an apiVersion"],
  ] as const)("asked with %s is of %4$s", ([, execInfo, version, note], { expect }) => {
    const { text, notes } = execCredential(token, execInfo);
    expect(JSON.parse(text)).toMatchObject({ apiVersion: `client.authentication.k8s.io/${version}` });
    expect(notes).toEqual(note === undefined ? [] : [expect.stringContaining(note)]);
  });
});
