// Who is asking, as an authenticator will see it.
import type { Aws } from "../aws/index.ts";
import type { Identity } from "../identity/index.ts";
import { canonicalArn } from "../identity/index.ts";

/** Who AWS says the caller is. The same as a cluster's authenticator makes of the caller's token. */
export async function callerIdentity(aws: Aws): Promise<Identity> {
  const [{ account, arn, userId }, { accessKeyId }] = await Promise.all([aws.identity(), aws.credentials()]);
  const canonical = canonicalArn(arn);
  const [id = "", session = ""] = userId.split(":");
  const type = canonical.ok ? canonical.type : "user";
  const isSession = type === "assumed-role";
  return {
    arn,
    canonicalArn: canonical.ok ? canonical.arn : arn,
    type,
    accountId: account,
    userId,
    principalId: isSession ? id : userId,
    sessionName: isSession ? session : "",
    accessKeyId,
  };
}
