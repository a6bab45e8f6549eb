// What is in the cache, and how it goes.
import type { AssetOptions } from "./assets.ts";
import { checkMinor } from "./assets.ts";
import type { CachedAssets } from "./cache.ts";
import { cachedSets, cacheFolder, removeSets, withCache } from "./cache.ts";

/** Every set of the cache, oldest minor first. */
export function listAssets(options: AssetOptions = {}): Promise<CachedAssets[]> {
  return cachedSets(cacheFolder(options));
}

/**
 * Removes sets from the cache; with the last one also what they were made of. Programs that run from there run on.
 *
 * @param minors default: all
 * @returns the minors that were there
 * @throws LotseError `kube/bad-version`, or `kube/cache-folder` when nothing can be written there
 */
export async function removeAssets(minors?: readonly string[], options: AssetOptions = {}): Promise<string[]> {
  for (const minor of minors ?? []) checkMinor(minor);
  const folder = cacheFolder(options);
  const remove = async (): Promise<string[]> =>
    removeSets(folder, minors ?? (await cachedSets(folder)).map(({ minor }) => minor));
  return await withCache(folder, remove, options.signal ? { signal: options.signal } : {});
}
