// The authority that signs for AWS's names when the sandbox is somebody's proxy. It is made on this machine, stays on it,
// and is believed by nobody who isn't told to.
import { createPublicKey, X509Certificate } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import type { SecureContext } from "node:tls";
import { createSecureContext } from "node:tls";
import type { KeyedCertificate } from "../../base/index.ts";
import { issueCertificate, newAuthority } from "../../base/index.ts";

/** Signs for host names. */
export interface ProxyAuthority {
  /** PEM, for trust stores. */
  readonly certificate: string;
  /** A certificate for a host, made once. */
  contextFor(host: string): SecureContext;
}

const commonName = "lotse sandbox proxy";
/** More different hosts than any tool asks for; the oldest go. */
const mostHosts = 256;

function stored(file: string): KeyedCertificate | undefined {
  if (!existsSync(file)) return undefined;
  try {
    const found = JSON.parse(readFileSync(file, "utf8")) as KeyedCertificate;
    const { publicKey, validTo } = new X509Certificate(found.certificate);
    const matches = createPublicKey(found.privateKey).equals(publicKey);
    return matches && Date.parse(validTo) > Date.now() ? found : undefined;
  } catch (error) {
    // What the disk refuses is told; a damaged file is no authority, and another one is made.
    if (typeof (error as NodeJS.ErrnoException).errno === "number") throw error;
    return undefined;
  }
}

function made(file: string): KeyedCertificate {
  const authority = newAuthority(commonName, Date.now());
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  writeFileSync(`${file}.${process.pid}.tmp`, JSON.stringify(authority), { mode: 0o600 });
  renameSync(`${file}.${process.pid}.tmp`, file);
  return authority;
}

/**
 * The authority of a sandbox.
 *
 * @param file keeps it from start to start; without, it lives as long as the process
 */
export function proxyAuthority(file: string | undefined): ProxyAuthority {
  const authority = file === undefined ? newAuthority(commonName, Date.now()) : (stored(file) ?? made(file));
  const contexts = new Map<string, SecureContext>();
  return {
    certificate: authority.certificate,
    contextFor(host) {
      const known = contexts.get(host);
      if (known) return known;
      const { certificate, privateKey } = issueCertificate(
        authority,
        { commonName: host.slice(0, 64), names: [host], usage: "server", days: 365 },
        Date.now(),
      );
      if (contexts.size >= mostHosts) contexts.delete(contexts.keys().next().value as string);
      const context = createSecureContext({ cert: `${certificate}${authority.certificate}`, key: privateKey });
      contexts.set(host, context);
      return context;
    },
  };
}
