// Our bearer tokens beside those of `aws eks get-token`, signed at the same second with the same keys.
import { randomBytes } from "node:crypto";
import { describe, it } from "vitest";
import { bearerToken, isRefusal, readToken } from "../../../src/identity/index.ts";
import type { CliResult } from "../../helpers/judges.ts";
import { python, pythonMissing, startAwsCli } from "../../helpers/judges.ts";

interface ExecCredential {
  kind: string;
  apiVersion: string;
  status: { expirationTimestamp: string; token: string };
}

const parametersOf = (token: string): { place: string; parameters: string[] } => {
  const url = Buffer.from(token.slice("k8s-aws-v1.".length), "base64url").toString();
  const [place = "", query = ""] = url.split("?");
  return { place, parameters: query.split("&") };
};

/** Epoch ms of X-Amz-Date. */
function signedAt(parameters: readonly string[]): number {
  const date = parameters.find((parameter) => parameter.startsWith("X-Amz-Date="))?.slice(11) ?? "";
  return Date.parse(date.replace(/(....)(..)(..)T(..)(..)(..)Z/, "$1-$2-$3T$4:$5:$6Z"));
}

const cases: [name: string, region: string, cluster: string, sessionToken: string | undefined, endpoint?: string][] = [
  ["a user's keys", "eu-central-1", "prod", undefined],
  ["a session's keys", "us-east-1", "prod", `${randomBytes(400).toString("base64")}/+=`],
  ["China", "cn-north-1", "my_cluster-1", undefined],
  ["GovCloud", "us-gov-west-1", "prod", "x"],
  ["an isolated region", "us-iso-east-1", "prod", undefined],
  ["a sandbox", "eu-west-1", "prod", "x/y", "http://127.0.0.1:4566"],
];

describe.skipIf(!python)(`tokens of the AWS CLI${python ? "" : ` (${pythonMissing})`}`, () => {
  it.for(cases)(
    "for %s have the same parameters and signature",
    async ([, region, cluster, sessionToken, endpoint], { expect }) => {
      const accessKeyId = `ASIA${randomBytes(8).toString("hex").toUpperCase()}`;
      const secretAccessKey = randomBytes(30).toString("base64");
      const cli = startAwsCli({
        AWS_ACCESS_KEY_ID: accessKeyId,
        AWS_SECRET_ACCESS_KEY: secretAccessKey,
        AWS_SESSION_TOKEN: sessionToken,
        AWS_DEFAULT_REGION: region,
        AWS_ENDPOINT_URL_STS: endpoint,
      });
      const { out, err, exit }: CliResult = await cli.run([
        "eks",
        "get-token",
        "--cluster-name",
        cluster,
        "--output",
        "json",
      ]);
      cli.close();
      expect([exit, err]).toEqual([0, ""]);
      const { status } = JSON.parse(out) as ExecCredential;
      const theirs = parametersOf(status.token);
      const at = signedAt(theirs.parameters);
      const credentials = { accessKeyId, secretAccessKey, sessionToken };
      const ours = bearerToken({ cluster, region, at, credentials, endpoint });
      expect(parametersOf(ours.token).place).toBe(theirs.place);
      // The CLI has the session token behind the signed headers; verifiers don't mind.
      expect(parametersOf(ours.token).parameters.toSorted()).toEqual(theirs.parameters.toSorted());
      expect(Math.abs(Date.parse(status.expirationTimestamp) - ours.expiresAt)).toBeLessThanOrEqual(2000);
      const partition = region.startsWith("cn-")
        ? "aws-cn"
        : region.startsWith("us-gov")
          ? "aws-us-gov"
          : region.startsWith("us-iso")
            ? "aws-iso"
            : "aws";
      const options = { cluster, partition, ...(endpoint ? { extraEndpoints: [endpoint] } : {}) };
      expect(isRefusal(readToken(status.token, options, at))).toBe(false);
    },
  );
});
