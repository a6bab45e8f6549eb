// Asking a door for a fact, and noting why when it may not be told.
import { isDenied, isGone } from "../../aws/index.ts";
import { errorMessage, isLotseError } from "../../base/index.ts";
import type { Known } from "../explanation.ts";
import { read, unread } from "../explanation.ts";

/** AWS's own code of an error. */
export function awsCodeOf(error: unknown): string {
  const code = isLotseError(error) ? error.diagnostic.data?.["awsCode"] : undefined;
  return typeof code === "string" ? code : "";
}

const silent: readonly string[] = ["kube/denied", "kube/unauthorized", "kube/unreachable"];

const denied = (error: unknown): boolean => isLotseError(error) && (isDenied(error) || silent.includes(error.code));

/** The right that is missing says it all; where there is none, the door's own words. */
function reasonOf(what: string, error: unknown): string {
  const action = isLotseError(error) ? error.diagnostic.data?.["action"] : undefined;
  return typeof action === "string"
    ? `you need ${action} to read ${what}`
    : `${what} can't be read: ${errorMessage(error).slice(0, 200)}`;
}

/**
 * A fact, or why it isn't known: whoever asks may not read it. Everything else that goes wrong is thrown.
 *
 * @param what for people: `role web`
 */
export async function attempt<T>(what: string, ask: () => Promise<T>): Promise<Known<T>> {
  try {
    return read(await ask());
  } catch (error) {
    if (!denied(error)) throw error;
    return unread(reasonOf(what, error));
  }
}

/** A thing, undefined when there is none, or why that isn't known. */
export async function attemptFind<T>(what: string, ask: () => Promise<T>): Promise<Known<T | undefined>> {
  return attempt(what, async () => {
    try {
      return await ask();
    } catch (error) {
      if (isGone(error) || awsCodeOf(error).startsWith("NoSuch")) return undefined;
      throw error;
    }
  });
}
