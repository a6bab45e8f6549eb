// Contents of the SSH public keys that a cluster file names by path.
import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
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

/**
 * Key texts by path as the file spells it; only of groups that allow SSH. A path without a file may be the name of a key pair
 * in EC2, as for eksctl.
 *
 * @throws LotseError `plan/no-public-key` with the line that names what is neither
 */
export async function readPublicKeys(cluster: Cluster, aws: Aws): Promise<Record<string, string>> {
  const keys: Record<string, string> = {};
  for (const section of ["nodeGroups", "managedNodeGroups"] as const) {
    for (const [index, { name, ssh }] of (cluster.config[section] ?? []).entries()) {
      const path = ssh?.publicKeyPath;
      const other = ssh?.publicKey !== undefined || ssh?.publicKeyName !== undefined;
      if (!ssh?.allow || path === undefined || other || path in keys) continue;
      try {
        keys[path] = (await readFile(expanded(path), "utf8")).trim();
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === "ENOENT" && (await isKeyPair(aws, path))) continue;
        throw new LotseError(
          "plan/no-public-key",
          {
            title: `Node group ${name} allows SSH with the key in ${path}, which is neither a file that can be read nor a key pair in EC2`,
            detail: errorMessage(error),
            at: cluster.locate([section, index, "ssh"]),
            remedy: "Set ssh.publicKeyPath, ssh.publicKeyName or ssh.publicKey, or ssh.allow: false",
          },
          { cause: error },
        );
      }
    }
  }
  return keys;
}
