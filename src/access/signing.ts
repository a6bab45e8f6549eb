// With whose keys a bearer token is signed: the caller's own, or those of a role that the caller assumes for it.
import type { AwsCredentials, CredentialOptions } from "../aws/index.ts";
import { openAws, resolveCredentials } from "../aws/index.ts";
import { LotseError } from "../base/index.ts";

/** A role to assume. */
export interface AssumedRole {
  arn: string;
  externalId?: string;
  /** Default: the name that the AWS CLI gives its sessions for tokens, so that user names made of it stay the same. */
  sessionName?: string;
  /** Keeps the session name of whoever assumes the role. */
  forwardSessionName?: boolean;
}

/** Whose keys, and where STS is. */
export interface SigningOptions extends CredentialOptions {
  /** Instead of AWS's own STS. */
  endpoint?: string;
  role?: AssumedRole;
}

const cliSessionName = "EKSGetTokenAuth";

/** The session name in `AROA…:name`; users have none to hand on. */
function nameOf(userId: string): string {
  const name = userId.split(":")[1];
  if (name !== undefined && name !== "") return name;
  throw new LotseError("access/no-session-name", {
    title: "There is no session name to hand on: the caller is a user, not a session of a role",
    remedy: "Leave --forward-session-name out, or give --session-name.",
  });
}

/**
 * Finds the keys. Roles cost a call of STS.
 *
 * @throws LotseError `aws/…`, `access/no-session-name`
 */
export async function signingCredentials(options: SigningOptions): Promise<AwsCredentials> {
  const { role, endpoint, region } = options;
  const credentials = await resolveCredentials(options);
  if (!role) return credentials;
  const aws = openAws({ region, credentials, ...(endpoint === undefined ? {} : { endpoint }) });
  try {
    const name = role.forwardSessionName ? nameOf((await aws.identity()).userId) : role.sessionName;
    const { Credentials } = await aws.call("sts", "AssumeRole", {
      RoleArn: role.arn,
      RoleSessionName: name ?? cliSessionName,
      ...(role.externalId === undefined ? {} : { ExternalId: role.externalId }),
    });
    return {
      accessKeyId: Credentials?.AccessKeyId ?? "",
      secretAccessKey: Credentials?.SecretAccessKey ?? "",
      ...(Credentials?.SessionToken === undefined ? {} : { sessionToken: Credentials.SessionToken }),
      ...(Credentials?.Expiration === undefined ? {} : { expiresAt: Credentials.Expiration.getTime() }),
    };
  } finally {
    aws.close();
  }
}
