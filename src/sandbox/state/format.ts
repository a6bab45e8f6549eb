// The saved state's format: JSON lines. The first line says what it is; every further line is one row.
import { LotseError } from "../../base/index.ts";
import type { Change } from "../aws/core/index.ts";

/** Raised when older code couldn't read what newer code writes. */
const stateVersion = 1;

export interface StateHeader {
  format: "lotse-sandbox-state";
  version: number;
  /** Grows with every snapshot; a journal belongs to the snapshot of its generation. */
  generation: number;
}

type Line = [table: string, place: string, id: string, row: object | null];

/** The first line of a state file: format, version, and which journal belongs to which snapshot. */
export function headerLine(generation: number): string {
  const header: StateHeader = { format: "lotse-sandbox-state", version: stateVersion, generation };
  return `${JSON.stringify(header)}\n`;
}

/** A change of a row as a line; `null` for a row that is gone. */
export function changeLine({ table, place, id, row }: Change): string {
  return `${JSON.stringify([table, place, id, row] satisfies Line)}\n`;
}

/** Last line of a snapshot: without it the file is not whole. */
export function endLine(rows: number): string {
  return `${JSON.stringify({ end: rows })}\n`;
}

/** One transaction of a journal: all of its rows, or none. */
export function transactionLine(changes: readonly Change[]): string {
  return `${JSON.stringify(changes.map(({ table, place, id, row }): Line => [table, place, id, row]))}\n`;
}

function toChange(line: unknown): Change | undefined {
  if (!Array.isArray(line) || line.length !== 4) return undefined;
  const [table, place, id, row] = line as Line;
  if (typeof table !== "string" || typeof place !== "string" || typeof id !== "string") return undefined;
  return { table, place, id, row };
}

function damaged(where: string, detail: string): LotseError {
  return new LotseError("sandbox/state-damaged", {
    title: `The sandbox's saved state is damaged: ${where}`,
    detail,
    remedy: "Start empty with lotse sandbox reset, or load an earlier lotse sandbox save.",
    blame: "user",
  });
}

function parseLine(text: string, where: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new LotseError("sandbox/state-damaged", { ...damaged(where, "A line is not JSON.").diagnostic }, { cause });
  }
}

/**
 * Reads a snapshot.
 *
 * @param where path for messages
 * @throws LotseError `sandbox/state-damaged`, or `sandbox/state-version` when newer code has written it
 */
export function readSnapshot(text: string, where: string): { generation: number; changes: Change[] } {
  const lines = text.split("\n").filter((line) => line !== "");
  const header = parseLine(lines[0] ?? "null", where) as Partial<StateHeader> | null;
  if (header?.format !== "lotse-sandbox-state" || typeof header.version !== "number") {
    throw damaged(where, "It doesn't begin as a saved state does.");
  }
  if (header.version > stateVersion) {
    throw new LotseError("sandbox/state-version", {
      title: `${where} was saved by a newer lotse`,
      detail: `It has format version ${header.version}; this lotse reads up to ${stateVersion}.`,
      remedy: "Use that lotse, or start empty with lotse sandbox reset.",
      blame: "user",
    });
  }
  const end = parseLine(lines.at(-1) ?? "null", where) as { end?: number } | null;
  const rows = lines.slice(1, -1);
  if (end?.end !== rows.length) throw damaged(where, "Its end is missing.");
  const changes = rows.map((line, index) => {
    const change = toChange(parseLine(line, `${where}:${index + 2}`));
    if (!change) throw damaged(`${where}:${index + 2}`, "A line is not a row.");
    return change;
  });
  return { generation: header.generation ?? 0, changes };
}

/**
 * Reads a journal as far as it is whole: a line that was cut off by a crash ends it.
 *
 * @returns the changes, the length in bytes of what was whole, and whether more than a last line comes after it: a
 *   crash cuts off an end, and does no such damage
 */
export function readJournal(content: Buffer): { changes: Change[]; length: number; damaged: boolean } {
  const changes: Change[] = [];
  let at = 0;
  for (;;) {
    const end = content.indexOf(0x0a, at);
    if (end < 0) return { changes, length: at, damaged: false };
    const transaction = readTransaction(content.toString("utf8", at, end));
    // What follows builds upon what is lost: it can't be trusted either.
    if (!transaction) return { changes, length: at, damaged: end + 1 < content.length };
    for (const change of transaction) changes.push(change);
    at = end + 1;
  }
}

/** One line of a journal; undefined when it is not whole. */
function readTransaction(line: string): Change[] | undefined {
  let transaction: unknown;
  try {
    transaction = JSON.parse(line);
  } catch {
    // Not whole: the caller knows what that means.
    return undefined;
  }
  if (!Array.isArray(transaction)) return undefined;
  const changes = transaction.map(toChange);
  return changes.some((change) => change === undefined) ? undefined : (changes as Change[]);
}
