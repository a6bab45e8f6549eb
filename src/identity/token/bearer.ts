// The bearer token of EKS: a presigned call of STS in base64url, as `aws eks get-token` and aws-iam-authenticator make it.
import { stsHost } from "../sts-host.ts";
import type { SigningCredentials } from "./presign.ts";
import { presignIdentity } from "./presign.ts";

/** What every token begins with. */
export const tokenPrefix = "k8s-aws-v1.";

/** Clients renew after 14 minutes: STS answers a presigned URL for 15. */
const lifetime = 14 * 60_000;
/** Credentials that end earlier take the token with them; it is renewed a minute before. */
const credentialMargin = 60_000;

/** For which cluster, with which keys, when. */
export interface BearerTokenInput {
  /** Name of the cluster, or id of a local cluster on Outposts. */
  cluster: string;
  region: string;
  credentials: SigningCredentials;
  /** Time of signing, epoch ms. */
  at: number;
  /** STS somewhere else than at AWS: what AWS_ENDPOINT_URL_STS or AWS_ENDPOINT_URL says. */
  endpoint?: string | undefined;
}

/** A token and when kubectl should ask for the next one. */
export interface BearerToken {
  token: string;
  /** Epoch ms. */
  expiresAt: number;
}

/** Makes a token. Pure: the same input gives the same bytes. @throws TypeError when `endpoint` is no URL */
export function bearerToken(input: BearerTokenInput): BearerToken {
  const { region, credentials, at } = input;
  const endpoint = input.endpoint || `https://${stsHost(region)}`;
  const url = presignIdentity({ endpoint, region, cluster: input.cluster, credentials, at });
  return {
    token: tokenPrefix + Buffer.from(url, "utf8").toString("base64url"),
    expiresAt: Math.min(at + lifetime, (credentials.expiresAt ?? Number.POSITIVE_INFINITY) - credentialMargin),
  };
}
