// Temporary credentials of users: GetSessionToken, GetFederationToken; and what denials say when decoded.
import type {
  DecodeAuthorizationMessageRequest,
  DecodeAuthorizationMessageResponse,
  GetFederationTokenRequest,
  GetFederationTokenResponse,
  GetSessionTokenRequest,
  GetSessionTokenResponse,
} from "@aws-sdk/client-sts";
import { decodeDenial } from "../../../access/denials.ts";
import type { Operation, Principal } from "../../../core/index.ts";
import { AwsError, operation } from "../../../core/index.ts";
import { checkDuration, checkPacked, checkText, openSession, readSessionPolicies, readTags } from "../sessions.ts";

/** Both calls are for long-term credentials. */
function refuseSessions(principal: Principal, name: string): void {
  if (principal.accessKeyId?.startsWith("ASIA") === true) {
    throw new AwsError("AccessDenied", `Cannot call ${name} with session credentials`, { status: 403 });
  }
}

/** Nobody has a device here: the code of one is wrong, as is that of a device which isn't the caller's. */
export function refuseSecondFactor(input: { SerialNumber?: string | undefined; TokenCode?: string | undefined }): void {
  if (input.SerialNumber === undefined && input.TokenCode === undefined) return;
  const text =
    "MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial number is valid and associated with this user.";
  throw new AwsError("AccessDenied", text, { status: 403 });
}

const longest = 129_600;
const usual = 43_200;

export const tokenOperations: Readonly<Record<string, Operation>> = {
  GetSessionToken: operation<GetSessionTokenRequest, GetSessionTokenResponse>({
    // Needs no permission, and no policy can forbid it.
    permissions: () => [],
    run: (input, ctx) => {
      refuseSessions(ctx.principal, "GetSessionToken");
      refuseSecondFactor(input);
      const seconds = checkDuration(input.DurationSeconds ?? usual, 900, longest);
      return { Credentials: openSession(ctx, seconds, { principal: ctx.principal, transitiveTagKeys: [] }) };
    },
  }),

  GetFederationToken: operation<GetFederationTokenRequest, GetFederationTokenResponse>({
    permissions: (input, ctx) => [
      {
        action: "sts:GetFederationToken",
        resource: `arn:${ctx.partition}:sts::${ctx.principal.account}:federated-user/${input.Name}`,
      },
    ],
    run: (input, ctx) => {
      const { principal: caller } = ctx;
      refuseSessions(caller, "GetFederationToken");
      const name = checkText(input.Name ?? "", "name", 2, 32, /^[\w+=,.@-]*$/);
      const seconds = checkDuration(input.DurationSeconds ?? usual, 900, longest);
      const policies = readSessionPolicies(input, ctx) ?? [];
      const tags = readTags(input.Tags, {});
      const packed = checkPacked(policies, tags);
      const principal: Principal = {
        type: "FederatedUser",
        account: caller.account,
        arn: `arn:${ctx.partition}:sts::${caller.account}:federated-user/${name}`,
        principalId: `${caller.account}:${name}`,
        name: caller.name,
        userId: caller.principalId,
        sessionPolicies: policies,
        sessionTags: tags,
        ...(caller.administrator === true ? { administrator: true } : {}),
      };
      return {
        Credentials: openSession(ctx, seconds, { principal, transitiveTagKeys: [] }),
        FederatedUser: { FederatedUserId: principal.principalId, Arn: principal.arn },
        // Unlike its sisters it says so when there was nothing to pack.
        PackedPolicySize: packed.PackedPolicySize ?? 0,
      };
    },
  }),

  DecodeAuthorizationMessage: operation<DecodeAuthorizationMessageRequest, DecodeAuthorizationMessageResponse>(
    (input) => {
      const text = decodeDenial(input.EncodedMessage ?? "");
      if (text === undefined) {
        throw new AwsError("InvalidAuthorizationMessageException", "Message is invalid", { status: 400 });
      }
      return { DecodedMessage: text };
    },
  ),
};
