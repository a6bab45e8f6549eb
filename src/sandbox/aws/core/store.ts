// All state of an emulated cloud: tables by account and region, changed in transactions, watched by a journal.
import type { ChangeListener, TableDefinition } from "./table.ts";
import { Table } from "./table.ts";

/** One change of one row, as the journal writes it. `row: null` = deleted. */
export interface Change {
  table: string;
  place: string;
  id: string;
  row: object | null;
}

type Undo = { table: Table<object>; id: string; before: object | undefined };

/** Rows that were loaded before the code that defines their table ran: kept aside until it is asked for. */
type Loaded = Map<string, Map<string, object>>;

export class Store {
  readonly #tables: Map<string, Table<object>> = new Map();
  readonly #found: WeakMap<object, Map<string, Map<string, Table<object>>>> = new WeakMap();
  readonly #loaded: Loaded = new Map();
  #undo: Undo[] | undefined;
  readonly #listeners: Set<(changes: readonly Change[]) => void> = new Set();

  /** The rows of a table in an account (and, for regional tables, a region). */
  table<Row extends object>(definition: TableDefinition<Row>, account: string, region: string): Table<Row> {
    // On the way of every call several times: found without building a key.
    const where = definition.scope === "global" ? "" : region;
    const known = this.#found.get(definition)?.get(account)?.get(where);
    if (known) return known as unknown as Table<Row>;
    const table = this.#open(definition, account, region);
    const byAccount = this.#found.get(definition) ?? new Map<string, Map<string, Table<object>>>();
    this.#found.set(definition, byAccount);
    const byRegion = byAccount.get(account) ?? new Map<string, Table<object>>();
    byAccount.set(account, byRegion);
    byRegion.set(where, table as unknown as Table<object>);
    return table;
  }

  #open<Row extends object>(definition: TableDefinition<Row>, account: string, region: string): Table<Row> {
    const place = definition.scope === "global" ? account : `${account}/${region}`;
    const key = `${definition.name}@${place}`;
    const existing = this.#tables.get(key);
    if (existing) return existing as unknown as Table<Row>;
    const table = new Table<Row>(definition, place, this.#recordChange);
    this.#tables.set(key, table as unknown as Table<object>);
    for (const [id, row] of this.#loaded.get(key) ?? []) table.restore(id, row as Row);
    this.#loaded.delete(key);
    return table;
  }

  /**
   * Runs `body`; when it throws, every change it made is undone. An inner transaction that throws undoes its own
   * changes only, so that a service may catch what another refused. The listener hears of the changes once, after
   * the outermost one succeeded.
   */
  transaction<T>(body: () => T): T {
    if (this.#undo) return this.#inner(this.#undo, body);
    const undo: Undo[] = [];
    this.#undo = undo;
    try {
      const result = body();
      this.#undo = undefined;
      this.#publish(undo);
      return result;
    } catch (error) {
      this.#undo = undefined;
      for (const { table, id, before } of undo.toReversed()) table.restore(id, before);
      throw error;
    }
  }

  #inner<T>(undo: Undo[], body: () => T): T {
    const mark = undo.length;
    try {
      return body();
    } catch (error) {
      for (const { table, id, before } of undo.splice(mark).toReversed()) table.restore(id, before);
      throw error;
    }
  }

  /**
   * A transaction of its own in the middle of another: it stands even when the outer one is undone. For timers that
   * ring while an operation reads: what time has done isn't undone because the read then answers "not found".
   */
  detached<T>(body: () => T): T {
    const outer = this.#undo;
    this.#undo = undefined;
    try {
      return this.transaction(body);
    } finally {
      this.#undo = outer;
    }
  }

  /**
   * Tells a listener of every committed transaction's changes, from now on.
   *
   * @returns what ends that
   */
  onCommit(listener: (changes: readonly Change[]) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Every row there is, for snapshots. */
  *dump(): Generator<Change> {
    for (const table of this.#tables.values()) {
      if (table.definition.volatile) continue;
      for (const [id, row] of table.entries()) yield { table: table.definition.name, place: table.place, id, row };
    }
    for (const [key, rows] of this.#loaded) {
      const [table = "", place = ""] = splitKey(key);
      for (const [id, row] of rows) yield { table, place, id, row };
    }
  }

  /** Applies saved changes (a snapshot's rows, then a journal's) without telling the listener. */
  load(changes: Iterable<Change>): void {
    for (const { table, place, id, row } of changes) {
      const key = `${table}@${place}`;
      const live = this.#tables.get(key);
      if (live) {
        live.restore(id, row ?? undefined);
        continue;
      }
      const rows = this.#loaded.get(key) ?? new Map<string, object>();
      this.#loaded.set(key, rows);
      if (row) rows.set(id, row);
      else rows.delete(id);
    }
  }

  /** Forgets everything. */
  clear(): void {
    for (const table of this.#tables.values()) for (const [id] of table.entries()) table.restore(id, undefined);
    this.#loaded.clear();
  }

  readonly #recordChange: ChangeListener = (table, id, before) => {
    if (this.#undo) this.#undo.push({ table, id, before });
    else this.#publish([{ table, id, before }]);
  };

  #publish(undo: readonly Undo[]): void {
    if (this.#listeners.size === 0 || undo.length === 0) return;
    const seen = new Set<string>();
    const changes: Change[] = [];
    for (const { table, id } of undo) {
      if (table.definition.volatile) continue;
      const key = `${table.definition.name}@${table.place}@${id}`;
      if (seen.has(key)) continue;
      seen.add(key);
      changes.push({ table: table.definition.name, place: table.place, id, row: table.get(id) ?? null });
    }
    if (changes.length > 0) for (const listener of this.#listeners) listener(changes);
  }
}

function splitKey(key: string): string[] {
  const at = key.indexOf("@");
  return [key.slice(0, at), key.slice(at + 1)];
}
