// Kubeconfig files on disk: which one, read, locked as kubectl locks them, replaced in one step.
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { errorMessage, LotseError, replaceFile, sleep } from "../../base/index.ts";
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

/** Readable by its owner alone, whoever could read it before. */
function replace(file: string, text: string): void {
  try {
    replaceFile(file, text, 0o600);
  } catch (cause) {
    throw cannotWrite(file, cause);
  }
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
    if (change !== "unchanged") replace(file, text);
    return change;
  });
}
