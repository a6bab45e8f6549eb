import { X509Certificate } from "node:crypto";
import { describe, it } from "vitest";
import type { CertificateSet } from "./rotation.ts";
import { certificateEnd, certificatesOf, rotate } from "./rotation.ts";

const day = 24 * 3600 * 1000;
const start = Date.parse("2026-11-21T00:00:00Z");
const names = ["hook.shop.svc", "127.0.0.1"];
const at = (days: number, before?: CertificateSet): CertificateSet =>
  rotate(before, { name: "hook", names, now: start + days * day });

/** Whether clients with a bundle would believe the serving certificate. */
const believed = ({ serving }: CertificateSet, bundle: string): boolean =>
  certificatesOf(bundle).some((pem) => {
    const authority = new X509Certificate(pem);
    const leaf = new X509Certificate(serving.certificate);
    return leaf.checkIssued(authority) && leaf.verify(authority.publicKey);
  });

describe("a role's own certificates", () => {
  it("are made once, and stay until they have to change", ({ expect }) => {
    const first = at(0);
    expect(at(0, first)).toBe(first);
    expect(at(59, first)).toBe(first);
    const renewed = at(61, first);
    expect(renewed.authority).toEqual(first.authority);
    expect(renewed.serving).not.toEqual(first.serving);
    expect(certificateEnd(renewed.serving.certificate)).toBeGreaterThan(start + 150 * day);
    expect(believed(renewed, first.bundle)).toBe(true);
  });

  it("are renewed when they are for other names, or don't fit together", ({ expect }) => {
    const first = at(0);
    const other = rotate(first, { name: "hook", names: [...names, "hook"], now: start });
    expect(new X509Certificate(other.serving.certificate).checkHost("hook")).toBe("hook");
    const stranger = at(0);
    const mixed = { ...first, serving: stranger.serving };
    expect(believed(at(0, mixed), first.bundle)).toBe(true);
    for (const broken of [
      { ...first, serving: { ...first.serving, privateKey: "nonsense" } },
      { ...first, authority: { ...first.authority, privateKey: stranger.authority.privateKey } },
      { ...first, authority: { certificate: "", privateKey: "" }, bundle: "nonsense" },
    ]) {
      const mended = at(0, broken);
      expect(believed(mended, mended.bundle)).toBe(true);
    }
  });

  it("change authorities without a moment in which clients don't believe them", ({ expect }) => {
    // What a slow client still has, a look behind everybody else, must do at every look of eleven years.
    let set = at(0);
    let old = set.bundle;
    const authorities = new Set<string>();
    for (let days = 1; days < 11 * 365; days += 29) {
      const next = at(days, set);
      expect(believed(next, old), `day ${days}`).toBe(true);
      expect(certificateEnd(next.serving.certificate)).toBeGreaterThan(start + days * day);
      authorities.add(next.authority.certificate);
      old = next.bundle;
      set = next;
    }
    expect(authorities.size).toBe(2);
    expect(certificatesOf(set.bundle).length).toBeLessThanOrEqual(2);
  });
});
