// The authority of logins and what it signs, in a folder laid out as guard's: pki/ca.crt, pki/ca.key, pki/server.crt, …
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { isIP } from "node:net";
import { join } from "node:path";
import type { KeyedCertificate } from "../../../base/index.ts";
import { errorMessage, issueCertificate, LotseError, newAuthority } from "../../../base/index.ts";
import { providerNamed, providers } from "../providers.ts";

/** Where certificates are kept. */
export interface PkiOptions {
  /** `$HOME/.guard` for guard. */
  folder: string;
  /** Replaces what is there. Asked for each file; false refuses. */
  overwrite(path: string): Promise<boolean>;
  /** Days that a certificate is good for. */
  days: number;
  now: number;
}

/** What was written. */
export interface WrittenCertificate {
  certificate: string;
  key: string;
}

const fileName = /^[A-Za-z0-9][\w.@-]{0,200}$/;

async function write(options: PkiOptions, name: string, made: KeyedCertificate): Promise<WrittenCertificate> {
  const folder = join(options.folder, "pki");
  const [certificate, key] = [join(folder, `${name}.crt`), join(folder, `${name}.key`)];
  for (const path of [certificate, key]) {
    if (existsSync(path) && !(await options.overwrite(path)))
      throw new LotseError("controllers/login-file", {
        title: `${path} exists already`,
        remedy: "Keep it, or replace it with --yes.",
      });
  }
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeFileSync(key, made.privateKey, { mode: 0o600 });
  writeFileSync(certificate, made.certificate, { mode: 0o644 });
  return { certificate, key };
}

function read(folder: string, file: string, remedy: string): string {
  const path = join(folder, "pki", file);
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    const title = `${path} can't be read`;
    throw new LotseError("controllers/login-file", { title, detail: errorMessage(cause), remedy }, { cause });
  }
}

const makeAuthority = "Make the authority first, with `lotse login init ca`.";

/** The authority of a folder. @throws LotseError `controllers/login-file` */
export function readLoginAuthority(folder: string): Pick<KeyedCertificate, "certificate" | "privateKey"> {
  return { certificate: read(folder, "ca.crt", makeAuthority), privateKey: read(folder, "ca.key", makeAuthority) };
}

/** Makes the authority. @throws LotseError `controllers/login-file` */
export async function initAuthority(options: PkiOptions): Promise<WrittenCertificate> {
  return write(options, "ca", newAuthority("ca", options.now, options.days));
}

/** Makes the certificate of the webhook or the proxy; `names` are host names and addresses. */
export async function initServer(options: PkiOptions, names: readonly string[]): Promise<WrittenCertificate> {
  const wrong = names.find((name) => isIP(name) === 0 && !/^(\*\.)?[A-Za-z0-9]([\w.-]{0,250}[A-Za-z0-9])?$/.test(name));
  if (wrong !== undefined)
    throw new LotseError("controllers/login-file", {
      title: `${JSON.stringify(wrong)} is neither an address nor a host name`,
    });
  const request = { commonName: "server", names, usage: "server", days: options.days } as const;
  return write(options, "server", issueCertificate(readLoginAuthority(options.folder), request, options.now));
}

/** Who a client certificate is for. */
export interface LoginClient {
  /** Name of a provider: `github`. */
  organization: string;
  /** Organisation of GitHub, domain of Google; may be empty for others. */
  name: string;
}

/** `acme@github`, as guard calls the files. @throws LotseError `controllers/login-file` */
export function clientFileName({ organization, name }: LoginClient): string {
  const provider = providerNamed(organization);
  if (!provider)
    throw new LotseError("controllers/login-file", {
      title: `There is no provider ${JSON.stringify(organization)}`,
      remedy: `There are ${providers.map(({ id }) => id).join(", ")}.`,
    });
  if (name === "" && provider.organization !== undefined)
    throw new LotseError("controllers/login-file", {
      title: `A certificate for ${provider.id} must name the ${provider.organization}`,
      remedy: `Give it: lotse login init client NAME -o ${provider.id}.`,
    });
  const file = name === "" ? provider.id : `${name}@${provider.id}`;
  if (!fileName.test(file))
    throw new LotseError("controllers/login-file", { title: `${JSON.stringify(name)} can't be the name of a file` });
  return file;
}

/** Makes a client certificate, which chooses a provider and an organisation at the webhook. */
export async function initClient(options: PkiOptions, client: LoginClient): Promise<WrittenCertificate> {
  const file = clientFileName(client);
  const request = {
    commonName: client.name,
    organizations: [client.organization.toLowerCase()],
    usage: "client",
    days: options.days,
  } as const;
  return write(options, file, issueCertificate(readLoginAuthority(options.folder), request, options.now));
}

/** A client certificate of a folder. @throws LotseError `controllers/login-file` */
export function readLoginClient(
  folder: string,
  client: LoginClient,
): Pick<KeyedCertificate, "certificate" | "privateKey"> {
  const file = clientFileName(client);
  const remedy = `Make it first: lotse login init client ${client.name} -o ${client.organization}`;
  return { certificate: read(folder, `${file}.crt`, remedy), privateKey: read(folder, `${file}.key`, remedy) };
}
