// Credentials themselves, for what is signed without a call: bearer tokens. The SDK's own chain finds them, in its order:
// profile or environment, SSO, web identity, process, container, instance.
import type { defaultProvider } from "@aws-sdk/credential-provider-node";
import { isLotseError } from "../base/index.ts";
import { awsError, isDenied } from "./errors.ts";

/** An access key, with a token when it is temporary. */
export interface AwsCredentials {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
  /** When temporary ones end, epoch ms. */
  expiresAt?: number;
}

/** Where credentials come from. */
export interface CredentialOptions {
  region: string;
  /** Given ones are taken as they are. */
  credentials?: AwsCredentials;
  profile?: string;
  /** Asks a person for the code of the MFA device that a profile names. */
  mfaCode?: (device: string) => Promise<string>;
}

type Chain = ReturnType<typeof defaultProvider>;

// One chain per profile and process: it keeps what it has found until shortly before that ends.
const chains = new Map<string, Promise<Chain>>();

async function chainOf({ profile, mfaCode, region }: CredentialOptions): Promise<Chain> {
  // Loaded when it is needed: what is given credentials never is.
  const provider = await import("@aws-sdk/credential-provider-node");
  return provider.defaultProvider({
    ...(profile === undefined ? {} : { profile }),
    ...(mfaCode ? { mfaCodeProvider: mfaCode } : {}),
    clientConfig: { region },
  });
}

/**
 * Finds credentials. Temporary ones are renewed by whoever gave them, as for calls.
 *
 * @throws LotseError `aws/bad-credentials` and what else the sources answer
 */
export async function resolveCredentials(options: CredentialOptions): Promise<AwsCredentials> {
  if (options.credentials) return options.credentials;
  const key = JSON.stringify([options.profile ?? null, options.region]);
  const chain = chains.get(key) ?? chainOf(options);
  chains.set(key, chain);
  try {
    const { accessKeyId, secretAccessKey, sessionToken, expiration } = await (await chain)();
    return {
      accessKeyId,
      secretAccessKey,
      ...(sessionToken === undefined ? {} : { sessionToken }),
      ...(expiration === undefined ? {} : { expiresAt: expiration.getTime() }),
    };
  } catch (error) {
    // A person didn't answer.
    if (isLotseError(error)) throw error;
    // The only thing that can be denied on the way to credentials is a profile's role.
    throw awsError(error, { action: isDenied(error) ? "sts:AssumeRole" : "finding credentials" });
  }
}
