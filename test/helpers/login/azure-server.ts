// Microsoft Entra ID and Graph as far as logins use them: both forms of issuers, tokens for applications, groups in pages.
// https://learn.microsoft.com/en-us/graph/api/directoryobject-getmembergroups
import type { StandIn, StandInAnswer, StandInRequest } from "./https-server.ts";
import { startStandIn } from "./https-server.ts";
import type { Claims, Signer } from "./oidc-server.ts";
import { createSigner } from "./oidc-server.ts";

export const tenant = "11111111-2222-3333-4444-555555555555";
export const application = "99999999-8888-7777-6666-555555555555";
export const groupId = (i: number): string => `00000000-0000-0000-0000-${String(i).padStart(12, "0")}`;

export interface AzureServer extends StandIn {
  signer: Signer;
  /** Groups by object id of the user. */
  groups: Map<string, readonly string[]>;
  token(form: "old" | "new", more?: Claims): string;
  /** While it is set Graph answers so. */
  graphTrouble: StandInAnswer | undefined;
  /** Kinds of grants that were given. */
  grants: string[];
}

const perPage = 100;

/** Starts one. */
export async function startAzure(): Promise<AzureServer> {
  const signer = createSigner();
  const world = {
    signer,
    groups: new Map<string, readonly string[]>(),
    graphTrouble: undefined,
    grants: [] as string[],
  };
  const issuers = {
    new: (): string => `${server.url}/${tenant}/v2.0`,
    old: (): string => `https://sts.windows.net/${tenant}/`,
  };
  const give = ({ form }: StandInRequest): StandInAnswer => {
    const secret = form.get("client_id") === application && form.get("client_secret") === "s3cret";
    if (!secret || form.get("scope") !== `${server.url}/.default`)
      return { status: 401, json: { error: "invalid_client", error_description: "AADSTS7000215" } };
    server.grants.push(form.get("grant_type") ?? "");
    const behalf = form.get("requested_token_use") === "on_behalf_of" ? form.get("assertion") : undefined;
    const token = behalf ? `graph-for-${Buffer.from(behalf).toString("hex").slice(-16)}` : "graph-as-app";
    return { json: { access_token: token, expires_in: 3599, token_type: "Bearer" } };
  };
  const graph = (request: StandInRequest): StandInAnswer => {
    const { url, headers, method, json } = request;
    if (headers.authorization?.startsWith("Bearer graph-") !== true)
      return { status: 401, json: { error: { code: "InvalidAuthenticationToken" } } };
    if (server.graphTrouble) return server.graphTrouble;
    const user = /^\/v1\.0\/directoryObjects\/([^/]+)\/getMemberGroups$/.exec(url.pathname)?.[1];
    if (user !== undefined) {
      const from = Number(url.searchParams.get("$skiptoken") ?? 0);
      // The first page is asked for by POST with its question, the others by GET.
      const asked = (json as { securityEnabledOnly?: unknown } | undefined)?.securityEnabledOnly;
      if (from === 0 ? method !== "POST" || typeof asked !== "boolean" : method !== "GET") return { status: 405 };
      const all = server.groups.get(user);
      if (!all) return { status: 404, json: { error: { code: "Request_ResourceNotFound" } } };
      const next =
        from + perPage < all.length
          ? { "@odata.nextLink": `${server.url}${url.pathname}?$skiptoken=${from + perPage}` }
          : {};
      return { json: { "@odata.context": "…", value: all.slice(from, from + perPage), ...next } };
    }
    if (url.pathname === "/v1.0/directoryObjects/getByIds") {
      const { ids } = json as { ids: string[] };
      return {
        json: {
          value: ids.map((id) => ({
            "@odata.type": "#microsoft.graph.group",
            id,
            displayName: `Group ${Number(id.slice(-12))}`,
          })),
        },
      };
    }
    return { status: 404 };
  };
  const standIn = await startStandIn((request) => {
    const { pathname } = request.url;
    const discovery = (issuer: string): StandInAnswer => ({ json: { issuer, jwks_uri: `${server.url}/common/keys` } });
    if (pathname === `/${tenant}/v2.0/.well-known/openid-configuration`) return discovery(issuers.new());
    if (pathname === `/${tenant}/.well-known/openid-configuration`) return discovery(issuers.old());
    if (pathname === "/common/keys") return { json: signer.keys() };
    if (pathname === `/${tenant}/oauth2/v2.0/token`) return give(request);
    return pathname.startsWith("/v1.0/") ? graph(request) : { status: 404 };
  });
  const server: AzureServer = Object.assign(standIn, world, {
    token: (form: "old" | "new", more: Claims = {}): string => {
      const now = Math.floor(Date.now() / 1000);
      const aud = form === "new" ? application : `api://${application}`;
      return signer.sign({ iss: issuers[form](), aud, tid: tenant, iat: now, nbf: now, exp: now + 3600, ...more });
    },
  });
  return server;
}
