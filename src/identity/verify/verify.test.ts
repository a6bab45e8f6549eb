import fc from "fast-check";
import { describe, it } from "vitest";
import { randomised } from "../../base/testing.ts";
import { signedAt, vector } from "../testing.ts";
import { bearerToken } from "../token/bearer.ts";
import type { VerifierOptions } from "./question.ts";
import { readToken } from "./question.ts";
import { isRefusal } from "./refusal.ts";

const options: VerifierOptions = { cluster: "test-cluster" };
const wrap = (text: string | Buffer): string => `k8s-aws-v1.${Buffer.from(text).toString("base64url")}`;
const goodUrl = Buffer.from(bearerToken(vector).token.slice(11), "base64url").toString();
const minute = 60_000;

function problemOf(token: string, now = signedAt, given = options): string {
  const result = readToken(token, given, now);
  return isRefusal(result) ? result.text.replace("input token was not properly formatted: ", "") : "none";
}

/** The good URL with something else in it. */
const changed = (from: string | RegExp, to: string): string => {
  const url = goodUrl.replace(from, to);
  if (url === goodUrl) throw new Error(`${String(from)} is not in the URL`);
  return wrap(url);
};

describe("a good token", () => {
  it("becomes a GET with the verifier's own cluster in the header, and nothing else", ({ expect }) => {
    expect(readToken(bearerToken(vector).token, { cluster: "mine" }, signedAt + minute)).toEqual({
      url: goodUrl,
      query: goodUrl.slice(goodUrl.indexOf("?") + 1),
      headers: { "x-k8s-aws-id": "mine", accept: "application/json" },
      host: "sts.us-west-2.amazonaws.com",
      region: "us-west-2",
      accessKeyId: "ASIAR2TG44V6AS3ZZE7C",
      signedAt,
    });
  });

  it("may have its parameters in the AWS CLI's order, and names in any case", ({ expect }) => {
    const [base = "", query = ""] = goodUrl.split("?");
    expect(problemOf(wrap(`${base}?${query.split("&").toReversed().join("&")}`))).toBe("none");
    expect(problemOf(changed("X-Amz-Expires", "x-amz-expires"))).toBe("none");
  });

  it("holds for 15 minutes, whatever X-Amz-Expires says", ({ expect }) => {
    const { token } = bearerToken(vector);
    expect(problemOf(token, signedAt + 15 * minute)).toBe("none");
    expect(problemOf(token, signedAt + 15 * minute + 1)).toBe(
      "X-Amz-Date parameter is expired (15 minute expiration) 2023-04-28 00:00:00 +0000 UTC",
    );
  });
});

describe("a token is refused", () => {
  it.for([
    ["longer than 4096 bytes", `k8s-aws-v1.${"A".repeat(4086)}`, "token is too large"],
    ["without its prefix", "eyJhbGciOi", 'token is missing expected "k8s-aws-v1." prefix'],
    ["with the prefix in capitals", "K8S-AWS-V1.AAAA", 'token is missing expected "k8s-aws-v1." prefix'],
    ["in standard base64", "k8s-aws-v1.AB+/", "illegal base64 data at input byte 2"],
    ["with padding", "k8s-aws-v1.QUI=", "illegal base64 data at input byte 3"],
    ["with a line break", "k8s-aws-v1.QUJD\nQUJD", "illegal base64 data at input byte 4"],
    ["with one character too many", "k8s-aws-v1.QUJDQ", "illegal base64 data at input byte 4"],
    ["that is no URL", wrap(":not a url"), "missing protocol scheme"],
    ["that has a colon and no scheme", wrap("1https://x"), "first path segment in URL cannot contain colon"],
    ["with a control character", wrap("https://sts.amazonaws.com/\n"), "invalid control character in URL"],
    ["that isn't ASCII", wrap("https://sts.amazönaws.com/"), "invalid character in URL, only ASCII is allowed"],
    ["empty", wrap(""), 'unexpected scheme "" in pre-signed URL'],
    ["with another scheme", changed("https:", "http:"), 'unexpected scheme "http" in pre-signed URL'],
    ["without a host", wrap("https:/?Action=x"), "could not parse region for pre-signed URL , invalid host format: "],
    ["with a path", changed("com/?", "com/x?"), "unexpected path in pre-signed URL"],
    ["with two slashes", changed("com/?", "com//?"), "unexpected path in pre-signed URL"],
    ["with an encoded slash", changed("com/?", "com/%2f?"), "unexpected path in pre-signed URL"],
    ["without a path", changed("com/?", "com?"), "unexpected path in pre-signed URL"],
    ["with a bad escape", changed("%3B", "%zz"), "malformed query parameter"],
    ["with a semicolon", changed("%3B", ";"), "malformed query parameter"],
    ["with bytes that are no text", changed("%3B", "%ff"), "malformed query parameter"],
    ["with a parameter in two spellings", changed("?", "?action=x&"), /^duplicate query parameter found: "[Aa]ction"$/],
    ["with a foreign parameter", changed("?", "?RoleArn=x&"), 'non-whitelisted query parameter "RoleArn"'],
    ["with a parameter twice", changed("?", "?Action=x&"), "query parameter with multiple values not supported"],
    ["for another action", changed("GetCaller", "getcaller"), "unexpected action parameter in pre-signed URL"],
    ["without an action", changed("Action=GetCallerIdentity&", ""), "unexpected action parameter in pre-signed URL"],
    [
      "whose cluster header isn't signed",
      changed("host%3Bx-k8s-aws-id", "host"),
      "client did not sign the x-k8s-aws-id header in the pre-signed URL",
    ],
    ["expiring late", changed("s=60", "s=901"), "invalid X-Amz-Expires parameter in pre-signed URL: 901"],
    ["expiring early", changed("s=60", "s=-1"), "invalid X-Amz-Expires parameter in pre-signed URL: -1"],
    ["expiring some day", changed("s=60", "s=soon"), "invalid X-Amz-Expires parameter in pre-signed URL: 0"],
    ["without a date", changed(/X-Amz-Date=\w+&/, ""), "X-Amz-Date parameter must be present in pre-signed URL"],
    [
      "with a date in another form",
      changed("20230428T000000Z", "2023-04-28"),
      'error parsing X-Amz-Date parameter 2023-04-28 into format 20060102T150405Z: "2023-04-28" is no such time',
    ],
    ["with a day that isn't", changed("20230428T000000Z", "20230431T000000Z"), /^error parsing X-Amz-Date/],
  ] as const)("%s", ([, token, problem], { expect }) => {
    if (typeof problem === "string") expect(problemOf(token)).toBe(problem);
    else expect(problemOf(token)).toMatch(problem);
  });
});

describe("what only STS would notice is refused as well", () => {
  it.for([
    ["user information", changed("https://", "https://me@"), "unexpected user information in pre-signed URL"],
    ["a fragment", wrap(`${goodUrl}#x`), "unexpected fragment in pre-signed URL"],
    [
      "a port",
      changed("com/?", "com:443/?"),
      'unexpected hostname "sts.us-west-2.amazonaws.com:443" in pre-signed URL',
    ],
    ["another version", changed("2011-06-15", "2015-01-01"), "unexpected version parameter in pre-signed URL"],
    ["another algorithm", changed("HMAC-SHA256", "HMAC-MD5"), "unexpected X-Amz-Algorithm parameter in pre-signed URL"],
    [
      "no signature",
      changed(/&X-Amz-Signature=\w+/, ""),
      "X-Amz-Signature parameter is missing or no signature in pre-signed URL",
    ],
    [
      "a key that is none",
      changed("ASIAR2TG44V6AS3ZZE7C", "root"),
      "X-Amz-Credential parameter holds no access key id in pre-signed URL",
    ],
    [
      "another region's scope",
      changed("%2Fus-west-2%2F", "%2Fus-east-1%2F"),
      /^X-Amz-Credential parameter is not scoped/,
    ],
    ["another service's scope", changed("%2Fsts%2F", "%2Fs3%2F"), /^X-Amz-Credential parameter is not scoped/],
    ["another day's scope", changed("%2F20230428%2F", "%2F20230427%2F"), /^X-Amz-Credential parameter is not scoped/],
  ] as const)("%s", ([, token, problem], { expect }) => {
    if (typeof problem === "string") expect(problemOf(token)).toBe(problem);
    else expect(problemOf(token)).toMatch(problem);
  });

  it("a date of the future, beyond what clocks differ by", ({ expect }) => {
    const { token } = bearerToken(vector);
    expect(problemOf(token, signedAt - 5 * minute)).toBe("none");
    expect(problemOf(token, signedAt - 5 * minute - 1)).toMatch(/^X-Amz-Date parameter is in the future/);
  });
});

describe("hosts of STS", () => {
  const at = (host: string, region: string, given: Partial<VerifierOptions> = {}): string =>
    problemOf(bearerToken({ ...vector, region, endpoint: `https://${host}` }).token, signedAt, {
      ...options,
      ...given,
    });

  it.for([
    ["sts.amazonaws.com", "us-east-1", "aws"],
    ["sts.eu-central-1.amazonaws.com", "eu-central-1", "aws"],
    ["sts-fips.us-east-1.amazonaws.com", "us-east-1", "aws"],
    ["sts.eu-central-1.api.aws", "eu-central-1", "aws"],
    ["sts-fips.us-east-1.api.aws", "us-east-1", "aws"],
    ["sts.xx-tomorrow-9.amazonaws.com", "xx-tomorrow-9", "aws"],
    ["sts.cn-north-1.amazonaws.com.cn", "cn-north-1", "aws-cn"],
    ["sts.cn-north-1.api.amazonwebservices.com.cn", "cn-north-1", "aws-cn"],
    ["sts.us-gov-west-1.amazonaws.com", "us-gov-west-1", "aws-us-gov"],
    ["sts.us-iso-east-1.c2s.ic.gov", "us-iso-east-1", "aws-iso"],
    ["sts.eusc-de-east-1.amazonaws.eu", "eusc-de-east-1", "aws-eusc"],
  ])("%s of %s is one in partition %s", ([host = "", region = "", partition = ""], { expect }) => {
    expect(at(host, region, { partition })).toBe("none");
  });

  it.for([
    ["sts.amazonaws.com", "aws-cn", "global endpoint unsupported in partition aws-cn"],
    ["sts.-x.amazonaws.com", "aws", "invalid region identifier format provided: -x"],
    ["localhost", "aws", "could not parse region for pre-signed URL localhost, invalid host format: localhost"],
    [
      "sts.cn-north-1.amazonaws.com.cn",
      "aws",
      "partition {aws} does not support hostname sts.cn-north-1.amazonaws.com.cn",
    ],
    ["sts.cn-north-1.amazonaws.com", "aws", 'unexpected hostname "sts.cn-north-1.amazonaws.com" in pre-signed URL'],
    [
      "sts.us-east-1.amazonaws.com.evil.com",
      "aws",
      'unexpected hostname "sts.us-east-1.amazonaws.com.evil.com" in pre-signed URL',
    ],
    ["evil.us-east-1.amazonaws.com", "aws", 'unexpected hostname "evil.us-east-1.amazonaws.com" in pre-signed URL'],
    ["sts.us-east-1.s3.amazonaws.com", "aws", 'unexpected hostname "sts.us-east-1.s3.amazonaws.com" in pre-signed URL'],
    [
      "sts-fips.us-gov-west-1.amazonaws.com",
      "aws-us-gov",
      'unexpected hostname "sts-fips.us-gov-west-1.amazonaws.com" in pre-signed URL',
    ],
    ["sts.us-iso-east-1.api.aws", "aws-iso", 'unexpected hostname "sts.us-iso-east-1.api.aws" in pre-signed URL'],
  ])("%s is none in partition %s", ([host = "", partition = "", problem], { expect }) => {
    expect(at(host, "us-east-1", { partition })).toBe(problem);
  });

  it("count when they are the verifier's own, even where the endpoint rules don't know its region", ({ expect }) => {
    const host = "sts.cn-new-west-1.amazonaws.com";
    expect(at(host, "cn-new-west-1", { region: "cn-new-west-1" })).toBe("none");
    expect(at("sts.cn-north-1.amazonaws.com", "cn-north-1", { region: "cn-north-1" })).toBe("none");
    expect(at("sts.cn-north-1.amazonaws.com", "cn-north-1")).toMatch(/^unexpected hostname/);
  });

  it("are a sandbox's only when it is named, with its scheme and port", ({ expect }) => {
    const token = (endpoint: string): string => bearerToken({ ...vector, endpoint }).token;
    const sandbox = { ...options, extraEndpoints: ["http://127.0.0.1:4566/"] };
    expect(problemOf(token("http://127.0.0.1:4566"))).toBe('unexpected scheme "http" in pre-signed URL');
    expect(problemOf(token("http://127.0.0.1:4566"), signedAt, sandbox)).toBe("none");
    expect(problemOf(token("http://127.0.0.1:4567"), signedAt, sandbox)).toMatch(/^unexpected scheme/);
    expect(problemOf(token("https://127.0.0.1:4566"), signedAt, sandbox)).toMatch(/^unexpected hostname|^invalid/);
    expect(problemOf(token("https://sts.us-west-2.amazonaws.com"), signedAt, sandbox)).toBe("none");
  });
});

describe("hostile tokens", () => {
  it("never make it throw, nor ask anybody but STS", ({ expect }) => {
    const piece = fc.oneof(
      fc.string({ maxLength: 30, unit: "binary" }),
      fc.constantFrom(
        "https://",
        "sts.us-west-2.amazonaws.com",
        "/",
        "?",
        "&",
        "=",
        "#",
        "@",
        ":",
        "%2f",
        "\\",
        "[",
        "]",
      ),
      fc.constantFrom(...goodUrl.split(/(?=[&?])/)),
    );
    const token = fc.oneof(
      fc.string({ maxLength: 200, unit: "binary" }),
      fc.array(piece, { maxLength: 14 }).map((pieces) => wrap(pieces.join(""))),
      fc
        .tuple(fc.nat(goodUrl.length), piece)
        .map(([at, text]) => wrap(goodUrl.slice(0, at) + text + goodUrl.slice(at))),
    );
    fc.assert(
      fc.property(token, (text) => {
        const result = readToken(text, options, signedAt);
        if (isRefusal(result)) return result.text.startsWith("input token was not properly formatted: ");
        const url = new URL(result.url);
        return url.protocol === "https:" && /^sts(-fips)?\.([\w-]+\.)?(amazonaws\.com|api\.aws)$/.test(url.host);
      }),
      randomised(2000),
    );
    expect(readToken(wrap(goodUrl), options, signedAt)).toHaveProperty("url");
  });

  it("don't come back in the text of their refusal", ({ expect }) => {
    const secret = /&X-Amz-Signature=(\w+)/.exec(goodUrl)?.[1] ?? "";
    for (const token of [changed("https:", "http:"), changed("?", "?RoleArn=x&"), wrap(`${goodUrl}#x`)])
      expect(problemOf(token)).not.toContain(secret);
  });
});
