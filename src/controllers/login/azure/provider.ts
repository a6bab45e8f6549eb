// Logins by tokens of Microsoft Entra ID (Azure AD), of either form, with groups from the token or from Microsoft Graph.
// https://learn.microsoft.com/en-us/entra/identity-platform/access-token-claims-reference
import type { Person, Presented, Provider, ProviderDefinition, ProviderSettings } from "../core/provider.ts";
import { defineProvider } from "../core/provider.ts";
import { openApi, secureUrl } from "../core/http.ts";
import { denial } from "../core/refusal.ts";
import { badFlag } from "../core/settings.ts";
import type { Fields } from "../core/shape.ts";
import { textOf, within } from "../core/shape.ts";
import type { Issuer } from "../oidc/issuer.ts";
import { expiryOf, namedIssuer, openIssuer } from "../oidc/issuer.ts";
import { namesOf } from "../oidc/provider.ts";
import type { AzureEnvironment } from "./environments.ts";
import { azureEnvironments, issuersOf } from "./environments.ts";
import type { Graph } from "./graph.ts";
import { openGraph } from "./graph.ts";
import type { GraphToken } from "./modes.ts";
import { azureModes } from "./modes.ts";

const tenantId = /^[0-9A-Za-z][0-9A-Za-z.-]{0,252}$/;
const objectId = /^[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$/;
/** Modes that live off services of Azure itself, and what guard has besides. */
const elsewhere: Readonly<Record<string, string>> = {
  aks: "its tokens come from a service inside AKS",
  arc: "its tokens come from a service of Azure Arc",
};

/**
 * True when somebody has more groups than fit into the token (200), which then says so instead.
 * https://learn.microsoft.com/en-us/entra/identity-platform/access-token-claims-reference#groups-overage-claim
 */
export function groupsAreElsewhere(claims: Fields): boolean {
  return claims["hasgroups"] === true || within(claims, "_claim_names")["groups"] !== undefined;
}

interface Groups {
  graph: Graph;
  token: GraphToken | undefined;
  onlyOnOverage: boolean;
  byId: boolean;
}

async function groupsOf(claims: Fields, oid: string, how: Groups, presented: Presented): Promise<string[]> {
  const { signal } = presented;
  const { graph, token, onlyOnOverage, byId } = how;
  const given = claims["groups"];
  const listed = given === undefined ? undefined : namesOf(given);
  const overage = groupsAreElsewhere(claims);
  if (token === undefined) {
    // Somebody with 200 groups isn't somebody without any.
    if (overage)
      throw denial("the token leaves its groups out, as they are too many, and mode passthrough doesn't ask for them");
    return listed ?? [];
  }
  if (onlyOnOverage && !overage && byId && listed) return listed;
  presented.beforeAsking();
  const accessToken = await token.get(presented.token);
  const ids = onlyOnOverage && !overage && listed ? listed : await graph.memberGroups(oid, accessToken, signal);
  return byId ? ids : graph.namesOf(ids, accessToken, signal);
}

function open(settings: ProviderSettings): Provider {
  const mode = settings.required("azure.auth-mode");
  const reason = elsewhere[mode];
  if (reason !== undefined) throw badFlag("azure.auth-mode", `${mode} isn't supported: ${reason}`);
  const makeToken = settings.choice("azure.auth-mode", azureModes);
  const tenant = settings.required("azure.tenant-id");
  if (!tenantId.test(tenant)) throw badFlag("azure.tenant-id", `${JSON.stringify(tenant)} is no tenant`);
  // These stand for tenants of anybody.
  if (/^(common|organizations|consumers)$/i.test(tenant))
    throw badFlag("azure.tenant-id", `${tenant} would let everybody in`);
  const named = settings.choice("azure.environment", azureEnvironments);
  const environment: AzureEnvironment = {
    authority: settings.text("azure.authority-url") ?? named.authority,
    graph: settings.text("azure.graph-url") ?? named.graph,
    oldIssuer: named.oldIssuer,
  };
  const api = openApi(settings.file("azure.ca-file"));
  const { now } = settings;
  const clientId = settings.text("azure.client-id");
  const audiences = settings.yes("azure.verify-clientID") ? [settings.required("azure.client-id")] : [];
  const issuers = new Map<string, Issuer>(
    issuersOf(environment, tenant).map(({ issuer, discovery }) => [
      issuer,
      openIssuer({
        issuer,
        discovery: secureUrl(discovery),
        // A token of the old form calls the application by its address as well.
        audiences: audiences.flatMap((id) => [id, `api://${id}`, `spn:${id}`]),
        algorithms: ["RS256"],
        api,
        now,
      }),
    ]),
  );
  const groups: Groups = {
    graph: openGraph(api, secureUrl(environment.graph), now, () => groups.token?.forget()),
    token: makeToken?.({
      api,
      tokenUrl: secureUrl(`${environment.authority}${tenant}/oauth2/v2.0/token`),
      clientId: clientId ?? settings.required("azure.client-id"),
      clientSecret: settings.secret("azure.client-secret") ?? settings.required("azure.client-secret"),
      scope: `${secureUrl(environment.graph).origin}/.default`,
      now,
    }),
    onlyOnOverage: settings.yes("azure.graph-call-on-overage-claim"),
    byId: settings.yes("azure.use-group-uid"),
  };
  return {
    recognises: (token) => issuers.has(namedIssuer(token) ?? ""),
    async authenticate(presented): Promise<Person> {
      const { token, signal } = presented;
      const issuer = issuers.get(namedIssuer(token) ?? "");
      if (!issuer) throw denial(`the token isn't from tenant ${tenant}`);
      const claims = await issuer.verify(token, signal);
      const oid = textOf(claims["oid"]);
      if (oid === undefined || !objectId.test(oid)) throw denial("the token has no claim oid");
      return {
        username: textOf(claims["upn"]) ?? oid,
        uid: oid,
        groups: await groupsOf(claims, oid, groups, presented),
        extra: { oid: [oid] },
        expires: expiryOf(claims),
      };
    },
    close: () => api.close(),
  };
}

/** Azure. */
export const azure: ProviderDefinition = defineProvider({
  id: "azure",
  title: "Microsoft Entra ID (Azure AD): people of a tenant and their groups",
  flags: [
    { kind: "text", name: "azure.tenant-id", description: "tenant that tokens must come from" },
    {
      kind: "text",
      name: "azure.client-id",
      description: "application that asks Microsoft Graph, and that tokens are for",
    },
    {
      kind: "text",
      name: "azure.client-secret",
      description: "its secret; better in AZURE_CLIENT_SECRET",
      env: "AZURE_CLIENT_SECRET",
    },
    { kind: "text", name: "azure.client-secret-file", description: "file with it" },
    {
      kind: "text",
      name: "azure.auth-mode",
      description: "client-credential, obo (on behalf of the user) or passthrough (groups of the token alone)",
      default: "client-credential",
    },
    {
      kind: "switch",
      name: "azure.use-group-uid",
      description: "groups by id; by display name otherwise",
      default: true,
    },
    {
      kind: "switch",
      name: "azure.graph-call-on-overage-claim",
      description: "ask Microsoft Graph only where the token leaves its groups out",
    },
    { kind: "switch", name: "azure.verify-clientID", description: "tokens must be for the application", default: true },
    {
      kind: "text",
      name: "azure.environment",
      description: `which of Microsoft's clouds: ${Object.keys(azureEnvironments).join(", ")}`,
      default: "AzurePublicCloud",
    },
    { kind: "text", name: "azure.authority-url", description: "instead of the cloud's own place for tokens" },
    { kind: "text", name: "azure.graph-url", description: "instead of the cloud's own Microsoft Graph" },
    { kind: "text", name: "azure.ca-file", description: "authority of these addresses" },
  ],
  open,
});
