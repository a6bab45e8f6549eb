// EKS Auth's one operation, signed and sent by hand: the SDK client for it isn't among the packages that lotse is made of.
// https://docs.aws.amazon.com/eks/latest/APIReference/API_auth_AssumeRoleForPodIdentity.html
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
import { createHash, createHmac } from "node:crypto";
import type { AwsCredentials } from "./credentials.ts";

/** A call to EKS Auth, as a node makes it. */
export interface PodIdentityCall {
  region: string;
  /** Instead of EKS Auth's own. */
  endpoint?: string | undefined;
  /** The node's. */
  credentials: AwsCredentials;
  cluster: string;
  /** A pod's projected token. */
  token: string;
  /** Milliseconds for the whole call. */
  timeout: number;
}

/** Credentials of a pod's role, or what EKS Auth said instead. */
export type PodIdentityAnswer =
  | {
      credentials: { accessKeyId: string; secretAccessKey: string; sessionToken: string; expires: number };
      account: string;
    }
  | { code: string; message: string; status: number };

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
const hmac = (key: string | Buffer, text: string): Buffer => createHmac("sha256", key).update(text).digest();

/** Dual-stack host names: https://docs.aws.amazon.com/general/latest/gr/eks.html */
function hostOf(region: string): string {
  return region.startsWith("cn-") ? `eks-auth.${region}.api.amazonwebservices.com.cn` : `eks-auth.${region}.api.aws`;
}

/** Headers of a signed request, for a moment in epoch milliseconds. */
function signed(
  { region, credentials }: Pick<PodIdentityCall, "region" | "credentials">,
  url: URL,
  body: string,
  now: number,
): Record<string, string> {
  const time = new Date(now).toISOString().replaceAll(/[-:]|\.\d+/g, "");
  const headers: Record<string, string> = {
    "content-type": "application/json",
    host: url.host,
    "x-amz-date": time,
    ...(credentials.sessionToken === undefined ? {} : { "x-amz-security-token": credentials.sessionToken }),
  };
  const names = Object.keys(headers).toSorted();
  const canonical = [
    "POST",
    // Each part is encoded once more than it stands in the URL; names of clusters have nothing to encode.
    url.pathname,
    "",
    ...names.map((name) => `${name}:${headers[name]}`),
    "",
    names.join(";"),
    sha256(body),
  ].join("\n");
  const scope = `${time.slice(0, 8)}/${region}/eks-auth/aws4_request`;
  const toSign = ["AWS4-HMAC-SHA256", time, scope, sha256(canonical)].join("\n");
  const key = [region, "eks-auth", "aws4_request"].reduce<Buffer>(
    (before, part) => hmac(before, part),
    hmac(`AWS4${credentials.secretAccessKey}`, time.slice(0, 8)),
  );
  const signature = hmac(key, toSign).toString("hex");
  const credential = `${credentials.accessKeyId}/${scope}`;
  const authorization = `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${names.join(";")}, Signature=${signature}`;
  const { host: _, ...sent } = headers;
  return { ...sent, authorization };
}

interface Body {
  message?: string;
  Message?: string;
  __type?: string;
  assumedRoleUser?: { arn?: string };
  credentials?: { accessKeyId?: string; secretAccessKey?: string; sessionToken?: string; expiration?: number };
}

function parsed(text: string): Body {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : {};
  } catch {
    // Something between here and AWS has answered.
    return { message: text.slice(0, 200) };
  }
}

/**
 * Asks for the credentials of a pod's role. What EKS Auth refuses is an answer; only what isn't one is thrown.
 *
 * @throws Error when nobody answers, or not in time
 */
export async function assumeRoleForPodIdentity(call: PodIdentityCall): Promise<PodIdentityAnswer> {
  const base = call.endpoint ?? `https://${hostOf(call.region)}`;
  const url = new URL(`${base.replace(/\/$/, "")}/clusters/${call.cluster}/assume-role-for-pod-identity`);
  const body = JSON.stringify({ token: call.token });
  const response = await fetch(url, {
    method: "POST",
    headers: signed(call, url, body, Date.now()),
    body,
    redirect: "error",
    signal: AbortSignal.timeout(call.timeout),
  });
  const answer = parsed(await response.text());
  const { accessKeyId, secretAccessKey, sessionToken, expiration } = answer.credentials ?? {};
  if (response.ok && accessKeyId && secretAccessKey && sessionToken && expiration !== undefined)
    return {
      credentials: { accessKeyId, secretAccessKey, sessionToken, expires: expiration * 1000 },
      account: answer.assumedRoleUser?.arn?.split(":")[4] ?? "",
    };
  const named = response.headers.get("x-amzn-errortype") ?? answer.__type ?? "InternalServerException";
  return {
    code: (named.split(/[:#]/).find((part) => part.endsWith("Exception")) ?? named).slice(0, 100),
    message: answer.message ?? answer.Message ?? `HTTP ${response.status}`,
    status: response.ok ? 500 : response.status,
  };
}
