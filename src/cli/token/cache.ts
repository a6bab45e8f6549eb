// Tokens between two calls of kubectl. A token is as good as its owner for a quarter of an hour, so it is kept the way ssh
// keeps keys: in a folder and in files that nobody else may open.
import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";
import { sha256 } from "../../identity/index.ts";

/** A token and when it ends, epoch ms. */
export interface KeptToken {
  token: string;
  expiresAt: number;
}

/** What a token is for and by. */
export interface TokenKey {
  endpoint: string;
  region: string;
  cluster: string;
  /** The role that is assumed, with what is told while assuming it. */
  role?: readonly (string | null)[];
  /** Who signs; hashed before it is used. */
  principal: string;
}

/** A file that is larger holds no token. */
const longest = 32_768;
const margin = 60_000;
/** Longer than this no token lives, whatever a file says. */
const longestLife = 15 * 60_000;

const own = (stat: { uid: number }): boolean => process.getuid === undefined || stat.uid === process.getuid();
const isPrivate = (stat: { mode: number }): boolean => process.platform === "win32" || (stat.mode & 0o077) === 0;

/** Where tokens are kept: `LOTSE_TOKEN_CACHE`, else the user's cache; undefined where that says `off`. */
export function tokenFolder(env: Readonly<Record<string, string | undefined>>): string | undefined {
  const { LOTSE_TOKEN_CACHE, XDG_CACHE_HOME, HOME } = env;
  if (LOTSE_TOKEN_CACHE === "off") return undefined;
  if (LOTSE_TOKEN_CACHE) return LOTSE_TOKEN_CACHE;
  const home = HOME || homedir();
  const usual = process.platform === "darwin" ? join(home, "Library", "Caches") : join(home, ".cache");
  return join(XDG_CACHE_HOME && isAbsolute(XDG_CACHE_HOME) ? XDG_CACHE_HOME : usual, "lotse", "tokens");
}

/** The file's name is a hash: it tells neither the cluster nor who signs. */
export function tokenFile(folder: string, key: TokenKey): string {
  const { endpoint, region, cluster, role = [], principal } = key;
  const text = JSON.stringify(["lotse token 1", endpoint, region, cluster, role, principal]);
  return join(folder, `${sha256(text).toString("hex").slice(0, 40)}.json`);
}

const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? "";

/**
 * The kept token, if it lives for another minute.
 *
 * @returns a text when there is a file that can't be trusted or read
 */
export function readToken(file: string, now: number): KeptToken | string | undefined {
  let handle: number;
  try {
    // A link could lead to a file that somebody else fills.
    handle = openSync(file, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0));
  } catch (error) {
    return ["ENOENT", "ENOTDIR"].includes(codeOf(error)) ? undefined : `${file} is not used: ${codeOf(error)}`;
  }
  try {
    const stat = fstatSync(handle);
    if (!stat.isFile() || stat.size > longest) return `${file} is not used: it is no kept token`;
    if (!own(stat) || !isPrivate(stat)) return `${file} is not used: others may read or write it`;
    const { token, expiresAt } = JSON.parse(readFileSync(handle, "utf8")) as Partial<KeptToken>;
    const sound =
      typeof token === "string" &&
      /^k8s-aws-v1\.[\w-]+$/.test(token) &&
      typeof expiresAt === "number" &&
      expiresAt - now < longestLife;
    if (!sound) return `${file} is not used: it is no kept token`;
    return expiresAt - now > margin ? { token, expiresAt } : undefined;
  } catch {
    // Half a file, or not ours.
    return `${file} is not used: it is damaged`;
  } finally {
    closeSync(handle);
  }
}

/** Files that nobody will ask for again: tokens end within a quarter of an hour. */
function sweep(folder: string, now: number): void {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    try {
      if (now - lstatSync(path).mtimeMs > longestLife) rmSync(path);
    } catch (error) {
      // Another process sweeps as well.
      if (codeOf(error) !== "ENOENT") throw error;
    }
  }
}

/** Keeps a token. @returns a text when it couldn't be kept; nothing is left half-written */
export function keepToken(folder: string, file: string, kept: KeptToken, now: number): string | undefined {
  // Not worth a file: it would not be given out again.
  if (kept.expiresAt - now <= margin) return undefined;
  const temporary = `${file}.${process.pid}.tmp`;
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const stat = statSync(folder);
    if (!own(stat) || !isPrivate(stat)) return `the token is not kept: others may use ${folder} (chmod 700 mends that)`;
    try {
      // "wx": never through a link that somebody has put there; a leftover of this process id goes first.
      rmSync(temporary, { force: true });
      writeFileSync(temporary, JSON.stringify(kept), { mode: 0o600, flag: "wx" });
      renameSync(temporary, file);
    } catch (error) {
      rmSync(temporary, { force: true });
      throw error;
    }
    sweep(folder, now);
    return undefined;
  } catch (error) {
    return `the token is not kept in ${folder}: ${codeOf(error)} (LOTSE_TOKEN_CACHE names another folder, or off)`;
  }
}
