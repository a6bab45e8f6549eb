// Keys that the environment holds. As for the AWS CLI, boto3 and Terraform they beat AWS_PROFILE; --profile beats them.

/** Keys of the environment, ready to sign with. */
export interface EnvironmentCredentials {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
  /** When they end, epoch ms, where whoever exported them says it. */
  expiresAt?: number;
}

/** `aws configure export-credentials` and the SDKs say the first, aws-vault both, older tools the second. */
const expiryNames = ["AWS_CREDENTIAL_EXPIRATION", "AWS_SESSION_EXPIRATION"] as const;

/** The keys; undefined where the pair isn't whole. */
export function environmentCredentials(
  env: Readonly<Record<string, string | undefined>>,
): EnvironmentCredentials | undefined {
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, AWS_SECURITY_TOKEN } = env;
  if (!AWS_ACCESS_KEY_ID || !AWS_SECRET_ACCESS_KEY) return undefined;
  const sessionToken = AWS_SESSION_TOKEN || AWS_SECURITY_TOKEN;
  const expiry = expiryNames.map((name) => Date.parse(env[name] ?? "")).find((time) => !Number.isNaN(time));
  return {
    accessKeyId: AWS_ACCESS_KEY_ID,
    secretAccessKey: AWS_SECRET_ACCESS_KEY,
    ...(sessionToken ? { sessionToken } : {}),
    ...(expiry === undefined ? {} : { expiresAt: expiry }),
  };
}
