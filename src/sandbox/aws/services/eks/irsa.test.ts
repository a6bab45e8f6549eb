import { createSign } from "node:crypto";
import type { DescribeClusterResponse } from "@aws-sdk/client-eks";
import type { CreateOpenIDConnectProviderResponse } from "@aws-sdk/client-iam";
import type { AssumeRoleWithWebIdentityResponse } from "@aws-sdk/client-sts";
import { describe, it } from "vitest";
import { servicePrincipal } from "../../core/index.ts";
import { refusal } from "../../testing.ts";
import { oidcKey } from "./certificate.ts";
import type { World } from "./testing.ts";
import { worldWithCluster } from "./testing.ts";

const account = "123456789012";

/** A service account's token as the cluster's issuer signs it; tokens live in wall time. */
function token(here: World, issuer: string, subject: string): string {
  const ctx = here.cloud.context({
    account,
    region: "eu-central-1",
    principal: servicePrincipal("eks.amazonaws.com", account),
  });
  const key = oidcKey(ctx, "prod", issuer);
  const now = Math.floor(Date.now() / 1000);
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  const content = `${part({ alg: "RS256", kid: key.kid })}.${part({ iss: issuer, sub: subject, aud: ["sts.amazonaws.com"], iat: now, exp: now + 600 })}`;
  return `${content}.${createSign("sha256").update(content).sign(key.privateKey).toString("base64url")}`;
}

describe("a cluster's issuer", () => {
  it("signs tokens that STS takes for the roles that trust it", ({ expect }) => {
    const here = worldWithCluster();
    const issuer =
      here.eks<DescribeClusterResponse>("DescribeCluster", { name: "prod" }).cluster?.identity?.oidc?.issuer ?? "";
    const host = issuer.replace("https://", "");
    const provider = here.call<CreateOpenIDConnectProviderResponse>("iam", "CreateOpenIDConnectProvider", {
      Url: issuer,
      ClientIDList: ["sts.amazonaws.com"],
      ThumbprintList: ["9e99a48a9960b14926bb7f3b02e22da2b0ab7280"],
    });
    here.call("iam", "CreateRole", {
      RoleName: "irsa",
      AssumeRolePolicyDocument: JSON.stringify({
        Version: "2012-10-17",
        Statement: [
          {
            Effect: "Allow",
            Principal: { Federated: provider.OpenIDConnectProviderArn },
            Action: "sts:AssumeRoleWithWebIdentity",
            Condition: { StringEquals: { [`${host}:sub`]: "system:serviceaccount:default:app" } },
          },
        ],
      }),
    });
    const assume = (
      subject: string,
      change: (text: string) => string = (text) => text,
    ): AssumeRoleWithWebIdentityResponse =>
      here.call("sts", "AssumeRoleWithWebIdentity", {
        RoleArn: `arn:aws:iam::${account}:role/irsa`,
        RoleSessionName: "app",
        WebIdentityToken: change(token(here, issuer, subject)),
      });
    expect(assume("system:serviceaccount:default:app").AssumedRoleUser?.Arn).toBe(
      `arn:aws:sts::${account}:assumed-role/irsa/app`,
    );
    expect(refusal(() => assume("system:serviceaccount:default:other"))).toMatch(/AccessDenied/);
    expect(refusal(() => assume("system:serviceaccount:default:app", (text) => text.slice(0, -8)))).toMatch(
      /InvalidIdentityToken/,
    );
  });
});
