import { describe, it } from "vitest";
import { podIdentityTrust, webIdentityTrust } from "./trust.ts";
import { readPodToken } from "./token.ts";

const issuer = { issuer: "https://oidc.eks.eu-central-1.amazonaws.com/id/ABCD", account: "111122223333" };
const path = "oidc.eks.eu-central-1.amazonaws.com/id/ABCD";

describe("a trust policy for service accounts", () => {
  it("compares names and audience exactly", ({ expect }) => {
    expect(webIdentityTrust({ issuers: [issuer], accounts: [{ namespace: "shop", name: "cart" }] })).toEqual({
      policy: {
        Version: "2012-10-17",
        Statement: [
          {
            Effect: "Allow",
            Principal: { Federated: `arn:aws:iam::111122223333:oidc-provider/${path}` },
            Action: "sts:AssumeRoleWithWebIdentity",
            Condition: {
              StringEquals: {
                [`${path}:aud`]: "sts.amazonaws.com",
                [`${path}:sub`]: "system:serviceaccount:shop:cart",
              },
            },
          },
        ],
      },
      warnings: [],
    });
  });

  it("puts patterns under StringLike, in a statement of their own, and warns by how much they open", ({ expect }) => {
    const { policy, warnings } = webIdentityTrust({
      issuers: [issuer],
      accounts: [
        { namespace: "shop", name: "cart" },
        { namespace: "shop", name: "*" },
        { namespace: "team-*", name: "app" },
        { namespace: "*", name: "*" },
      ],
    });
    expect(policy.Statement.map(({ Condition }) => Condition)).toEqual([
      { StringEquals: { [`${path}:aud`]: "sts.amazonaws.com", [`${path}:sub`]: "system:serviceaccount:shop:cart" } },
      {
        StringEquals: { [`${path}:aud`]: "sts.amazonaws.com" },
        StringLike: {
          [`${path}:sub`]: [
            "system:serviceaccount:shop:*",
            "system:serviceaccount:team-*:app",
            "system:serviceaccount:*:*",
          ],
        },
      },
    ]);
    expect(warnings.map(({ title }) => title)).toEqual([
      expect.stringContaining("more than one service account of namespace shop"),
      expect.stringContaining("namespaces by a pattern"),
      expect.stringContaining("every namespace"),
    ]);
  });

  it("has a statement for each cluster, and says when there are too many", ({ expect }) => {
    const issuers = Array.from({ length: 9 }, (_, i) => ({
      ...issuer,
      issuer: `${issuer.issuer}${i}`,
      partition: "aws-cn",
    }));
    const made = webIdentityTrust({
      issuers,
      accounts: [{ namespace: "shop", name: "cart" }],
      audiences: ["sts.amazonaws.com", "mine"],
    });
    expect(made.policy.Statement).toHaveLength(9);
    expect(made.policy.Statement[8]?.Principal).toEqual({
      Federated: `arn:aws-cn:iam::111122223333:oidc-provider/${path}8`,
    });
    expect(made.warnings.map(({ code }) => code)).toEqual(["identity/trust-length"]);
  });

  it("is none without anybody to trust", ({ expect }) => {
    expect(() => webIdentityTrust({ issuers: [], accounts: [{ namespace: "a", name: "b" }] })).toThrow(RangeError);
    expect(() => webIdentityTrust({ issuers: [issuer], accounts: [] })).toThrow(RangeError);
  });
});

describe("a trust policy for EKS Pod Identity", () => {
  it("trusts the service, as narrowly as it is told", ({ expect }) => {
    expect(podIdentityTrust().policy.Statement).toEqual([
      {
        Effect: "Allow",
        Principal: { Service: "pods.eks.amazonaws.com" },
        Action: ["sts:AssumeRole", "sts:TagSession"],
      },
    ]);
    const { policy, warnings } = podIdentityTrust({
      account: "1",
      clusterArns: ["arn:c"],
      accounts: [
        { namespace: "shop", name: "cart" },
        { namespace: "shop", name: "till" },
        { namespace: "back", name: "job-*" },
      ],
    });
    expect(policy.Statement.map(({ Condition }) => Condition)).toEqual([
      {
        StringEquals: {
          "aws:SourceAccount": "1",
          "aws:RequestTag/kubernetes-namespace": "shop",
          "aws:RequestTag/kubernetes-service-account": ["cart", "till"],
        },
        ArnEquals: { "aws:SourceArn": "arn:c" },
      },
      {
        StringEquals: { "aws:SourceAccount": "1", "aws:RequestTag/kubernetes-namespace": "back" },
        StringLike: { "aws:RequestTag/kubernetes-service-account": "job-*" },
        ArnEquals: { "aws:SourceArn": "arn:c" },
      },
    ]);
    expect(warnings).toHaveLength(1);
  });
});

describe("a projected token", () => {
  const token = (claims: unknown): string => `e30.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.AA`;

  it("says whose pod it is of", ({ expect }) => {
    const claims = {
      iss: "https://i",
      sub: "system:serviceaccount:shop:cart",
      aud: ["a", 1],
      exp: 20,
      "kubernetes.io": { pod: { name: "cart-1", uid: "u" } },
    };
    expect(readPodToken(token(claims))).toEqual({
      issuer: "https://i",
      subject: "system:serviceaccount:shop:cart",
      audiences: ["a"],
      namespace: "shop",
      serviceAccount: "cart",
      pod: { name: "cart-1", uid: "u" },
      expires: 20,
    });
  });

  it("is nothing else", ({ expect }) => {
    const others = ["", "a.b", "a.b.c", token(null), token([]), token({ iss: "x", sub: "somebody" }), `${token({})} `];
    expect(others.map(readPodToken)).toEqual(others.map(() => undefined));
  });
});
