// A presigned STS GetCallerIdentity, by an own SigV4: the exec plugin starts with every kubectl command, and an SDK
// client takes longer to load than all the rest. https://docs.aws.amazon.com/IAM/latest/UserGuide/create-signed-request.html
import { hmacSha256, sha256 } from "./sha256.ts";

/** Keys to sign with. */
export interface SigningCredentials {
  accessKeyId: string;
  secretAccessKey: string;
  /** Of temporary credentials. */
  sessionToken?: string | undefined;
  /** When temporary credentials end, epoch ms. */
  expiresAt?: number | undefined;
}

/** What is signed: a call of STS that only the cluster named in the signed header can replay. */
export interface PresignInput {
  /** Where STS is: `https://sts.eu-central-1.amazonaws.com`, or a sandbox's address. */
  endpoint: string;
  region: string;
  /** Name of the cluster (or id, of local clusters on Outposts). */
  cluster: string;
  credentials: SigningCredentials;
  /** Time of signing, epoch ms. */
  at: number;
}

/** The header that binds a token to one cluster; it is signed and not part of the URL. */
export const clusterHeader = "x-k8s-aws-id";

/** Seconds; STS ignores it (15 minutes hold), and verifiers up to 0.3.0 accepted no more than 60. */
const presignExpires = "60";

const hex = (text: string): string => sha256(text).toString("hex");

/** RFC 3986: everything but letters, digits and `-._~`. */
function encode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** `20230428T000000Z` of epoch milliseconds. */
export function amzDate(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19).replace(/[-:]/g, "")}Z`;
}

/** The canonical request, as SigV4 wants it hashed; parameters are sorted already. */
export function canonicalRequest(path: string, query: string, host: string, cluster: string): string {
  const id = cluster.trim().replace(/ +/g, " ");
  const headers = `host:${host}\n${clusterHeader}:${id}\n`;
  return `GET\n${path}\n${query}\n${headers}\nhost;${clusterHeader}\n${hex("")}`;
}

/**
 * The presigned URL of GetCallerIdentity for one cluster. Parameters stand in sorted order, the signature last.
 *
 * @throws TypeError when `endpoint` is no URL
 */
export function presignIdentity({ endpoint, region, cluster, credentials, at }: PresignInput): string {
  const { host, origin, pathname } = new URL(endpoint);
  const date = amzDate(at);
  const scope = `${date.slice(0, 8)}/${region}/sts/aws4_request`;
  const parameters: [name: string, value: string][] = [
    ["Action", "GetCallerIdentity"],
    ["Version", "2011-06-15"],
    ["X-Amz-Algorithm", "AWS4-HMAC-SHA256"],
    ["X-Amz-Credential", `${credentials.accessKeyId}/${scope}`],
    ["X-Amz-Date", date],
    ["X-Amz-Expires", presignExpires],
    ...(credentials.sessionToken ? [["X-Amz-Security-Token", credentials.sessionToken] as [string, string]] : []),
    ["X-Amz-SignedHeaders", `host;${clusterHeader}`],
  ];
  const query = parameters.map(([name, value]) => `${name}=${encode(value)}`).join("&");
  const toSign = `AWS4-HMAC-SHA256\n${date}\n${scope}\n${hex(canonicalRequest(pathname, query, host, cluster))}`;
  const steps = [date.slice(0, 8), region, "sts", "aws4_request"];
  const key = steps.reduce<string | Buffer>(
    (last, step) => hmacSha256(last, step),
    `AWS4${credentials.secretAccessKey}`,
  );
  return `${origin}${pathname}?${query}&X-Amz-Signature=${hmacSha256(key, toSign).toString("hex")}`;
}
