// The user's cache of binaries. A set appears in it whole, by a rename, or not at all:
//   <platform>/1.35/{etcd,kube-…,assets.json}   a set; what several sets share is one file with several names
//   <platform>/components/<source>/<program>-<version>   finished programs that sets are made of
//   <platform>/downloads/…   what is under way, and resumed
//   <platform>/.work-…   a build or a set that is being made; whatever stays behind is removed by the next one
import { existsSync, readFileSync } from "node:fs";
import { chmod, copyFile, link, mkdir, mkdtemp, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { errorMessage, LotseError, sleep } from "../../../base/index.ts";
import { makeFolder } from "../../state/folder.ts";
import { tryLock } from "../../state/lock.ts";
import type { AssetOptions, AssetSource, KubeAssets, Program } from "./assets.ts";
import { assetPaths, pathsIn, programs } from "./assets.ts";
import { defaultCache, platform, processEnvironment } from "./environment.ts";
import { missingPrograms, versionOf, versionsIn } from "./verify.ts";

/** What `assets.json` in a set's folder says. */
interface SetFile extends Omit<KubeAssets, "paths"> {
  /** ISO-8601. */
  installed: string;
}

/** A set of the cache. */
export interface CachedAssets extends KubeAssets {
  installed: string;
  folder: string;
  /** On disk; what several sets share counts for each. */
  bytes: number;
}

const setFile = "assets.json";
const workPrefix = ".work-";

/** The folder of this machine's binaries. */
export function cacheFolder(options: AssetOptions): string {
  const root = options.cache ?? defaultCache(options.env ?? processEnvironment());
  return join(root, `${platform.os}-${platform.arch}`);
}

/** Where a finished program that sets are made of stands, or will. */
export function componentPath(folder: string, source: AssetSource, program: Program, version: string): string {
  return join(folder, "components", source, `${program}-${version}`);
}

function readSet(folder: string): SetFile | undefined {
  const path = join(folder, setFile);
  if (!existsSync(path)) return undefined;
  try {
    return JSON.parse(readFileSync(path, "utf8")) as SetFile;
  } catch {
    // Damaged: as if it weren't there, and so made anew.
    return undefined;
  }
}

/** The set of a minor; undefined when there is none that is whole. */
export async function cachedSet(folder: string, minor: string): Promise<CachedAssets | undefined> {
  const own = join(folder, minor);
  const set = readSet(own);
  if (set?.minor !== minor || (await missingPrograms(own)).length > 0) return undefined;
  const sizes = await Promise.all(Object.values(pathsIn(own)).map(async (path) => (await stat(path)).size));
  return { ...set, folder: own, bytes: sizes.reduce((sum, size) => sum + size, 0), paths: assetPaths(own) };
}

/** Every whole set, oldest minor first. */
export async function cachedSets(folder: string): Promise<CachedAssets[]> {
  const names = existsSync(folder) ? await readdir(folder) : [];
  const minors = names.filter((name) => /^1\.\d+$/.test(name));
  const sets = await Promise.all(minors.map((minor) => cachedSet(folder, minor)));
  return sets
    .filter((set) => set !== undefined)
    .sort((a, b) => a.minor.localeCompare(b.minor, "en", { numeric: true }));
}

/** Gives `from` a second name, or a copy where the file system has no links. Replaces what is there. */
export async function linkOrCopy(from: string, to: string): Promise<void> {
  await rm(to, { force: true });
  await link(from, to).catch(() => copyFile(from, to));
}

/**
 * Puts a finished program where sets take it from. It appears there whole, and only if it runs.
 *
 * @throws LotseError `kube/not-runnable`
 */
export async function keepComponent(from: string, to: string, signal?: AbortSignal): Promise<void> {
  await chmod(from, 0o755);
  await versionOf(from, signal);
  await mkdir(dirname(to), { recursive: true });
  await rename(from, to);
}

/** Makes a folder for something that isn't finished, in the same file system as what it will be. */
export function workFolder(folder: string): Promise<string> {
  return mkdtemp(join(folder, workPrefix));
}

/**
 * Makes a set out of finished programs: each is run once more as it stands there, then the folder gets its name.
 *
 * @param files the program files, which stay where they are
 * @throws LotseError `kube/not-runnable` when one isn't what it should be
 */
export async function publishSet(
  folder: string,
  set: Pick<KubeAssets, "minor" | "version" | "emulated" | "source">,
  files: Readonly<Record<Program, string>>,
  signal?: AbortSignal,
): Promise<CachedAssets> {
  const work = await workFolder(folder);
  try {
    for (const program of programs) await linkOrCopy(files[program], join(work, program));
    const versions = await versionsIn(work, signal);
    if (versions["kube-apiserver"] !== set.version) {
      throw new LotseError("kube/not-runnable", {
        title: `kube-apiserver says it is ${versions["kube-apiserver"]}, not ${set.version}`,
        blame: "lotse",
      });
    }
    const installed = new Date().toISOString();
    const { minor, version, emulated, source } = set;
    const file: SetFile = { minor, version, etcdVersion: versions.etcd, emulated, source, installed };
    await writeFile(join(work, setFile), `${JSON.stringify(file, null, 2)}\n`);
    await removeFolder(folder, minor);
    await rename(work, join(folder, minor));
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  const made = await cachedSet(folder, set.minor);
  if (made) return made;
  throw new LotseError("kube/cache-folder", {
    title: `Kubernetes ${set.minor} vanished from ${folder} while it was installed`,
    blame: "user",
  });
}

/** Takes a folder away: first its name, so that nobody finds half of it. */
async function removeFolder(folder: string, name: string): Promise<boolean> {
  const path = join(folder, name);
  if (!existsSync(path)) return false;
  const work = await workFolder(folder);
  await rename(path, join(work, name));
  await rm(work, { recursive: true, force: true });
  return true;
}

/** Removes finished programs that no set has a name for any more. */
async function prune(folder: string): Promise<void> {
  const components = join(folder, "components");
  const entries = existsSync(components) ? await readdir(components, { recursive: true, withFileTypes: true }) : [];
  for (const entry of entries) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile() && (await stat(path)).nlink === 1) await rm(path);
  }
}

/**
 * Removes sets, and what only they were made of.
 *
 * @returns the minors that were there
 */
export async function removeSets(folder: string, minors: readonly string[]): Promise<string[]> {
  const removed: string[] = [];
  for (const minor of minors) if (await removeFolder(folder, minor)) removed.push(minor);
  await prune(folder);
  if ((await cachedSets(folder)).length === 0) await removeFolder(folder, "downloads");
  return removed;
}

/**
 * Holds the cache for one process while it works, and removes what others left half done.
 *
 * @param waiting hears the id of the process that has it, at every look
 * @throws LotseError `kube/cache-folder` when nothing can be written there
 */
export async function withCache<T>(
  folder: string,
  work: () => Promise<T>,
  options: { signal?: AbortSignal; waiting?: (pid: number) => void } = {},
): Promise<T> {
  const lock = (): ReturnType<typeof tryLock> => {
    try {
      makeFolder(folder);
      return tryLock(folder);
    } catch (cause) {
      throw new LotseError(
        "kube/cache-folder",
        {
          title: `Kubernetes binaries can't be kept in ${folder}`,
          detail: errorMessage(cause),
          remedy:
            "Name a cache that you may write to in XDG_CACHE_HOME, or a folder with the binaries in LOTSE_KUBE_ASSETS.",
          blame: "user",
        },
        { cause },
      );
    }
  };
  for (;;) {
    options.signal?.throwIfAborted();
    const taken = lock();
    if (typeof taken === "function") {
      try {
        await sweep(folder);
        return await work();
      } finally {
        taken();
      }
    }
    options.waiting?.(taken.pid);
    await sleep(250, options.signal);
  }
}

/** Work folders of processes that have ended: whoever holds the lock is the only one that makes them. */
async function sweep(folder: string): Promise<void> {
  const left = (await readdir(folder)).filter((name) => name.startsWith(workPrefix));
  for (const name of left) {
    // A compiler whose parent was killed may still write there for a while; what it keeps goes the next time.
    await rm(join(folder, name), { recursive: true, force: true, maxRetries: 3 }).catch(() => undefined);
  }
}
