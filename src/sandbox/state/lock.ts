// One process per state folder: a lock file with the owner's process id, taken over when its owner is gone.
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { LotseError } from "../../base/index.ts";

interface Owner {
  pid: number;
  /** Tells a process from a later one with the same id; only where /proc has it. */
  started: string | undefined;
}

/** Fields of /proc/PID/stat behind the command; undefined where /proc isn't there or the process is gone. */
function statOf(pid: number): string[] | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The second field is the command in parentheses and may hold anything.
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  } catch {
    // No such process, or no /proc.
    return undefined;
  }
}

/** Start of a process in clock ticks since boot. */
function startOf(pid: number): string | undefined {
  return statOf(pid)?.[19];
}

/** True while a process with this id runs. One that is dead but not yet waited for (containers without init) doesn't. */
export function isAlive(pid: number): boolean {
  const [state] = statOf(pid) ?? [];
  if (state === "Z" || state === "X") return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

function read(path: string): Owner | undefined {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as Owner;
  } catch {
    // Gone in the meantime, or not a lock of ours.
    return undefined;
  }
}

function holds(owner: Owner | undefined): owner is Owner {
  if (!owner || !Number.isInteger(owner.pid) || !isAlive(owner.pid)) return false;
  return owner.started === undefined || owner.started === startOf(owner.pid);
}

/** Whether the process that locked a folder still runs; undefined when nobody has locked it. */
export function ownerLives(folder: string): boolean | undefined {
  const owner = read(join(folder, "lock"));
  return owner && holds(owner);
}

/**
 * Tries to take the lock of a folder.
 *
 * @returns what gives it back, or the id of the process that has it
 */
export function tryLock(folder: string): (() => void) | { pid: number } {
  const path = join(folder, "lock");
  const mine = join(folder, `lock.${process.pid}`);
  try {
    writeFileSync(mine, JSON.stringify({ pid: process.pid, started: startOf(process.pid) } satisfies Owner));
    for (let attempt = 0; attempt < 20; attempt += 1) {
      try {
        linkSync(mine, path);
        return () => {
          if (read(path)?.pid === process.pid) rmSync(path, { force: true });
        };
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
      }
      const owner = read(path);
      if (holds(owner)) return { pid: owner.pid };
      // A rename is won by one process only, so two that find the same stale lock don't remove each other's new one.
      try {
        renameSync(path, `${mine}.stale`);
        rmSync(`${mine}.stale`, { force: true });
      } catch {
        // Another process was quicker; the next attempt sees what it left.
      }
    }
    throw new Error(`could not lock ${path}`);
  } finally {
    rmSync(mine, { force: true });
  }
}

/**
 * Takes the lock of a state folder.
 *
 * @returns what gives it back
 * @throws LotseError `sandbox/state-in-use` while another process has it
 */
export function takeLock(folder: string): () => void {
  const taken = tryLock(folder);
  if (typeof taken === "function") return taken;
  throw new LotseError("sandbox/state-in-use", {
    title: `The sandbox's state in ${folder} is in use`,
    detail: `Process ${taken.pid} has it.`,
    remedy: "Use that sandbox (lotse sandbox status), stop it with lotse sandbox down, or choose another folder.",
    blame: "user",
    data: taken,
  });
}
