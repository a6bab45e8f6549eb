// `lotse login …`: what the role `login` needs besides itself, as guard has it: certificates, the API server's file, tokens.
import type { CommandDefinition, OptionDefinition } from "../command.ts";
import { defineCommand } from "../command.ts";
import { yesOption } from "./shared-options.ts";

const folder: OptionDefinition = {
  flags: "--pki-dir <path>",
  description: "folder of the certificates (default: $GUARD_DATA_DIR, else ~/.guard)",
};
const days = (count: number): OptionDefinition => ({
  flags: "--days <number>",
  description: "how long the certificate is good for",
  default: count,
});
const organization: OptionDefinition = {
  flags: "-o, --organization <provider>",
  description: "provider: github, gitlab, google, azure, oidc, ldap, token-auth",
};
const act =
  (name: "ca" | "server" | "client" | "webhookConfig" | "token"): CommandDefinition["load"] =>
  async () => ({ run: (await import("../actions/login.ts"))[name] });

/** The commands. */
export const loginCommands: readonly CommandDefinition[] = [
  defineCommand({
    name: "login init ca",
    summary: "Make the authority of the login webhook",
    options: [folder, days(3650), yesOption],
    examples: [{ command: "lotse login init ca", does: "pki/ca.crt and pki/ca.key, which signs everything else" }],
    load: act("ca"),
  }),
  defineCommand({
    name: "login init server",
    summary: "Make the certificate of the login webhook, or of the login proxy",
    options: [
      folder,
      { flags: "--ips <addresses>", description: "addresses, with commas", default: "127.0.0.1" },
      { flags: "--domains <names>", description: "host names, with commas" },
      days(365),
      yesOption,
    ],
    examples: [{ command: "lotse login init server --ips 10.96.10.96", does: "for a service of that address" }],
    load: act("server"),
  }),
  defineCommand({
    name: "login init client",
    summary: "Make a client certificate, which chooses a provider and an organisation",
    description:
      "API servers show it to the webhook: its Organization names the provider, its CommonName the organisation of GitHub or the domain of Google. The name may be left out for other providers.",
    arguments: [{ name: "[name]", description: "organisation of GitHub, domain of Google" }],
    options: [organization, folder, days(365), yesOption],
    examples: [{ command: "lotse login init client acme -o github", does: "acme@github.crt for members of acme" }],
    load: act("client"),
  }),
  defineCommand({
    name: "login webhook-config",
    summary: "Print the file by which an API server finds the login webhook",
    description: "For --authentication-token-webhook-config-file, with --authentication-token-webhook-version=v1.",
    arguments: [{ name: "[name]", description: "as for `login init client`" }],
    options: [
      organization,
      { flags: "--addr <host:port>", description: "where the webhook is", default: "10.96.10.96:443" },
      { flags: "--mode <mode>", description: "authn; authz is Azure's alone, and not supported", default: "authn" },
      folder,
    ],
    examples: [
      {
        command: "lotse login webhook-config acme -o github --addr 10.96.10.96:443",
        does: "with its certificate inside",
      },
    ],
    load: act("webhookConfig"),
  }),
  defineCommand({
    name: "login token",
    summary: "Get the token that you show to a cluster",
    description:
      "GitHub and GitLab: says where to make one, and reads it. LDAP: asks for name and password. Google, Azure and other OpenID Connect providers: a login in the browser, with the way back to this machine.\nThe token goes to stdout; with --exec-credential as kubectl's plugins print it. Nothing is kept.",
    options: [
      {
        flags: "-o, --organization <provider>",
        description: "provider",
        choices: ["github", "gitlab", "google", "azure", "oidc", "ldap"],
      },
      { flags: "--server <url>", description: "own GitHub Enterprise or GitLab" },
      { flags: "--issuer-url <url>", description: "issuer of an OpenID Connect provider" },
      { flags: "--tenant-id <id>", description: "tenant of Azure" },
      { flags: "--client-id <id>", description: "OAuth client" },
      {
        flags: "--client-secret-file <path>",
        description: "file with the client's secret, where the provider wants one",
      },
      { flags: "--scopes <names>", description: "with commas", default: "openid,email,profile" },
      { flags: "--callback-port <port>", description: "port of the way back (default: any that is free)", default: 0 },
      { flags: "--certificate-authority <path>", description: "authority of the issuer's certificate" },
      { flags: "--username <name>", description: "name in the directory" },
      { flags: "--exec-credential", description: "print an ExecCredential" },
    ],
    examples: [
      { command: "lotse login token -o ldap --username ann", does: "asks for the password" },
      {
        command: "lotse login token -o oidc --issuer-url https://login.example.com --client-id kubernetes",
        does: "an id token, by the browser",
      },
    ],
    load: act("token"),
  }),
];
