// Who is calling. https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
import type {
  GetAccessKeyInfoRequest,
  GetAccessKeyInfoResponse,
  GetCallerIdentityRequest,
  GetCallerIdentityResponse,
} from "@aws-sdk/client-sts";
import type { Operation } from "../../../core/index.ts";
import { AwsError, operation } from "../../../core/index.ts";

export const identityOperations: Readonly<Record<string, Operation>> = {
  GetCallerIdentity: operation<GetCallerIdentityRequest, GetCallerIdentityResponse>({
    // AWS answers this to everyone who can sign, whatever the policies say.
    permissions: () => [],
    run: (_input, { principal }) => ({
      UserId: principal.principalId,
      Account: principal.account,
      Arn: principal.arn,
    }),
  }),

  GetAccessKeyInfo: operation<GetAccessKeyInfoRequest, GetAccessKeyInfoResponse>((input, ctx) => {
    const key = input.AccessKeyId ?? "";
    if (!/^(AKIA|ASIA)[A-Z0-9]{12,124}$/.test(key)) {
      throw new AwsError(
        "ValidationError",
        `1 validation error detected: Value '${key}' at 'accessKeyId' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w]*`,
      );
    }
    return { Account: ctx.account };
  }),
};
