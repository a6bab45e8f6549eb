// Logins by id tokens of any OpenID Connect provider, with claims read as kube-apiserver's --oidc-* flags do.
// https://kubernetes.io/docs/reference/access-authn-authz/authentication/#openid-connect-tokens
import { LotseError } from "../../../base/index.ts";
import type { Person, Provider, ProviderDefinition, ProviderSettings } from "../core/provider.ts";
import { defineProvider } from "../core/provider.ts";
import { openApi } from "../core/http.ts";
import { denial } from "../core/refusal.ts";
import type { Fields } from "../core/shape.ts";
import { textOf } from "../core/shape.ts";
import { expiryOf, namedIssuer, openIssuer } from "./issuer.ts";
import { signatureAlgorithms } from "./jwt.ts";

/** How claims become somebody. */
export interface ClaimMapping {
  issuer: string;
  usernameClaim: string;
  /** undefined: the issuer's address and `#`, except for e-mail addresses; `-`: none. */
  usernamePrefix: string | undefined;
  groupsClaim: string | undefined;
  groupsPrefix: string;
  requiredClaims: Readonly<Record<string, string>>;
}

function prefixOf({ usernamePrefix, usernameClaim, issuer }: ClaimMapping): string {
  if (usernamePrefix === "-") return "";
  return usernamePrefix ?? (usernameClaim === "email" ? "" : `${issuer}#`);
}

/** The names of a claim that is a text or a list of texts. */
export function namesOf(value: unknown): string[] | undefined {
  if (typeof value === "string") return [value];
  if (!Array.isArray(value)) return undefined;
  const names = value.filter((each): each is string => typeof each === "string" && each !== "");
  return names.length === value.length ? names : undefined;
}

/** Somebody by the claims of a verified token. @throws LoginRefusal */
export function personOf(claims: Fields, mapping: ClaimMapping): Person {
  for (const [claim, wanted] of Object.entries(mapping.requiredClaims))
    if (claims[claim] !== wanted) throw denial(`the token's claim ${claim} isn't ${wanted}`);
  const name = textOf(claims[mapping.usernameClaim]);
  if (name === undefined) throw denial(`the token has no claim ${mapping.usernameClaim} to be called by`);
  // As kube-apiserver: an address that is said to be unverified is anybody's. Without the claim the issuer vouches for it.
  if (mapping.usernameClaim === "email" && (claims["email_verified"] ?? true) !== true)
    throw denial("the token's e-mail address isn't verified");
  const { groupsClaim, groupsPrefix } = mapping;
  const given = groupsClaim === undefined ? undefined : claims[groupsClaim];
  const groups = given === undefined || given === null ? [] : namesOf(given);
  if (!groups) throw denial(`the token's claim ${groupsClaim ?? ""} isn't a list of names`);
  const sub = textOf(claims["sub"]);
  return {
    username: `${prefixOf(mapping)}${name}`,
    ...(sub === undefined ? {} : { uid: sub }),
    groups: [...new Set(groups)].map((group) => `${groupsPrefix}${group}`),
    expires: expiryOf(claims),
  };
}

function requiredClaims(pairs: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const at = pair.indexOf("=");
      if (at < 1)
        throw new LotseError("controllers/bad-flag", {
          title: `--oidc.required-claim ${pair} isn't claim=value`,
          remedy: "Several are separated by commas.",
        });
      return [pair.slice(0, at), pair.slice(at + 1)];
    }),
  );
}

function algorithmsOf(names: readonly string[]): readonly string[] {
  const unknown = names.find((name) => !signatureAlgorithms.includes(name));
  if (unknown !== undefined || names.length === 0)
    throw new LotseError("controllers/bad-flag", {
      title: `--oidc.signing-algs ${unknown ?? ""} isn't a signature algorithm with a public key`,
      remedy: `There are ${signatureAlgorithms.join(", ")}.`,
    });
  return names;
}

function open(settings: ProviderSettings): Provider {
  const issuer = settings.required("oidc.issuer-url");
  settings.address("oidc.issuer-url");
  const api = openApi(settings.file("oidc.ca-file"));
  const door = openIssuer({
    issuer,
    audiences: [settings.required("oidc.client-id")],
    algorithms: algorithmsOf(settings.list("oidc.signing-algs")),
    api,
    now: settings.now,
  });
  const mapping: ClaimMapping = {
    issuer,
    usernameClaim: settings.required("oidc.username-claim"),
    usernamePrefix: settings.text("oidc.username-prefix"),
    groupsClaim: settings.text("oidc.groups-claim"),
    groupsPrefix: settings.text("oidc.groups-prefix") ?? "",
    requiredClaims: requiredClaims(settings.list("oidc.required-claim")),
  };
  return {
    recognises: (token) => namedIssuer(token) === issuer,
    authenticate: async ({ token, signal }) => personOf(await door.verify(token, signal), mapping),
    close: () => api.close(),
  };
}

/** Any OpenID Connect provider. */
export const oidc: ProviderDefinition = defineProvider({
  id: "oidc",
  title: "id tokens of an OpenID Connect provider",
  flags: [
    { kind: "text", name: "oidc.issuer-url", description: "issuer, exactly as tokens name it" },
    { kind: "text", name: "oidc.client-id", description: "who tokens must be for" },
    { kind: "text", name: "oidc.username-claim", description: "claim with the user's name", default: "sub" },
    {
      kind: "text",
      name: "oidc.username-prefix",
      description: "before the name; - for none (default: issuer and #, none for email)",
    },
    { kind: "text", name: "oidc.groups-claim", description: "claim with the groups" },
    { kind: "text", name: "oidc.groups-prefix", description: "before each group" },
    {
      kind: "list",
      name: "oidc.required-claim",
      description: "claim=value that tokens must say as well; several with commas",
    },
    { kind: "list", name: "oidc.signing-algs", description: "signature algorithms, with commas", default: ["RS256"] },
    { kind: "text", name: "oidc.ca-file", description: "authority of the issuer's certificate" },
  ],
  open,
});
