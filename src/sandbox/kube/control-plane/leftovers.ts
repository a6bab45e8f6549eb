// Programs of control planes that outlived everything that should have ended them: their sandbox was killed, and so was the
// shell that kept each of them. They are known by the files that they were started with.
import { execFile } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, sep } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { programs } from "../assets/index.ts";

interface Command {
  pid: number;
  words: readonly string[];
}

/** Command lines of all processes, from /proc where it is, else from ps (macOS). */
async function commands(): Promise<Command[]> {
  if (existsSync("/proc/self/cmdline")) {
    return readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name))
      .map((name) => ({ pid: Number(name), words: wordsOf(name) }));
  }
  const { stdout } = await promisify(execFile)("ps", ["-axo", "pid=,args="], { maxBuffer: 64 * 1024 * 1024 });
  return stdout.split("\n").flatMap((line) => {
    const [pid, ...words] = line.trim().split(/\s+/);
    return pid ? [{ pid: Number(pid), words }] : [];
  });
}

function wordsOf(pid: string): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
  } catch {
    // It ended while we looked.
    return [];
  }
}

const isProgram = (path = ""): boolean => (programs as readonly string[]).includes(basename(path));

/** The program itself, or the shell that keeps one. */
function belongs({ words }: Command, folder: string): boolean {
  if (!isProgram(words[0]) && !words.includes("lotse-keeper")) return false;
  // From its beginning on: the same path may be part of somebody else's longer one.
  const inside = `${folder}${sep}`;
  return words.some((word) => word.includes(`=${inside}`) || word.includes(`=unix://${inside}`));
}

function kill(pid: number): boolean {
  try {
    process.kill(pid, "SIGKILL");
    return true;
  } catch {
    // Gone already, or another user's, whose files ours can't be.
    return false;
  }
}

/** How long the system may take to end what was killed, milliseconds. */
const patience = 2_000;

/**
 * Ends every program that works on files in a folder.
 *
 * @param folder absolute; whoever calls owns it, and has nothing running there
 * @returns how many there were
 */
export async function endLeftovers(folder: string): Promise<number> {
  const look = async (): Promise<Command[]> =>
    (await commands()).filter((command) => command.pid !== process.pid && belongs(command, folder));
  const found = await look();
  const killed = found.filter(({ pid }) => kill(pid));
  const deadline = Date.now() + patience;
  // A data folder is free when its etcd is really gone.
  while (killed.length > 0 && Date.now() < deadline && (await look()).length > 0) await sleep(20);
  return killed.filter(({ words }) => isProgram(words[0])).length;
}
