import fc from "fast-check";
import { describe, it } from "vitest";
import { defineTable, Store } from "./index.ts";
import { TimerHeap } from "./timer-heap.ts";

describe("the timers' heap", () => {
  it("gives entries by time, then by the order in which they were set", ({ expect }) => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 5 })), (times) => {
        const heap = new TimerHeap();
        const entries = times.map((at, order) => ({ at, order, id: String(order) }));
        for (const entry of entries) heap.push(entry);
        const popped = entries.map(() => heap.pop());
        expect(popped).toEqual(entries.toSorted((a, b) => a.at - b.at || a.order - b.order));
        expect(heap.pop()).toBeUndefined();
      }),
    );
  });
});

describe("the store", () => {
  const rows = defineTable<{ n: number }>("test/rows");

  it("undoes a failed inner step by itself, and an outer one with all that was in it", ({ expect }) => {
    const store = new Store();
    const table = store.table(rows, "1", "r");
    const heard: string[] = [];
    store.onCommit((changes) => heard.push(...changes.map(({ id }) => id)));
    const put = (id: string, fail: boolean): void =>
      store.transaction(() => {
        table.put(id, { n: 1 });
        if (fail) throw new Error(id);
      });
    store.transaction(() => {
      put("a", false);
      try {
        put("b", true);
      } catch {
        // The caller goes on without it.
      }
    });
    const outer = (): void =>
      store.transaction(() => {
        put("c", false);
        store.detached(() => put("d", false));
        throw new Error("outer");
      });
    try {
      outer();
    } catch {
      // What was done apart from it stands.
    }
    expect([...table.entries()].map(([id]) => id)).toEqual(["a", "d"]);
    expect(heard).toEqual(["a", "d"]);
  });
});
