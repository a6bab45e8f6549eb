// Server-side apply as lotse does it: fields that somebody has changed by hand are put right, fields that another
// program keeps applying are left to it, and it is named.
import { LotseError } from "../base/index.ts";
import { KubeRefusal, type Kube, type KubeObject, type Resource } from "../kube/index.ts";

/** kubectl's editing commands, and eksctl, whose place lotse may take at any time. */
const hands = /^(kubectl-(edit|annotate|label|patch|replace|set|create|client-side-apply)|eksctl)$/;

/** `".metadata.labels.team" belongs to "argocd"`, out of the API server's causes. */
function claims({ causes }: KubeRefusal["refusal"]): { manager: string; field: string }[] {
  return causes.map(({ message = "", field = "" }) => ({ manager: /"([^"]+)"/.exec(message)?.[1] ?? message, field }));
}

/** How an object is applied. */
export interface ApplyHow {
  /** Takes fields over from anybody. */
  force: boolean;
  /** Managers beside people's hands whose fields are taken over. */
  from?: readonly string[];
  /** Is told of fields that are put right. */
  say(text: string): void;
}

/** Applies an object. @throws LotseError `kube/conflict` with the field and its manager */
export async function applyObject(kube: Kube, resource: Resource, object: KubeObject, how: ApplyHow): Promise<void> {
  try {
    await kube.apply(resource, object, { force: how.force });
  } catch (error) {
    if (!(error instanceof KubeRefusal) || error.code !== "kube/conflict" || error.refusal.causes.length === 0)
      throw error;
    const all = claims(error.refusal);
    const others = all.filter(({ manager }) => !hands.test(manager) && how.from?.includes(manager) !== true);
    const { namespace, name } = object.metadata;
    const what = `${resource.kind} ${namespace === undefined ? "" : `${namespace}/`}${name}`;
    if (others.length > 0) {
      throw new LotseError(
        "kube/conflict",
        {
          title: `${what} can't be applied: ${others.map(({ manager, field }) => `${field} belongs to ${JSON.stringify(manager)}`).join("; ")}`,
          remedy: "Leave the field to its owner and take it out of the file, or take it over with --force-conflicts.",
          blame: "user",
          data: { conflicts: others },
        },
        { cause: error },
      );
    }
    for (const { manager, field } of all) how.say(`${what}: ${field}, set by ${manager}, is put right`);
    await kube.apply(resource, object, { force: true });
  }
}
