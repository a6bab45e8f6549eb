// Every provider of logins. The Organization of a client certificate names one; names are guard's.
import type { FlagDefinition } from "../frame/index.ts";
import { azure } from "./azure/provider.ts";
import type { ProviderDefinition } from "./core/provider.ts";
import { github } from "./github/provider.ts";
import { gitlab } from "./gitlab/provider.ts";
import { google } from "./google/provider.ts";
import { ldap } from "./ldap/provider.ts";
import { oidc } from "./oidc/provider.ts";
import { tokenFile } from "./token-file/provider.ts";

/** In the order of help. */
export const providers: readonly ProviderDefinition[] = [github, gitlab, google, azure, oidc, ldap, tokenFile];

/** By name, whatever its case; undefined when there is none. */
export function providerNamed(name: string): ProviderDefinition | undefined {
  return providers.find(({ id }) => id === name.toLowerCase());
}

/** Flags of all of them. */
export const providerFlags: readonly FlagDefinition[] = providers.flatMap(({ flags }) => flags);
