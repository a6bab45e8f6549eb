// What API servers refuse, as errors of lotse.
import { LotseError } from "../base/index.ts";

/** What an API server says when it refuses (`metav1.Status`). */
export interface KubeStatus {
  status: number;
  /** `NotFound`, `AlreadyExists`, `Conflict`, `Forbidden`, `Invalid`, `TooManyRequests` … */
  reason: string;
  message: string;
  causes: readonly { reason?: string; message?: string; field?: string }[];
}

/** A refusal of the API server, with its status. */
export class KubeRefusal extends LotseError {
  readonly refusal: KubeStatus;
  constructor(code: string, refusal: KubeStatus, facts: { title: string; remedy?: string }) {
    super(code, { ...facts, detail: refusal.message, blame: "user" });
    this.refusal = refusal;
  }
}

function causesOf(details: unknown): KubeStatus["causes"] {
  const causes = (details as { causes?: unknown } | undefined)?.causes;
  return Array.isArray(causes) ? (causes as KubeStatus["causes"]) : [];
}

/** Reads an answer that isn't a success; plain text is taken as the message. */
export function statusOf(status: number, text: string): KubeStatus {
  try {
    const body = JSON.parse(text) as { reason?: unknown; message?: unknown; details?: unknown };
    return {
      status,
      reason: typeof body.reason === "string" ? body.reason : "",
      message: typeof body.message === "string" ? body.message : text.trim(),
      causes: causesOf(body.details),
    };
  } catch {
    // Not a Status object: a proxy's or the server's own plain text.
    return { status, reason: "", message: text.trim().slice(0, 1_000), causes: [] };
  }
}

/** The error for a refusal. */
export function refusal(found: KubeStatus, what: string): KubeRefusal {
  if (found.status === 401) {
    return new KubeRefusal("kube/unauthorized", found, {
      title: `The cluster doesn't know who asks (${what})`,
      remedy:
        "See who AWS says you are with `lotse whoami`; the cluster needs an access entry or an aws-auth mapping for it.",
    });
  }
  if (found.status === 403) {
    return new KubeRefusal("kube/denied", found, {
      title: `The cluster doesn't allow ${what}`,
      remedy: "Give the caller's access entry an access policy, or its groups a role binding.",
    });
  }
  if (found.status === 409 && found.reason === "Conflict") {
    const managers = [...new Set(found.causes.map((cause) => cause.message ?? "").filter(Boolean))];
    return new KubeRefusal("kube/conflict", found, {
      title: `${what}: ${managers.length > 0 ? managers.join("; ") : "somebody else changed it"}`,
      remedy: "Leave the field to its owner, or take it over with --force-conflicts.",
    });
  }
  return new KubeRefusal("kube/refused", found, { title: `The API server refused ${what}` });
}

/** True for what is gone or was never there. */
export function isNotFound(error: unknown): boolean {
  return error instanceof KubeRefusal && error.refusal.status === 404;
}

/** The error when no answer came. */
export function unreachable(server: string, cause: unknown): LotseError {
  const code = (cause as { code?: string }).code;
  const text = cause instanceof Error ? cause.message : String(cause);
  return new LotseError(
    "kube/unreachable",
    {
      title: `The API server at ${server} can't be reached`,
      detail: code && !text.includes(code) ? `${code}: ${text}` : text || String(code),
      remedy:
        "Look whether the cluster's endpoint is open to this place (`lotse get cluster`), and whether a network or proxy stands between.",
      blame: "cluster",
    },
    { cause },
  );
}
