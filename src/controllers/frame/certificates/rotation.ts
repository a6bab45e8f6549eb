// What a role's own certificates should be, from what they are: an authority, a serving certificate that it signed, and
// everything that clients should trust for now. Nothing here waits or writes.
import { createPrivateKey, X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import { issueCertificate, newAuthority } from "../../../base/index.ts";

/** All in PEM. */
export interface CertificateSet {
  authority: { certificate: string; privateKey: string };
  /** The authority to come, trusted before it signs anything. */
  next?: { certificate: string; privateKey: string; since: number };
  /** What clients trust: the authority, the one to come, and earlier ones until they end. */
  bundle: string;
  serving: { certificate: string; privateKey: string };
}

/** Milliseconds. */
export interface RotationTimes {
  authorityLife: number;
  authorityRenewBefore: number;
  /** How long everybody gets to learn of a new authority before it signs. */
  settle: number;
  servingLife: number;
  servingRenewBefore: number;
}

const day = 24 * 3600 * 1000;

/** A month before its quarter is over, as ACME clients do it; the authority a year before its decade. */
export const defaultRotation: RotationTimes = {
  authorityLife: 3650 * day,
  authorityRenewBefore: 365 * day,
  settle: day,
  servingLife: 90 * day,
  servingRenewBefore: 30 * day,
};

export interface RotationInput {
  /** Common name of the authority. */
  name: string;
  /** Names that the serving certificate is for; the first is its common name. */
  names: readonly string[];
  /** Epoch ms. */
  now: number;
  times?: RotationTimes;
}

/** The certificates of a bundle. */
export function certificatesOf(bundle: string): string[] {
  return bundle.match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----\n?/g) ?? [];
}

function parsed(pem: string): X509Certificate | undefined {
  try {
    return new X509Certificate(pem);
  } catch {
    // Somebody wrote something else into it: as good as none.
    return undefined;
  }
}

/** When a certificate ends, epoch ms; 0 of what is none. */
export function certificateEnd(pem: string): number {
  return Date.parse(parsed(pem)?.validTo ?? "") || 0;
}

/** Whether a key belongs to its certificate, and both can be read. */
function isPair({ certificate, privateKey }: { certificate: string; privateKey: string }): boolean {
  const read = parsed(certificate);
  if (!read) return false;
  try {
    return read.checkPrivateKey(createPrivateKey(privateKey));
  } catch {
    // No key at all.
    return false;
  }
}

function bundleOf(now: number, ...certificates: readonly string[]): string {
  const each = certificates.flatMap(certificatesOf).map((pem) => `${pem.trimEnd()}\n`);
  return [...new Set(each)].filter((pem) => certificateEnd(pem) > now).join("");
}

function isServing(set: CertificateSet, { names, now }: RotationInput, before: number): boolean {
  const { serving, authority } = set;
  const certificate = parsed(serving.certificate);
  const issuer = parsed(authority.certificate);
  if (!certificate || !issuer || !isPair(serving)) return false;
  if (certificateEnd(serving.certificate) - now < before) return false;
  if (!certificate.checkIssued(issuer) || !certificate.verify(issuer.publicKey)) return false;
  return names.every(
    (name) => (isIP(name) === 0 ? certificate.checkHost(name) : certificate.checkIP(name)) !== undefined,
  );
}

function renewedAuthority(set: CertificateSet, input: RotationInput, times: RotationTimes): CertificateSet {
  const { now, name } = input;
  const { next } = set;
  if (next) {
    if (!isPair(next)) return withoutNext(set);
    return now - next.since < times.settle
      ? set
      : { ...withoutNext(set), authority: { certificate: next.certificate, privateKey: next.privateKey } };
  }
  if (certificateEnd(set.authority.certificate) - now >= times.authorityRenewBefore) return set;
  const { certificate, privateKey } = newAuthority(name, now, times.authorityLife / day);
  return { ...set, next: { certificate, privateKey, since: now } };
}

function withoutNext({ authority, bundle, serving }: CertificateSet): CertificateSet {
  return { authority, bundle, serving };
}

/**
 * What the certificates should be now.
 *
 * @param before what they are; undefined when there are none, or they can't be read
 * @returns `before` itself when nothing has to change
 */
export function rotate(before: CertificateSet | undefined, input: RotationInput): CertificateSet {
  const { now, name, names } = input;
  const times = input.times ?? defaultRotation;
  const usable =
    before && isPair(before.authority) && certificateEnd(before.authority.certificate) > now ? before : undefined;
  const fresh = (): CertificateSet => {
    const { certificate, privateKey } = newAuthority(name, now, times.authorityLife / day);
    const nothing = { certificate: "", privateKey: "" };
    return { authority: { certificate, privateKey }, bundle: "", serving: nothing };
  };
  let set = renewedAuthority(usable ?? fresh(), input, times);
  if (!isServing(set, input, times.servingRenewBefore)) {
    const request = { commonName: names[0] ?? name, names, usage: "server", days: times.servingLife / day } as const;
    const { certificate, privateKey } = issueCertificate(set.authority, request, now);
    set = { ...set, serving: { certificate, privateKey } };
  }
  const bundle = bundleOf(now, set.authority.certificate, set.next?.certificate ?? "", before?.bundle ?? "");
  if (bundle !== set.bundle) set = { ...set, bundle };
  return set;
}
