// The folder that state lives in: made for its owner alone, and what the disk refuses said as something the user can change.
import { existsSync, mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { errorMessage, LotseError } from "../../base/index.ts";

/**
 * Makes a folder and those above it. One by one, since Node's own recursion never ends where a parent exists and can hold
 * nothing (`/proc/x`, Node 20).
 *
 * @throws the system's error when one of them can't be made
 */
export function makeFolder(path: string): void {
  if (existsSync(path)) return;
  const parent = dirname(path);
  if (parent !== path) makeFolder(parent);
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    // Somebody else made it in between.
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
}

/**
 * Does what needs the folder.
 *
 * @throws LotseError `sandbox/state-folder` when it is read-only, not a folder, full …
 */
export function inFolder<T>(folder: string, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    // The operating system's errors alone: what others throw says already what is wrong.
    const { errno, code } = cause as NodeJS.ErrnoException;
    if (typeof errno !== "number") throw cause;
    const full = code === "ENOSPC" || code === "EDQUOT";
    throw new LotseError(
      "sandbox/state-folder",
      {
        title: `The sandbox can't keep its state in ${folder}`,
        detail: errorMessage(cause),
        remedy: full
          ? "Free some space there, or choose another folder: --state or LOTSE_SANDBOX_DIR."
          : "Choose a folder that you may write to: --state or LOTSE_SANDBOX_DIR.",
        blame: "user",
      },
      { cause },
    );
  }
}
