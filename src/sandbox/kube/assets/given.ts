// Binaries that the user names: LOTSE_KUBE_ASSETS, or envtest's KUBEBUILDER_ASSETS.
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { errorMessage, isLotseError } from "../../../base/index.ts";
import type { KubeAssets } from "./assets.ts";
import { assetPaths } from "./assets.ts";
import type { Environment } from "./environment.ts";
import { folderVariables } from "./environment.ts";
import { missingPrograms, versionsIn } from "./verify.ts";
import { minorOfRelease } from "./versions.ts";

/** `a`, `a and b`, `a, b and c`. */
export function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}

/** Looks into one folder; the text says why it isn't taken. */
async function inFolder(folder: string, minor: string, signal?: AbortSignal): Promise<KubeAssets | string> {
  if (!existsSync(folder)) return "doesn't exist";
  const missing = await missingPrograms(folder);
  if (missing.length > 0) return `lacks ${listed(missing)}`;
  try {
    const versions = await versionsIn(folder, signal);
    const apiserver = versions["kube-apiserver"];
    if (minorOfRelease(apiserver) !== minor) return `holds ${apiserver}`;
    return {
      minor,
      version: apiserver,
      etcdVersion: versions.etcd,
      // A stamped program takes its stamp for its own version, and emulates it unasked.
      emulated: minorOfRelease(versions["kube-scheduler"]) !== minor,
      source: "environment",
      paths: assetPaths(folder),
    };
  } catch (error) {
    if (!isLotseError(error)) throw error;
    return `can't be used: ${errorMessage(error)}`;
  }
}

/**
 * The user's own binaries for a minor. A folder holds the four programs itself, or in a folder for each minor.
 *
 * @returns the first that fits, and for each variable that is set and doesn't fit why
 */
export async function givenAssets(
  minor: string,
  env: Environment,
  signal?: AbortSignal,
): Promise<{ assets?: KubeAssets; reasons: string[] }> {
  const reasons: string[] = [];
  for (const variable of folderVariables) {
    const named = env[variable];
    if (!named) continue;
    const own = join(resolve(named), minor);
    const folder = existsSync(own) ? own : resolve(named);
    const found = await inFolder(folder, minor, signal);
    if (typeof found !== "string") return { assets: found, reasons };
    reasons.push(`${variable}: ${folder} ${found}`);
  }
  return { reasons };
}
