// What goes wrong with a state folder because of the disk, said as something that the user can change.
import { errorMessage, LotseError } from "../../base/index.ts";

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
    if (typeof (cause as NodeJS.ErrnoException).errno !== "number") throw cause;
    throw new LotseError(
      "sandbox/state-folder",
      {
        title: `The sandbox can't keep its state in ${folder}`,
        detail: errorMessage(cause),
        remedy: "Choose a folder that you may write to: --state or LOTSE_SANDBOX_DIR.",
        blame: "user",
      },
      { cause },
    );
  }
}
