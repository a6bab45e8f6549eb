// Logins by id tokens of Google: people of a Workspace domain, with the groups of its directory.
// https://developers.google.com/identity/openid-connect/openid-connect#an-id-tokens-payload
import type { Provider, ProviderDefinition, ProviderSettings } from "../core/provider.ts";
import { defineProvider } from "../core/provider.ts";
import { openApi } from "../core/http.ts";
import { denial } from "../core/refusal.ts";
import { badFlag } from "../core/settings.ts";
import { textOf } from "../core/shape.ts";
import { expiryOf, namedIssuer, openIssuer } from "../oidc/issuer.ts";
import { openDirectory, readServiceAccount } from "./directory.ts";

/** A domain name: the certificate's CommonName. */
const domainName = /^[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$/;

function open(settings: ProviderSettings): Provider {
  const api = openApi(settings.file("google.ca-file"));
  const issuer = settings.required("google.issuer-url");
  settings.address("google.issuer-url");
  const door = openIssuer({
    issuer,
    audiences: [settings.required("google.client-id")],
    algorithms: ["RS256"],
    api,
    now: settings.now,
  });
  const key = settings.file("google.sa-json-file");
  if (key === undefined) throw badFlag("google.sa-json-file", "is missing");
  const admin = settings.required("google.admin-email");
  const directory = openDirectory(
    api,
    settings.address("google.directory-url"),
    readServiceAccount(key),
    admin,
    settings.now,
  );
  return {
    recognises: (token) => namedIssuer(token) === issuer,
    async authenticate({ token, organization, signal, beforeAsking }) {
      if (!domainName.test(organization)) throw denial(`${JSON.stringify(organization)} is no domain`);
      const claims = await door.verify(token, signal);
      // Without `hd` it is somebody's private account, whatever his address says.
      const domain = textOf(claims["hd"]);
      if (domain?.toLowerCase() !== organization.toLowerCase())
        throw denial(`user is not a member of domain ${organization}`);
      const [email, sub] = [textOf(claims["email"]), textOf(claims["sub"])];
      if (email === undefined || sub === undefined)
        throw denial("the token says no e-mail address; ask for scope email");
      if (claims["email_verified"] !== true) throw denial("the token's e-mail address isn't verified");
      beforeAsking();
      const groups = await directory.groupsOf(email, organization, signal);
      return { username: email, uid: sub, groups, expires: expiryOf(claims) };
    },
    close: () => api.close(),
  };
}

/** Google. */
export const google: ProviderDefinition = defineProvider({
  id: "google",
  title: "Google Workspace: people of a domain and its groups",
  organization: "domain",
  flags: [
    { kind: "text", name: "google.client-id", description: "OAuth client that tokens must be for" },
    {
      kind: "text",
      name: "google.sa-json-file",
      description: "key file of a service account with domain-wide delegation",
    },
    { kind: "text", name: "google.admin-email", description: "administrator for whom it reads the directory" },
    {
      kind: "text",
      name: "google.issuer-url",
      description: "issuer of the tokens",
      default: "https://accounts.google.com",
    },
    {
      kind: "text",
      name: "google.directory-url",
      description: "where the Directory API is",
      default: "https://admin.googleapis.com/",
    },
    { kind: "text", name: "google.ca-file", description: "authority of these addresses, where a proxy stands between" },
  ],
  open,
});
