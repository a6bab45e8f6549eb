// Whether the disk has room, asked before gigabytes are written.
import { existsSync } from "node:fs";
import { stat, statfs } from "node:fs/promises";
import { dirname } from "node:path";
import { LotseError } from "../../../base/index.ts";

const megabyte = 1_000_000;

/** The folder itself, or the nearest one above that is there. */
function standing(folder: string): string {
  return existsSync(folder) || dirname(folder) === folder ? folder : standing(dirname(folder));
}

/**
 * Checks that folders have room for what will be written; those on one file system share it.
 *
 * @param needs bytes by folder; folders needn't exist yet
 * @throws LotseError `kube/disk-space`
 */
export async function checkSpace(what: string, needs: Readonly<Record<string, number>>): Promise<void> {
  const disks = new Map<number, { folder: string; bytes: number }>();
  for (const [folder, bytes] of Object.entries(needs)) {
    const { dev } = await stat(standing(folder));
    disks.set(dev, { folder, bytes: (disks.get(dev)?.bytes ?? 0) + bytes });
  }
  for (const { folder, bytes } of disks.values()) {
    const { bavail, bsize } = await statfs(standing(folder));
    const free = bavail * bsize;
    if (free >= bytes) continue;
    const text = `${Math.ceil(bytes / megabyte)} MB, and ${Math.floor(free / megabyte)} MB are free`;
    throw new LotseError("kube/disk-space", {
      title: `${what} needs ${text} where ${folder} is`,
      remedy: "Make room, or name another disk's folder in XDG_CACHE_HOME (Go's own are GOCACHE and GOMODCACHE).",
      blame: "user",
      data: { folder, bytes, free },
    });
  }
}
