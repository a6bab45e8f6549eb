// The aws-auth ConfigMap of a living cluster: read, edited as a whole, written back only if nobody else did meanwhile.
import type { Diagnostic } from "../base/index.ts";
import { LotseError } from "../base/index.ts";
import type { AwsAuthData, AwsAuthEdit } from "../identity/index.ts";
import type { Kube, KubeObject } from "../kube/index.ts";
import { KubeRefusal, resources } from "../kube/index.ts";
import { lineDiff } from "./diff.ts";

/** The object as it is in the cluster. */
export interface AwsAuthMap extends KubeObject {
  data?: AwsAuthData;
}

/** Where it is. */
export const awsAuthKey = { namespace: "kube-system", name: "aws-auth" } as const;

/** A change that is to be confirmed. */
export interface Change {
  /** The question. */
  text: string;
  /** Lines with `+`, `-` or two spaces before them. */
  diff: readonly string[];
  /** What should be known before answering. */
  notes: readonly Diagnostic[];
}

/** Is shown a change and says whether it is to be made. */
export type Confirm = (change: Change) => Promise<boolean>;

const tries = 5;

/** Reads it; undefined when there is none. */
export async function readAwsAuthMap(kube: Kube): Promise<AwsAuthMap | undefined> {
  return kube.find<AwsAuthMap>(resources.configMaps, awsAuthKey);
}

/** What changes, key by key. */
export function awsAuthDiff(before: AwsAuthData, after: AwsAuthData): string[] {
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return keys.flatMap((key) => {
    const lines = lineDiff(before[key] ?? "", after[key] ?? "");
    return lines.length === 0 ? [] : [`  ${key}: |`, ...lines.map((line) => `${line.slice(0, 2)}  ${line.slice(2)}`)];
  });
}

const isConflict = (error: unknown): boolean =>
  error instanceof KubeRefusal &&
  error.refusal.status === 409 &&
  /^(Conflict|AlreadyExists)$/.test(error.refusal.reason);

async function write(kube: Kube, current: AwsAuthMap | undefined, data: AwsAuthData): Promise<void> {
  if (current) await kube.replace(resources.configMaps, { ...current, data });
  else {
    const made = { apiVersion: "v1", kind: "ConfigMap", metadata: { ...awsAuthKey }, data };
    await kube.create<AwsAuthMap>(resources.configMaps, made);
  }
}

/**
 * Edits it. When somebody else has written meanwhile, the edit is made again on what is there now; it is confirmed again
 * only when it has become another change.
 *
 * @param edit may throw: then nothing is written
 * @returns the edit that was made; `written` is false when there was nothing to change or it was declined
 * @throws LotseError `kube/…`, `access/map-contended`, and what `edit` throws
 */
export async function editAwsAuth(
  kube: Kube,
  edit: (data: AwsAuthData | undefined) => AwsAuthEdit,
  confirm: Confirm,
): Promise<AwsAuthEdit & { written: boolean }> {
  let confirmed: string | undefined;
  for (let attempt = 0; attempt < tries; attempt += 1) {
    const current = await readAwsAuthMap(kube);
    const made = edit(current?.data);
    if (!made.changed) return { ...made, written: false };
    const diff = awsAuthDiff(current?.data ?? {}, made.data);
    const change = diff.filter((line) => !line.startsWith("  ")).join("\n");
    if (change !== confirmed) {
      const text = current ? "Change the ConfigMap aws-auth?" : "Create the ConfigMap aws-auth?";
      if (!(await confirm({ text, diff, notes: made.notes }))) return { ...made, written: false };
      confirmed = change;
    }
    try {
      await write(kube, current, made.data);
      return { ...made, written: true };
    } catch (error) {
      if (!isConflict(error)) throw error;
    }
  }
  throw new LotseError("access/map-contended", {
    title: `The ConfigMap aws-auth was changed by somebody else ${tries} times while it was being written`,
    remedy: "See who writes it: `kubectl get configmap aws-auth -n kube-system --show-managed-fields -o yaml`.",
  });
}
