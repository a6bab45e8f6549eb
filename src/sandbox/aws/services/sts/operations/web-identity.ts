// AssumeRoleWithWebIdentity: unsigned; the token of an OIDC issuer and the role's trust policy decide.
import type { AssumeRoleWithWebIdentityRequest, AssumeRoleWithWebIdentityResponse } from "@aws-sdk/client-sts";
import { findRole, trustsIdentity } from "../../../access/trust.ts";
import type { Context, Operation } from "../../../core/index.ts";
import { AwsError, operation } from "../../../core/index.ts";
import type { OidcProviderRow } from "../../iam/state.ts";
import { oidcProviders } from "../../iam/state.ts";
import { issuerKeys } from "../issuer-keys.ts";
import { checkDuration, checkPacked, checkText, openSession, readSessionPolicies, roleSession } from "../sessions.ts";
import type { Jwt } from "../../../jwt.ts";
import { isSignedBy, readJwt } from "../../../jwt.ts";
import { sessionNamePattern } from "./assume-role.ts";

const tokenLimit = 20_000;

function invalidToken(message: string): AwsError {
  return new AwsError("InvalidIdentityToken", message, { status: 400 });
}

function accountOf(roleArn: string): string {
  return roleArn.split(":")[4] ?? "";
}

/** The provider of the token's issuer, in the role's account. */
function findProvider(ctx: Context, issuer: string, roleArn: string): Readonly<OidcProviderRow> {
  const account = accountOf(roleArn);
  const url = issuer.replace(/^https:\/\//, "").replace(/\/$/, "");
  const row = ctx.table(oidcProviders, { account }).find((provider) => provider.url === url);
  if (!row) throw invalidToken(`No OpenIDConnect provider found in your account for ${issuer}`);
  return row;
}

function checkSignature(ctx: Context, jwt: Jwt, provider: Readonly<OidcProviderRow>, roleArn: string): void {
  if (!isSignedBy(jwt, issuerKeys(ctx, provider.url, accountOf(roleArn)))) {
    throw invalidToken(
      "Couldn't retrieve verification key from your identity provider,  please reference AssumeRoleWithWebIdentity documentation for requirements",
    );
  }
}

function stringList(value: unknown): string[] {
  return [value].flat().filter((item): item is string => typeof item === "string");
}

/** Tokens are checked against wall time, as the processes that hold them do. */
function checkTimes(claims: Jwt["claims"]): void {
  const now = Math.floor(Date.now() / 1000);
  const { exp, nbf, iat } = claims;
  for (const time of [exp, nbf, iat]) {
    if (time !== undefined && !Number.isInteger(time))
      throw invalidToken(
        "The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)",
      );
  }
  if (typeof exp !== "number") throw invalidToken("Missing a required claim: exp");
  if (typeof iat !== "number") throw invalidToken("Missing a required claim: iat");
  if (now >= exp) {
    throw new AwsError(
      "ExpiredTokenException",
      `Token expired: current date/time ${now} must be before the expiration date/time ${exp}`,
      { status: 400 },
    );
  }
  if (typeof nbf === "number" && now + 300 < nbf) throw invalidToken("The token is not valid yet");
}

/**
 * Condition keys that STS makes of a token. Other claims can't be asked for: a condition on them never holds.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html#condition-keys-wif
 */
function claimKeys(claims: Jwt["claims"], issuer: string, audience: string): Record<string, string | string[]> {
  const { azp, sub, email } = claims;
  const methods = stringList(claims["amr"]);
  return {
    // Where a token names the party it was made for, that one is `aud`, and the audience is `oaud`.
    ...(typeof azp === "string"
      ? { [`${issuer}:aud`]: azp, [`${issuer}:oaud`]: audience }
      : { [`${issuer}:aud`]: audience }),
    [`${issuer}:sub`]: String(sub),
    ...(typeof email === "string" ? { [`${issuer}:email`]: email } : {}),
    ...(methods.length === 0 ? {} : { [`${issuer}:amr`]: methods }),
  };
}

export const webIdentityOperations: Readonly<Record<string, Operation>> = {
  AssumeRoleWithWebIdentity: operation<AssumeRoleWithWebIdentityRequest, AssumeRoleWithWebIdentityResponse>({
    anonymous: true,
    readOnly: true,
    // Who calls doesn't matter: the token is judged below.
    permissions: () => [],
    run: (input, ctx) => {
      const roleArn = checkText(input.RoleArn ?? "", "roleArn", 20, 2048, /^\S+$/);
      const name = checkText(input.RoleSessionName ?? "", "roleSessionName", 2, 64, sessionNamePattern);
      const token = checkText(input.WebIdentityToken ?? "", "webIdentityToken", 4, tokenLimit, /^\S+$/);
      const policies = readSessionPolicies(input, ctx);
      const seconds = checkDuration(input.DurationSeconds ?? 3600, 900, 43_200);
      const jwt = readJwt(token);
      const issuer = jwt?.claims["iss"];
      if (!jwt || typeof issuer !== "string") {
        throw invalidToken(
          "The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)",
        );
      }
      const provider = findProvider(ctx, issuer, roleArn);
      checkSignature(ctx, jwt, provider, roleArn);
      const audiences = stringList(jwt.claims["aud"]);
      const audience = audiences.find((each) => provider.clientIds.includes(each));
      if (audience === undefined) throw invalidToken("Incorrect token audience");
      checkTimes(jwt.claims);
      const subject = jwt.claims["sub"];
      if (typeof subject !== "string") throw invalidToken("Missing a required claim: sub");
      const role = findRole(ctx, roleArn);
      const keys = {
        ...claimKeys(jwt.claims, provider.url, audience),
        "aws:FederatedProvider": provider.arn,
        "sts:RoleSessionName": name,
      };
      if (!role || !trustsIdentity(ctx, roleArn, provider.arn, keys)) {
        const text = "Not authorized to perform sts:AssumeRoleWithWebIdentity";
        throw new AwsError("AccessDenied", text, { status: 403 });
      }
      if (seconds > role.maxSessionDuration) {
        const text = "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.";
        throw new AwsError("ValidationError", text);
      }
      const packed = checkPacked(policies, {});
      const principal = roleSession(role, name, policies ? { sessionPolicies: policies } : {});
      return {
        Credentials: openSession(ctx, seconds, { principal, transitiveTagKeys: [], provider: provider.arn }),
        SubjectFromWebIdentityToken: subject,
        AssumedRoleUser: { AssumedRoleId: principal.principalId, Arn: principal.arn },
        ...packed,
        Provider: provider.arn,
        Audience: audience,
      };
    },
  }),
};
