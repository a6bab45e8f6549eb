// Files replaced in one step: whoever reads meanwhile finds the old text or the new one, never half of one.
import {
  closeSync,
  existsSync,
  fchmodSync,
  fchownSync,
  fsyncSync,
  openSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, resolve } from "node:path";

/** What a link leads to, also when nothing is there yet: a link stays a link. */
function targetOf(file: string): string {
  let path = file;
  for (let hops = 0; hops < 40; hops += 1) {
    try {
      path = resolve(dirname(path), readlinkSync(path));
    } catch {
      // No link: this is it.
      return path;
    }
  }
  throw new Error("too many links");
}

/** A new file beside the old one, on the disk before it takes its place. */
function writeBeside(temporary: string, target: string, text: string, allowed: number): void {
  const handle = openSync(temporary, "wx", 0o600);
  try {
    const before = existsSync(target) ? statSync(target) : undefined;
    fchmodSync(handle, (before?.mode ?? 0o600) & allowed);
    // With sudo it stays the user's own file.
    if (before && process.getuid?.() === 0) fchownSync(handle, before.uid, before.gid);
    writeFileSync(handle, text);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/**
 * Replaces a file. It keeps its mode, as far as `allowed` goes; a new one is its owner's alone.
 *
 * @throws Error of node:fs; then the old file is as it was, and nothing is left beside it
 */
export function replaceFile(file: string, text: string, allowed: number = 0o777): void {
  const target = targetOf(file);
  const temporary = `${target}.${process.pid}.tmp`;
  rmSync(temporary, { force: true });
  try {
    writeBeside(temporary, target, text, allowed);
    renameSync(temporary, target);
  } catch (error) {
    rmSync(temporary, { force: true });
    // A file that is mounted by itself into a container can't be replaced, only written to.
    if ((error as NodeJS.ErrnoException).code !== "EBUSY") throw error;
    writeFileSync(target, text);
  }
}
