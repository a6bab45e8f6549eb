import { createHash, generateKeyPairSync } from "node:crypto";
import { describe, it } from "vitest";
import { keyFingerprint, sshAllowed } from "./ssh.ts";

/** A field of the SSH wire format: length and bytes. */
function field(bytes: Buffer | string): Buffer {
  const content = Buffer.from(bytes);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(content.length);
  return Buffer.concat([length, content]);
}

describe("the fingerprint in a key pair's name", () => {
  it("is EC2's for an RSA key: MD5 of the key in DER", ({ expect }) => {
    const { publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const { n = "", e = "" } = publicKey.export({ format: "jwk" });
    const modulus = Buffer.concat([Buffer.of(0), Buffer.from(n, "base64url")]);
    const blob = Buffer.concat([field("ssh-rsa"), field(Buffer.from(e, "base64url")), field(modulus)]);
    const der = publicKey.export({ type: "spki", format: "der" });
    const expected = createHash("md5").update(der).digest("hex").match(/../g)?.join(":");
    expect(keyFingerprint(`ssh-rsa ${blob.toString("base64")} me@home`)).toBe(expected);
    expect(expected).toMatch(/^([0-9a-f]{2}:){15}[0-9a-f]{2}$/);
  });

  it("is the SHA-256 of an Ed25519 key, without padding", ({ expect }) => {
    // `ssh-keygen -l -E sha256` says the same of this key.
    const key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f test";
    const blob = Buffer.from(key.split(" ")[1] ?? "", "base64");
    expect(keyFingerprint(key)).toBe(createHash("sha256").update(blob).digest("base64").slice(0, 43));
  });

  it.for(["", "-----BEGIN RSA PRIVATE KEY-----", "ssh-dss AAAAB3NzaC1kc3M=", "ssh-rsa bm90IGEga2V5"])(
    "refuses %j",
    (text, { expect }) => {
      expect(() => keyFingerprint(text)).toThrow(/doesn't import/);
    },
  );
});

describe("SSH to nodes", () => {
  it("is off unless asked for, and on with a key", ({ expect }) => {
    expect(sshAllowed(undefined)).toBe(false);
    expect(sshAllowed({ publicKeyName: "mine" })).toBe(true);
    expect(sshAllowed({ allow: false, publicKeyName: "mine" })).toBe(false);
    expect(sshAllowed({ allow: true })).toBe(true);
  });
});
