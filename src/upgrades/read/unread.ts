// Reading that may fail: what can't be read is named with its reason.
import { errorMessage, isLotseError } from "../../base/index.ts";
import type { Read } from "../world.ts";

/** Longest reason: the whole answer of a server would bury the others. */
const longest = 240;

/** The value, or why there is none. Interruptions, and mistakes of our own, go on upwards. */
export async function tried<T>(read: () => Promise<T>): Promise<Read<T>> {
  try {
    return { value: await read() };
  } catch (error) {
    if (error instanceof Error && error.name === "Unread") return { unread: error.message };
    if (!isLotseError(error) || error.code === "aws/interrupted") throw error;
    return { unread: errorMessage(error).slice(0, longest) };
  }
}
