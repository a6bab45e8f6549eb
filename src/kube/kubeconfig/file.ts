// Kubeconfig files on disk: which one, read, locked as kubectl locks them, replaced in one step.
import {
  closeSync,
  existsSync,
  fchmodSync,
  fchownSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { delimiter, dirname, join, resolve } from "node:path";
import { errorMessage, LotseError, sleep } from "../../base/index.ts";
import type { MergeResult } from "./merge.ts";
import { mergeKubeconfig, readDocument } from "./merge.ts";
import type { KubeconfigEntry } from "./model.ts";

/** Where files may be. */
export interface KubeconfigPlaces {
  /** Asked for by name: this one and no other. */
  asked?: string;
  /** `$KUBECONFIG`: a list of files. */
  variable?: string;
  /** The user's home. */
  home: string;
}

/** Which file was chosen, and what was wrong with those passed over. */
export interface Choice {
  file: string;
  warnings: readonly string[];
}

/** Milliseconds that another writer gets. */
const lockPatience = 10_000;

function hasCluster(file: string, name: string): boolean {
  const { clusters } = readDocument(readFileSync(file, "utf8"), file).toJS() as {
    clusters?: ({ name?: unknown } | null)[] | null;
  };
  return (clusters ?? []).some((cluster) => cluster?.name === name);
}

/**
 * The file to write a cluster to: the one asked for, else the first of $KUBECONFIG that has the cluster already, else
 * its first, else ~/.kube/config (the AWS CLI's order).
 */
export function chooseKubeconfig(places: KubeconfigPlaces, clusterName: string): Choice {
  if (places.asked) return { file: places.asked, warnings: [] };
  const listed = (places.variable ?? "").split(delimiter).filter((path) => path.trim() !== "");
  const [first] = listed;
  if (first === undefined) return { file: join(places.home, ".kube", "config"), warnings: [] };
  const warnings: string[] = [];
  for (const file of listed) {
    if (!existsSync(file)) continue;
    try {
      if (hasCluster(file, clusterName)) return { file, warnings };
    } catch (error) {
      if (file !== first) warnings.push(`${errorMessage(error)}; it is passed over.`);
    }
  }
  return { file: first, warnings };
}

function cannotWrite(file: string, cause: unknown): LotseError {
  return new LotseError(
    "kube/kubeconfig-write",
    {
      title: `${file} can't be written`,
      detail: errorMessage(cause),
      remedy: "Write to another file with --kubeconfig FILE.",
    },
    { cause },
  );
}

/** Takes `FILE.lock` as kubectl does (client-go's clientcmd): the file's existence is the lock. */
async function locked<T>(file: string, patience: number, body: () => T): Promise<T> {
  const lock = `${file}.lock`;
  const deadline = Date.now() + patience;
  for (;;) {
    try {
      closeSync(openSync(lock, "wx", 0o600));
      break;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw cannotWrite(file, error);
      if (Date.now() > deadline) {
        throw new LotseError("kube/kubeconfig-locked", {
          title: `${file} is locked`,
          detail: `${lock} exists: another program is writing the file, or one was killed while it did.`,
          remedy: `If no kubectl or lotse runs, remove ${lock}.`,
        });
      }
      await sleep(100);
    }
  }
  try {
    return body();
  } finally {
    rmSync(lock, { force: true });
  }
}

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
function writeBeside(temporary: string, target: string, text: string): void {
  const handle = openSync(temporary, "wx", 0o600);
  try {
    const before = existsSync(target) ? statSync(target) : undefined;
    fchmodSync(handle, before ? before.mode & 0o600 : 0o600);
    // With sudo it stays the user's own file.
    if (before && process.getuid?.() === 0) fchownSync(handle, before.uid, before.gid);
    writeFileSync(handle, text);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/** Replaces a file in one step; readable by its owner alone when it is new, else with the mode it had, at most 0600. */
function replaceFile(file: string, text: string): void {
  try {
    const target = targetOf(file);
    const temporary = `${target}.${process.pid}.tmp`;
    rmSync(temporary, { force: true });
    try {
      writeBeside(temporary, target, text);
      renameSync(temporary, target);
    } catch (error) {
      rmSync(temporary, { force: true });
      // A file that is mounted by itself into a container can't be replaced, only written to.
      if ((error as NodeJS.ErrnoException).code !== "EBUSY") throw error;
      writeFileSync(target, text);
    }
  } catch (error) {
    throw cannotWrite(file, error);
  }
}

/** What {@link writeKubeconfig} would make of the file; nothing is written. @throws LotseError `kube/bad-kubeconfig` */
export function previewKubeconfig(file: string, entry: KubeconfigEntry): MergeResult {
  let before: string | undefined;
  try {
    before = existsSync(file) ? readFileSync(file, "utf8") : undefined;
  } catch (cause) {
    throw new LotseError(
      "kube/bad-kubeconfig",
      { title: `${file} can't be read`, detail: errorMessage(cause), remedy: "Name another file with --kubeconfig." },
      { cause },
    );
  }
  return mergeKubeconfig(before, entry, file);
}

/**
 * Puts a cluster into a kubeconfig file.
 *
 * @param patience milliseconds that another writer gets
 * @throws LotseError `kube/bad-kubeconfig`, `kube/kubeconfig-locked`, `kube/kubeconfig-write`; the file is then as it was
 */
export async function writeKubeconfig(
  file: string,
  entry: KubeconfigEntry,
  patience: number = lockPatience,
): Promise<MergeResult["change"]> {
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  } catch (error) {
    throw cannotWrite(file, error);
  }
  return locked(file, patience, () => {
    const { text, change } = previewKubeconfig(file, entry);
    if (change !== "unchanged") replaceFile(file, text);
    return change;
  });
}
