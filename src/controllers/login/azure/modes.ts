// In whose name Microsoft Graph is asked: the application's own, or the user's (on behalf of).
// https://learn.microsoft.com/en-us/entra/identity-platform/v2-oauth2-client-creds-grant-flow, …/v2-oauth2-on-behalf-of-flow
import { fetchAccessToken, keepAccessToken } from "../core/access-token.ts";
import type { Api } from "../core/http.ts";

/** The application and where its tokens come from. */
export interface AzureApplication {
  api: Api;
  tokenUrl: URL;
  clientId: string;
  clientSecret: string;
  /** `https://graph.microsoft.com/.default` */
  scope: string;
  now(): number;
}

/** Gives tokens for Graph. */
export interface GraphToken {
  /** @param userToken what the user showed */
  get(userToken: string): Promise<string>;
  /** The last one was refused. */
  forget(): void;
}

function clientCredentials(application: AzureApplication): GraphToken {
  const { api, tokenUrl, clientId, clientSecret, scope, now } = application;
  return keepAccessToken(
    async () =>
      fetchAccessToken(
        api,
        tokenUrl,
        { grant_type: "client_credentials", client_id: clientId, client_secret: clientSecret, scope },
        { what: "failed to get a token for Microsoft Graph", now: now() },
      ),
    now,
  );
}

function onBehalfOf({ api, tokenUrl, clientId, clientSecret, scope, now }: AzureApplication): GraphToken {
  return {
    async get(userToken) {
      const form = {
        grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer",
        requested_token_use: "on_behalf_of",
        client_id: clientId,
        client_secret: clientSecret,
        assertion: userToken,
        scope,
      };
      const what = "failed to get a token for Microsoft Graph on behalf of the user";
      return (await fetchAccessToken(api, tokenUrl, form, { what, now: now(), personal: true })).token;
    },
    // None is kept.
    forget: () => undefined,
  };
}

/** By `--azure.auth-mode`; undefined: Graph isn't asked, and groups are those of the token. */
export const azureModes: Readonly<Record<string, ((application: AzureApplication) => GraphToken) | undefined>> = {
  "client-credential": clientCredentials,
  obo: onBehalfOf,
  passthrough: undefined,
};
