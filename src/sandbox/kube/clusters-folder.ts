// Where the clusters of one sandbox keep what their control planes write: beside the sandbox's state, or in a temporary
// folder that goes with it. What a sandbox that was killed has left is found by the next one.
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { inFolder, makeFolder } from "../state/folder.ts";
import { ownerLives, tryLock } from "../state/lock.ts";
import { endLeftovers } from "./control-plane/index.ts";

export interface ClustersFolder {
  /** Absolute; made when it isn't there. */
  path(): string;
  /** Ends programs that a killed sandbox left behind, and removes folders that are none of `known`. */
  tidy(known: readonly string[]): Promise<void>;
  /** Removes what a cluster that is gone has kept. */
  remove(name: string): void;
  close(): void;
}

/** A folder that stays. Whoever opens it holds the lock of the state that it belongs to. */
export function keptFolder(given: string): ClustersFolder {
  // Programs are known by these paths, wherever they are looked for.
  const folder = resolve(given);
  const names = (): string[] => {
    try {
      return readdirSync(folder);
    } catch {
      // Nobody has started a control plane here yet.
      return [];
    }
  };
  const remove = (name: string): void => rmSync(join(folder, name), { recursive: true, force: true });
  return {
    path: () => {
      inFolder(folder, () => makeFolder(folder));
      return folder;
    },
    async tidy(known) {
      const found = names();
      if (found.length > 0) await endLeftovers(folder);
      for (const name of found) if (!known.includes(name)) remove(name);
    },
    remove,
    close: () => undefined,
  };
}

const prefix = "lotse-clusters-";
/** Only a folder that says so of itself is ever removed: somebody may keep a state in one with a similar name. */
const marker = "temporary";

/** Folders of sandboxes that are no more: they were killed before they could remove them. */
async function tidyTemporary(): Promise<void> {
  for (const name of readdirSync(tmpdir())) {
    const folder = join(tmpdir(), name);
    if (!name.startsWith(prefix) || !existsSync(join(folder, marker)) || ownerLives(folder) !== false) continue;
    await endLeftovers(folder);
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A folder that is made when a control plane first needs it, and goes with the sandbox. */
export function temporaryFolder(): ClustersFolder {
  let folder: string | undefined;
  const make = (): string =>
    inFolder(tmpdir(), () => {
      const made = mkdtempSync(join(tmpdir(), prefix));
      tryLock(made);
      writeFileSync(join(made, marker), "lotse: goes with the sandbox that made it\n");
      // Others' leftovers are nothing to wait for, and nothing to fail of.
      tidyTemporary().catch(() => undefined);
      return made;
    });
  return {
    path: () => (folder ??= make()),
    tidy: () => Promise.resolve(),
    remove: (name) => {
      if (folder !== undefined) rmSync(join(folder, name), { recursive: true, force: true });
    },
    close: () => {
      if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
    },
  };
}
