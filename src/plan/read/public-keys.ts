// Contents of the SSH public keys that a cluster file names by path.
import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import type { SourceLocation } from "../../base/index.ts";
import { errorMessage, LotseError } from "../../base/index.ts";
import type { Aws } from "../../aws/index.ts";
import type { Cluster } from "../../config/index.ts";

const expanded = (path: string): string => (path.startsWith("~/") ? `${homedir()}${path.slice(1)}` : path);

/** True when EC2 has a key pair of this name. */
async function isKeyPair(aws: Aws, name: string): Promise<boolean> {
  const { KeyPairs = [] } = await aws.call("ec2", "DescribeKeyPairs", {
    Filters: [{ Name: "key-name", Values: [name] }],
  });
  return KeyPairs.length > 0;
}

/** A group whose key is a path that no file can be read from. */
export interface UnreadableKey {
  path: string;
  group: string;
  at: SourceLocation;
  error: unknown;
}

/**
 * Key texts by path as the file spells it; only of groups that allow SSH with a key by path.
 *
 * @param unreadable is told of each path without a file; it may be the name of a key pair in EC2, as for eksctl
 */
export async function publicKeysOf(
  cluster: Cluster,
  unreadable: (key: UnreadableKey) => Promise<void> | void,
): Promise<Record<string, string>> {
  const keys: Record<string, string> = {};
  for (const section of ["nodeGroups", "managedNodeGroups"] as const) {
    for (const [index, { name, ssh }] of (cluster.config[section] ?? []).entries()) {
      const path = ssh?.publicKeyPath;
      const other = ssh?.publicKey !== undefined || ssh?.publicKeyName !== undefined;
      if (!ssh?.allow || path === undefined || other || path in keys) continue;
      try {
        keys[path] = (await readFile(expanded(path), "utf8")).trim();
      } catch (error) {
        await unreadable({ path, group: name, at: cluster.locate([section, index, "ssh"]), error });
      }
    }
  }
  return keys;
}

/**
 * Key texts by path, for a plan.
 *
 * @throws LotseError `plan/no-public-key` with the line that names what is neither a file nor a key pair
 */
export async function readPublicKeys(cluster: Cluster, aws: Aws): Promise<Record<string, string>> {
  return publicKeysOf(cluster, async ({ path, group, at, error }) => {
    if ((error as NodeJS.ErrnoException).code === "ENOENT" && (await isKeyPair(aws, path))) return;
    throw new LotseError(
      "plan/no-public-key",
      {
        title: `Node group ${group} allows SSH with the key in ${path}, which is neither a file that can be read nor a key pair in EC2`,
        detail: errorMessage(error),
        at,
        remedy: "Set ssh.publicKeyPath, ssh.publicKeyName or ssh.publicKey, or ssh.allow: false",
      },
      { cause: error },
    );
  });
}
