// How people get what they show: a token that a page makes, a name and a password, or a login in the browser.

/** One way. */
export type TokenKind =
  | { kind: "page"; url: (server: string | undefined) => string; hint: string }
  | { kind: "password" }
  | { kind: "browser"; issuer?: (tenant: string | undefined) => string | undefined };

const origin = (server: string | undefined, own: string): string =>
  server === undefined ? own : new URL(server).origin;

/** By provider. */
export const tokenKinds: Readonly<Record<string, TokenKind>> = {
  github: {
    kind: "page",
    url: (server) =>
      `${origin(server, "https://github.com")}/settings/tokens/new?scopes=read:org&description=Kubernetes`,
    hint: "a personal access token with scope read:org",
  },
  gitlab: {
    kind: "page",
    url: (server) =>
      `${origin(server, "https://gitlab.com")}/-/user_settings/personal_access_tokens?name=Kubernetes&scopes=read_api`,
    hint: "a personal access token with scope read_api",
  },
  ldap: { kind: "password" },
  google: { kind: "browser", issuer: () => "https://accounts.google.com" },
  azure: {
    kind: "browser",
    issuer: (tenant) => (tenant === undefined ? undefined : `https://login.microsoftonline.com/${tenant}/v2.0`),
  },
  oidc: { kind: "browser" },
};

/** The token of a name and a password, as the LDAP provider reads it. */
export function passwordToken(user: string, password: string): string {
  return Buffer.from(`${user}:${password}`, "utf8").toString("base64");
}
