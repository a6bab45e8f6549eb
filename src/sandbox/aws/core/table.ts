// The store's tables. Rows are plain JSON values and are never changed in place: `put` and `update` replace them,
// so that an undo log, a journal on disk and cheap snapshots are possible.

/** Where a table's rows live: one set per account and region, or one per account (IAM, STS). */
export type TableScope = "regional" | "global";

export interface TableDefinition<Row extends object> {
  /** `service/plural`, e.g. `ec2/subnets`; unique, and part of the saved state's format. */
  name: string;
  scope: TableScope;
  /** Not part of the saved state: neither the journal nor a snapshot hears of its rows. */
  volatile?: boolean;
  /** Secondary indexes: rows by a derived value (several values when an array is returned). */
  indexes: Record<string, Indexer<Row>>;
}

type Indexer<Row extends object> = (row: Row) => string | readonly string[] | undefined;

/**
 * Declares a table. Rows must survive JSON: times are epoch milliseconds, binary is base64.
 *
 * @example export const subnets = defineTable<Subnet>("ec2/subnets", { indexes: { vpc: (row) => row.vpcId } });
 */
export function defineTable<Row extends object>(
  name: string,
  options: { scope?: TableScope; indexes?: TableDefinition<Row>["indexes"]; volatile?: boolean } = {},
): TableDefinition<Row> {
  const { scope = "regional", indexes = {}, volatile = false } = options;
  return Object.freeze({ name, scope, indexes, volatile });
}

/** Called with every change: the row before (undefined = new) and after (undefined = deleted). */
export type ChangeListener = (
  table: Table<object>,
  id: string,
  before: object | undefined,
  after: object | undefined,
) => void;

/** Rows of one table in one account (and region), in the order they were first put. */
export class Table<Row extends object> {
  readonly definition: TableDefinition<Row>;
  /** `account/region` or `account` of these rows. */
  readonly place: string;
  readonly #rows: Map<string, Row> = new Map();
  readonly #indexes: Map<string, Map<string, Set<string>>> = new Map();
  /** The same with what makes the keys, for every change of a row. */
  readonly #indexers: readonly (readonly [keyOf: Indexer<Row>, index: Map<string, Set<string>>])[];
  readonly #onChange: ChangeListener;

  constructor(definition: TableDefinition<Row>, place: string, onChange: ChangeListener) {
    this.definition = definition;
    this.place = place;
    this.#onChange = onChange;
    this.#indexers = Object.entries(definition.indexes).map(([name, keyOf]) => {
      const index = new Map<string, Set<string>>();
      this.#indexes.set(name, index);
      return [keyOf, index] as const;
    });
  }

  get size(): number {
    return this.#rows.size;
  }

  get(id: string): Readonly<Row> | undefined {
    return this.#rows.get(id);
  }

  has(id: string): boolean {
    return this.#rows.has(id);
  }

  values(): IterableIterator<Readonly<Row>> {
    return this.#rows.values();
  }

  entries(): IterableIterator<[string, Readonly<Row>]> {
    return this.#rows.entries();
  }

  /** All rows as an array; with a test, those that pass it. */
  list(test?: (row: Readonly<Row>) => boolean): Readonly<Row>[] {
    const rows = [...this.#rows.values()];
    return test ? rows.filter(test) : rows;
  }

  find(test: (row: Readonly<Row>) => boolean): Readonly<Row> | undefined {
    for (const row of this.#rows.values()) if (test(row)) return row;
    return undefined;
  }

  /** Rows whose index `name` holds `value`, in insertion order of the index. */
  by(name: string, value: string): Readonly<Row>[] {
    const index = this.#indexes.get(name);
    if (!index) throw new Error(`table ${this.definition.name} has no index ${name}`);
    const rows: Readonly<Row>[] = [];
    for (const id of index.get(value) ?? []) rows.push(this.#rows.get(id) as Row);
    return rows;
  }

  /** Inserts or replaces. */
  put(id: string, row: Row): Readonly<Row> {
    this.#replace(id, row);
    return row;
  }

  /** Replaces a row by itself with some members changed. Throws when there is none. */
  update(id: string, change: Partial<Row> | ((row: Readonly<Row>) => Row)): Readonly<Row> {
    const before = this.#rows.get(id);
    if (!before) throw new Error(`table ${this.definition.name} has no row ${id}`);
    return this.put(id, typeof change === "function" ? change(before) : { ...before, ...change });
  }

  delete(id: string): boolean {
    if (!this.#rows.has(id)) return false;
    this.#replace(id, undefined);
    return true;
  }

  /** Puts a row back as it was, without telling anyone: undo and restore only. */
  restore(id: string, row: Row | undefined): void {
    if (this.#indexers.length > 0) this.#reindex(id, this.#rows.get(id), row);
    if (row) this.#rows.set(id, row);
    else this.#rows.delete(id);
  }

  #replace(id: string, row: Row | undefined): void {
    const before = this.#rows.get(id);
    this.restore(id, row);
    this.#onChange(this as unknown as Table<object>, id, before, row);
  }

  #reindex(id: string, before: Row | undefined, after: Row | undefined): void {
    for (const [keyOf, index] of this.#indexers) {
      for (const key of keys(before && keyOf(before))) {
        const ids = index.get(key);
        ids?.delete(id);
        if (ids?.size === 0) index.delete(key);
      }
      for (const key of keys(after && keyOf(after))) {
        const ids = index.get(key);
        if (ids) ids.add(id);
        else index.set(key, new Set([id]));
      }
    }
  }
}

function keys(value: string | readonly string[] | undefined): readonly string[] {
  if (value === undefined) return [];
  return typeof value === "string" ? [value] : value;
}
