// What EKS knows of a cluster, as its control plane is to be started.
import { createHash } from "node:crypto";
import type { AuthorityRow, ClusterRow, IdentityProviderRow, OidcKeyRow } from "../aws/services/eks/state.ts";
import { clusters, identityProviders } from "../aws/services/eks/state.ts";
import { authority, oidcKey } from "../aws/services/eks/certificate.ts";
import type { Cloud } from "../aws/core/index.ts";
import { servicePrincipal } from "../aws/core/index.ts";
import type { ClusterKey } from "./cluster-key.ts";
import type { ControlPlaneIdentity, ControlPlaneOptions, OidcProvider } from "./control-plane/index.ts";

/** Everything that a running control plane can't be told: when one of these changes it is started again. */
export interface ClusterSettings {
  version: string;
  /** ARN of the KMS key that secrets are encrypted with. */
  kmsKey?: string;
  identityProvider?: OidcProvider;
}

function providerOf(row: Readonly<IdentityProviderRow>): OidcProvider {
  const { issuerUrl = "", clientId = "", usernameClaim, usernamePrefix, groupsClaim, groupsPrefix } = row;
  const { requiredClaims } = row;
  return {
    issuerUrl,
    clientId,
    ...(usernameClaim ? { usernameClaim } : {}),
    ...(usernamePrefix ? { usernamePrefix } : {}),
    ...(groupsClaim ? { groupsClaim } : {}),
    ...(groupsPrefix ? { groupsPrefix } : {}),
    ...(requiredClaims ? { requiredClaims } : {}),
  };
}

/** What holds now; undefined when there is no such cluster. */
export function clusterSettings(cloud: Cloud, { account, region, name }: ClusterKey): ClusterSettings | undefined {
  const row = cloud.store.table(clusters, account, region).get(name);
  if (!row) return undefined;
  const kmsKey = row.encryptionConfig?.[0]?.provider?.keyArn;
  const provider = cloud.store
    .table(identityProviders, account, region)
    .by("cluster", name)
    .find(({ status }) => status !== "CREATING");
  return {
    version: row.version,
    ...(kmsKey ? { kmsKey } : {}),
    ...(provider ? { identityProvider: providerOf(provider) } : {}),
  };
}

/** True when a control plane that was started with the one is right for the other. */
export const sameSettings = (left: ClusterSettings, right: ClusterSettings): boolean =>
  JSON.stringify(left) === JSON.stringify(right);

/** `10.100.0.1` of `10.100.0.0/16`: where pods find the API server. */
function firstAddress(cidr: string): string {
  const [network = ""] = cidr.split("/");
  if (network.includes(":")) return network.endsWith("::") ? `${network}1` : network;
  const bytes = network.split(".").map(Number);
  return [...bytes.slice(0, 3), (bytes[3] ?? 0) + 1].join(".");
}

/** The KMS key's name and the cluster's own secret make a key that is the same at the next start. */
const encryptionKey = (kmsKey: string, { privateKey }: Readonly<AuthorityRow>): string =>
  createHash("sha256").update(`${kmsKey}\n${privateKey}`).digest("base64");

interface Keys {
  authority: Readonly<AuthorityRow>;
  serviceAccountKey: Readonly<OidcKeyRow>;
}

/** Part of what a control plane is started with: what comes from the emulated account. */
export function startOptions(
  cloud: Cloud,
  { account, region, name }: ClusterKey,
  row: Readonly<ClusterRow>,
  settings: ClusterSettings,
  webhooks: NonNullable<ControlPlaneIdentity["webhooks"]>,
): Pick<ControlPlaneOptions, "identity" | "serviceCidr" | "issuer" | "jwksUri" | "identityProvider"> {
  const ctx = cloud.context({ account, region, principal: servicePrincipal("eks.amazonaws.com", account) });
  const issuer = row.identity?.oidc?.issuer ?? "";
  const keys: Keys = cloud.store.transaction(() => ({
    authority: authority(ctx, name),
    serviceAccountKey: oidcKey(ctx, name, issuer),
  }));
  const network = row.kubernetesNetworkConfig;
  const serviceCidr = network?.serviceIpv4Cidr ?? network?.serviceIpv6Cidr ?? "10.100.0.0/16";
  return {
    identity: {
      cluster: name,
      ...keys,
      serviceAddress: firstAddress(serviceCidr),
      webhooks,
      hostNames: [`${row.hidden.endpointId}.${row.hidden.endpointShard}.${region}.eks.amazonaws.com`],
      ...(settings.kmsKey ? { encryptionKey: encryptionKey(settings.kmsKey, keys.authority) } : {}),
    },
    serviceCidr,
    issuer,
    jwksUri: `${issuer}/keys`,
    ...(settings.identityProvider ? { identityProvider: settings.identityProvider } : {}),
  };
}
