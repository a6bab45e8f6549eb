// SSH to nodes: the key pair's name in EC2 and the rules that let it in.
import { createHash, createPublicKey } from "node:crypto";
import { LotseError } from "../../base/index.ts";
import type { NodeGroupSSH } from "../../config/index.ts";
import type { Context } from "../context.ts";
import type { TemplateValue } from "../template.ts";
import type { Group } from "./group.ts";

/** eksctl's key file when SSH is switched on without naming one. */
const defaultKeyPath = "~/.ssh/id_rsa.pub";

/** True when nodes of the group take SSH: switched on, or a key is named and it isn't switched off. */
export function sshAllowed(ssh: NodeGroupSSH | undefined): boolean {
  if (ssh?.allow !== undefined) return ssh.allow;
  return Boolean(ssh?.publicKey || ssh?.publicKeyName || ssh?.publicKeyPath);
}

/** Fields of an SSH wire format blob: each a 32-bit length and that many bytes (RFC 4251 §5). */
function* blobFields(blob: Buffer): Generator<Buffer> {
  for (let at = 0; at + 4 <= blob.length;) {
    const length = blob.readUInt32BE(at);
    yield blob.subarray(at + 4, at + 4 + length);
    at += 4 + length;
  }
}

/**
 * The fingerprint that names an imported key: for RSA the MD5 of the key in DER, colon-separated, as EC2 shows it; for
 * Ed25519 the SHA-256 of the blob in base64.
 *
 * @throws LotseError `stacks/ssh-key` for text that is no such key.
 */
export function keyFingerprint(publicKey: string): string {
  const [type, base64 = ""] = publicKey.trim().split(/\s+/);
  const blob = Buffer.from(base64, "base64");
  if (type === "ssh-ed25519" && blob.length > 0)
    return createHash("sha256").update(blob).digest("base64").replace(/=+$/, "");
  const [name, exponent, modulus] = [...blobFields(blob)];
  if (type !== "ssh-rsa" || name?.toString() !== "ssh-rsa" || !exponent || !modulus)
    throw new LotseError("stacks/ssh-key", {
      title: `The SSH public key begins with ${JSON.stringify((type ?? "").slice(0, 20))}, which EC2 doesn't import`,
      remedy: "Give an OpenSSH public key of type ssh-rsa or ssh-ed25519",
    });
  const unsigned = modulus[0] === 0 ? modulus.subarray(1) : modulus;
  const jwk = { kty: "RSA", n: unsigned.toString("base64url"), e: exponent.toString("base64url") };
  const der = createPublicKey({ key: jwk, format: "jwk" }).export({ type: "spki", format: "der" });
  return createHash("md5")
    .update(der)
    .digest("hex")
    .replaceAll(/..(?=.)/g, "$&:");
}

/** A key pair of a node group. */
export interface NodeKey {
  /** Name in EC2. */
  readonly name: string;
  /** The key to import under that name; absent for a pair that is in EC2 already. */
  readonly publicKey?: string;
}

/**
 * The key pair of a group, or undefined without one. A path may also be the name of a key pair in EC2, which is what eksctl
 * takes it for when there is no such file.
 */
export function nodeKey(context: Context, group: Group): NodeKey | undefined {
  const { ssh } = group.spec;
  if (!sshAllowed(ssh)) return ssh?.publicKeyName ? { name: ssh.publicKeyName } : undefined;
  const path = ssh?.publicKeyPath || (ssh?.publicKey || ssh?.publicKeyName ? undefined : defaultKeyPath);
  const publicKey = ssh?.publicKey || (path === undefined ? undefined : context.known.publicKeys?.[path]);
  if (publicKey === undefined) return { name: ssh?.publicKeyName || (path ?? defaultKeyPath) };
  return { name: `eksctl-${context.name}-nodegroup-${group.name}-${keyFingerprint(publicKey)}`, publicKey };
}

/** Ingress rules for SSH: from the groups named, else from the VPC (private nodes) or from anywhere. */
export function sshRules(context: Context, group: Group, who: string): TemplateValue[] {
  const { ssh, privateNetworking } = group.spec;
  if (!sshAllowed(ssh)) return [];
  const port = { FromPort: 22, IpProtocol: "tcp", ToPort: 22 };
  const groups = ssh?.sourceSecurityGroupIds ?? [];
  if (groups.length > 0) return groups.map((SourceSecurityGroupId) => ({ ...port, SourceSecurityGroupId }));
  const Description = `Allow SSH access to ${who}`;
  if (privateNetworking)
    return [{ CidrIp: context.vpcCidr, Description: `${Description} (private, only inside VPC)`, ...port }];
  return [
    { CidrIp: "0.0.0.0/0", Description, ...port },
    { CidrIpv6: "::/0", Description, ...port },
  ];
}
