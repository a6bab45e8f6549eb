// What an exec plugin prints for kubectl. https://kubernetes.io/docs/reference/config-api/client-authentication.v1/
import type { BearerToken } from "./bearer.ts";

const group = "client.authentication.k8s.io";
const fallback = `${group}/v1beta1`;

/** The text for stdout, and notes for stderr. */
export interface RenderedCredential {
  /** One line of JSON with its newline. */
  text: string;
  apiVersion: string;
  notes: readonly string[];
}

/** The version that kubectl asks for in KUBERNETES_EXEC_INFO, by the rules of `aws eks get-token`. */
function requestedVersion(execInfo: string | undefined): { apiVersion: string; notes: string[] } {
  if (execInfo === undefined || execInfo === "") return { apiVersion: fallback, notes: [] };
  let asked: unknown;
  try {
    asked = (JSON.parse(execInfo) as { apiVersion?: unknown } | null)?.apiVersion;
  } catch {
    // Not JSON: kubectl would never send it, and the token is still good.
    return { apiVersion: fallback, notes: [`KUBERNETES_EXEC_INFO is not JSON; answering with ${fallback}`] };
  }
  if (asked === `${group}/v1` || asked === fallback) return { apiVersion: asked, notes: [] };
  if (asked === `${group}/v1alpha1`) {
    const note =
      `The kubeconfig asks for ${asked}, which kubectl dropped in 1.24; ` +
      "write it anew with `lotse kubeconfig` or `aws eks update-kubeconfig`";
    return { apiVersion: asked, notes: [note] };
  }
  const value =
    asked === undefined ? "without an apiVersion" : `with the unrecognized apiVersion ${JSON.stringify(asked)}`;
  return { apiVersion: fallback, notes: [`KUBERNETES_EXEC_INFO came ${value}; answering with ${fallback}`] };
}

/**
 * The ExecCredential of a token; without an expiry kubectl uses it until the cluster doesn't take it any more.
 *
 * @param execInfo value of KUBERNETES_EXEC_INFO, undefined when it isn't set
 */
export function execCredential(
  { token, expiresAt }: Pick<BearerToken, "token"> & Partial<Pick<BearerToken, "expiresAt">>,
  execInfo?: string,
): RenderedCredential {
  const { apiVersion, notes } = requestedVersion(execInfo);
  // RFC 3339 in whole seconds, as the AWS CLI writes it.
  const expiry =
    expiresAt === undefined ? {} : { expirationTimestamp: `${new Date(expiresAt).toISOString().slice(0, 19)}Z` };
  const document = { kind: "ExecCredential", apiVersion, spec: {}, status: { ...expiry, token } };
  return { text: `${JSON.stringify(document)}\n`, apiVersion, notes };
}
