// Which identity a pod gets: from the agent, by a web identity token, or none.
import type { Annotations, ServiceAccountIdentity } from "./annotations.ts";
import { readServiceAccount } from "./annotations.ts";
import { accountKey } from "./lists.ts";
import type { WebhookSettings } from "./settings.ts";

/** How a pod is to get credentials. */
export type PodIdentity = (
  | { mode: "container-credentials" }
  | { mode: "web-identity"; roleArn: string; audience: string }
) & {
  regionalSts: boolean;
  /** Seconds; a pod's own annotation comes before it. */
  tokenExpiration: number;
};

export interface IdentityQuery {
  namespace: string;
  serviceAccount: string;
  /** Annotations of the service account; undefined when nobody knows it. */
  annotations: Annotations | undefined;
  /** Service accounts that use the agent, as `NAMESPACE/NAME`. */
  containerIdentities: ReadonlySet<string>;
  /** Entries of the ConfigMap. */
  config?: ReadonlyMap<string, ServiceAccountIdentity>;
}

/** The agent first, then the account's annotation, then the ConfigMap. Undefined: the pod is let be. */
export function decideIdentity(query: IdentityQuery, settings: WebhookSettings): PodIdentity | undefined {
  const { namespace, serviceAccount, annotations, config } = query;
  const key = accountKey(namespace, serviceAccount);
  const annotated = annotations ? readServiceAccount(annotations, settings) : undefined;
  const common = ({ regionalSts, tokenExpiration }: Partial<ServiceAccountIdentity> = {}) => ({
    regionalSts: regionalSts ?? settings.regionalSts,
    tokenExpiration: tokenExpiration ?? settings.tokenExpiration,
  });
  if (query.containerIdentities.has(key)) return { mode: "container-credentials", ...common(annotated) };
  const found = [annotated, config?.get(key), config?.get(accountKey("*", serviceAccount))].find(
    (each) => each !== undefined && each.roleArn !== "",
  );
  if (!found) return undefined;
  const { roleArn, audience = settings.tokenAudience } = found;
  return { mode: "web-identity", roleArn, audience, ...common(found) };
}
