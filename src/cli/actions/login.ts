// `lotse login …`
import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { errorMessage, LotseError } from "../../base/index.ts";
import { execCredential } from "../../identity/index.ts";
import type { IdToken, LoginClient, PkiOptions, TokenKind, WrittenCertificate } from "../../lotse.ts";
import { logins } from "../../lotse.ts";
import type { Action, Invocation } from "../command.ts";
import { exitCode } from "../command.ts";
import { askLine, askSecret, canAsk } from "../question.ts";
import { renderData } from "../render/data.ts";

const text = ({ options }: Invocation, name: string): string | undefined => {
  const value = options[name];
  return typeof value === "string" && value !== "" ? value : undefined;
};
const list = (invocation: Invocation, name: string): string[] =>
  (text(invocation, name) ?? "")
    .split(",")
    .map((each) => each.trim())
    .filter(Boolean);

const usage = (title: string, remedy: string): LotseError => new LotseError("cli/usage", { title, remedy });

function required(invocation: Invocation, name: string, flag: string): string {
  const value = text(invocation, name);
  if (value === undefined) throw usage(`${flag} is missing`, "See --help.");
  return value;
}

function folderOf(invocation: Invocation): string {
  const { env } = invocation;
  return text(invocation, "pkiDir") ?? env["GUARD_DATA_DIR"] ?? join(env["HOME"] ?? homedir(), ".guard");
}

function pki(invocation: Invocation): PkiOptions {
  const days = Number(invocation.options["days"]);
  if (!Number.isInteger(days) || days < 1 || days > 36_500)
    throw usage(`--days ${days} isn't a number of days`, "Give 1 to 36500.");
  return {
    folder: folderOf(invocation),
    days,
    now: Date.now(),
    overwrite: async (path) =>
      invocation.options["yes"] === true ||
      invocation.host.ask({ code: "cli/overwrite-certificate", text: `Replace ${path}?` }),
  };
}

function written({ terminal }: Invocation, { certificate, key }: WrittenCertificate): number {
  terminal.stdout.write(`Wrote ${certificate} and ${key}\n`);
  return exitCode.done;
}

function clientOf(invocation: Invocation): LoginClient {
  const [name] = invocation.arguments;
  return {
    organization: required(invocation, "organization", "--organization"),
    name: typeof name === "string" ? name : "",
  };
}

/** `login init ca` */
export const ca: Action = async (invocation) => written(invocation, await logins.initAuthority(pki(invocation)));

/** `login init server` */
export const server: Action = async (invocation) => {
  const names = [...list(invocation, "ips"), ...list(invocation, "domains")];
  return written(invocation, await logins.initServer(pki(invocation), names));
};

/** `login init client` */
export const client: Action = async (invocation) =>
  written(invocation, await logins.initClient(pki(invocation), clientOf(invocation)));

/** `login webhook-config` */
export const webhookConfig: Action = async (invocation) => {
  const mode = text(invocation, "mode") ?? "authn";
  if (mode !== "authn")
    throw usage(`--mode ${mode} isn't supported`, "Who may do what is RBAC's to say; guard's authz is Azure's alone.");
  const address = required(invocation, "addr", "--addr");
  const config = await logins.webhookConfig({ folder: folderOf(invocation), client: clientOf(invocation), address });
  invocation.terminal.stdout.write(await renderData(config, "yaml"));
  return exitCode.done;
};

function fileOf(invocation: Invocation, name: string): string | undefined {
  const path = text(invocation, name);
  if (path === undefined) return undefined;
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    throw new LotseError("cli/unreadable", { title: `${path} can't be read`, detail: errorMessage(cause) }, { cause });
  }
}

function given(answer: string | undefined, what: string): string {
  const value = answer?.trim() ?? "";
  if (value === "") throw usage(`No ${what} was given`, "Type it, or send it on stdin.");
  return value;
}

async function typed(invocation: Invocation, provider: string, kind: TokenKind): Promise<string> {
  const { terminal, signal } = invocation;
  if (kind.kind === "page") {
    terminal.stderr.write(`Make ${kind.hint} at ${kind.url(text(invocation, "server"))}\n`);
    return given(await askSecret(terminal, "Token: ", signal), "token");
  }
  const known = text(invocation, "username");
  // A pipe is one line, and that is the password.
  if (known === undefined && !canAsk(terminal)) throw usage("The name isn't given", "Give --username.");
  const user = known ?? given(await askLine(terminal, `Name at ${provider}: `, signal), "name");
  // A password may begin or end with a space.
  const password = await askSecret(terminal, "Password: ", signal);
  if (!password) throw usage("No password was given", "Type it, or send it on stdin.");
  if (user.includes(":")) throw usage(`The name ${user} holds a colon`, "It would end the name.");
  return logins.passwordToken(user, password);
}

async function byBrowser(invocation: Invocation, kind: TokenKind & { kind: "browser" }): Promise<IdToken> {
  const { terminal, signal } = invocation;
  const issuer = text(invocation, "issuerUrl") ?? kind.issuer?.(text(invocation, "tenantId"));
  if (issuer === undefined) throw usage("The issuer isn't known", "Give --issuer-url, or --tenant-id for Azure.");
  const clientSecret = fileOf(invocation, "clientSecretFile")?.trim();
  const authority = fileOf(invocation, "certificateAuthority");
  return logins.browser({
    issuer,
    clientId: required(invocation, "clientId", "--client-id"),
    ...(clientSecret === undefined ? {} : { clientSecret }),
    ...(authority === undefined ? {} : { authority }),
    scopes: list(invocation, "scopes"),
    port: Number(invocation.options["callbackPort"] ?? 0),
    show: (url) => terminal.stderr.write(`Log in at ${url}\n`),
    signal,
    now: Date.now,
  });
}

/** `login token` */
export const token: Action = async (invocation) => {
  const provider = required(invocation, "organization", "--organization");
  const kind = (await logins.tokenKinds())[provider];
  if (!kind) throw usage(`There is no way to a token of ${provider}`, "See --help.");
  const found: { token: string; expires?: number } =
    kind.kind === "browser" ? await byBrowser(invocation, kind) : { token: await typed(invocation, provider, kind) };
  const { terminal, env, options } = invocation;
  if (options["execCredential"] !== true) {
    terminal.stdout.write(`${found.token}\n`);
    return exitCode.done;
  }
  const { token: shown, expires } = found;
  const asked = { token: shown, ...(expires === undefined ? {} : { expiresAt: expires }) };
  const { text: credential, notes } = execCredential(asked, env["KUBERNETES_EXEC_INFO"]);
  for (const note of notes) terminal.stderr.write(`${note}\n`);
  terminal.stdout.write(credential);
  return exitCode.done;
};
