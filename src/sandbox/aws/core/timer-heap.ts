// The next timer in O(log n). A heap of (time, order, id) beside the table of timers, which alone is the truth: entries
// that no longer fit their row are dropped when they come up.

export interface HeapEntry {
  at: number;
  order: number;
  id: string;
}

function before(a: HeapEntry, b: HeapEntry): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}

export class TimerHeap {
  readonly #entries: HeapEntry[] = [];

  push(entry: HeapEntry): void {
    const entries = this.#entries;
    let at = entries.length;
    entries.push(entry);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = entries[parent] as HeapEntry;
      if (!before(entry, above)) break;
      entries[at] = above;
      at = parent;
    }
    entries[at] = entry;
  }

  peek(): HeapEntry | undefined {
    return this.#entries[0];
  }

  pop(): HeapEntry | undefined {
    const entries = this.#entries;
    const [first] = entries;
    const last = entries.pop();
    if (!last || entries.length === 0) return first;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= entries.length) break;
      if (child + 1 < entries.length && before(entries[child + 1] as HeapEntry, entries[child] as HeapEntry))
        child += 1;
      if (!before(entries[child] as HeapEntry, last)) break;
      entries[at] = entries[child] as HeapEntry;
      at = child;
    }
    entries[at] = last;
    return first;
  }
}
