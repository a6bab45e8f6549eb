// Contents of the SSH public keys that a cluster file names by path.
import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { errorMessage, LotseError } from "../../base/index.ts";
import type { Cluster } from "../../config/index.ts";

const expanded = (path: string): string => (path.startsWith("~/") ? `${homedir()}${path.slice(1)}` : path);

/**
 * Key texts by path as the file spells it; only of groups that allow SSH.
 *
 * @throws LotseError `plan/no-public-key` with the line that names the file
 */
export async function readPublicKeys(cluster: Cluster): Promise<Record<string, string>> {
  const keys: Record<string, string> = {};
  for (const section of ["nodeGroups", "managedNodeGroups"] as const) {
    for (const [index, { name, ssh }] of (cluster.config[section] ?? []).entries()) {
      const path = ssh?.publicKeyPath;
      if (
        !ssh?.allow ||
        path === undefined ||
        ssh.publicKey !== undefined ||
        ssh.publicKeyName !== undefined ||
        path in keys
      )
        continue;
      try {
        keys[path] = (await readFile(expanded(path), "utf8")).trim();
      } catch (error) {
        throw new LotseError(
          "plan/no-public-key",
          {
            title: `Node group ${name} allows SSH with the key in ${path}, which can't be read`,
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
