// Virtual time. Everything in AWS that takes a while is a timer here; nobody sleeps.
import type { Store } from "./store.ts";
import type { Table } from "./table.ts";
import { defineTable } from "./table.ts";
import { TimerHeap } from "./timer-heap.ts";

/**
 * How virtual time moves.
 * - `poll`: a read of a changing resource moves it to that resource's next event (waiter operations: to its end state);
 * - `instant`: everything that is under way is finished before the next answer;
 * - `real`: one second a second; `scaled`: `factor` seconds a second.
 */
export type ClockMode = { kind: "poll" } | { kind: "instant" } | { kind: "real" } | { kind: "scaled"; factor: number };

/** A timer that is waiting, saved with the state. `kind` names a registered {@link TimerDefinition}. */
interface TimerRow {
  at: number;
  /** Keeps timers of one moment in the order they were set. */
  order: number;
  kind: string;
  account: string;
  region: string;
  /** The resource whose state changes; reads of it move the clock in `poll` mode. */
  subject: string;
  payload: object;
}

interface ClockRow {
  now: number;
  order: number;
  randomState: number;
}

const timers = defineTable<TimerRow>("clock/timers", {
  scope: "global",
  indexes: { subject: (row) => `${row.account}/${row.region}/${row.subject}` },
});
const clockTable = defineTable<ClockRow>("clock/state", { scope: "global" });
const home = "sandbox";

/** What to do when a timer rings, in the account and region where it was set. */
export type TimerHandler = (timer: { kind: string; account: string; region: string; payload: object }) => void;

/**
 * Subjects that begin like this are dates in a calendar rather than work under way: a scheduled action, the end of
 * somebody's patience. `instant` doesn't hurry to them; they ring when time comes by.
 */
export const calendarSubject = "calendar/";

/** More timers than this in one go is a loop in a service, not a cloud. */
const runawayLimit = 1_000_000;

export class Clock {
  readonly mode: ClockMode;
  readonly #store: Store;
  readonly #ring: TimerHandler;
  readonly #state: Table<ClockRow>;
  readonly #timers: Table<TimerRow>;
  #wallAnchor: number;
  readonly #holds: Set<object> = new Set();
  #hurrying = false;
  /** Undefined when it has to be made anew from the table. */
  #heap: TimerHeap | undefined;
  /** Entries without a row were dropped: should the transaction that removed the row be undone, they are missing. */
  #dropped = false;

  constructor(store: Store, options: { mode: ClockMode; start: number; ring: TimerHandler }) {
    this.#store = store;
    this.mode = options.mode;
    this.#ring = options.ring;
    this.#wallAnchor = Date.now();
    this.#state = store.table(clockTable, home, home);
    this.#timers = store.table(timers, home, home);
    if (!this.#state.has("clock")) this.#state.put("clock", { now: options.start, order: 0, randomState: 0 });
  }

  /** Starts again; the store is empty. */
  reset(start: number): void {
    this.reload();
    this.#state.put("clock", { now: start, order: 0, randomState: 0 });
  }

  /** A transaction was undone: cancelled timers may be back. */
  undone(): void {
    if (this.#dropped) this.#heap = undefined;
  }

  /** The store's rows were replaced from outside. */
  reload(): void {
    this.#wallAnchor = Date.now();
    this.#heap = undefined;
  }

  /** Virtual epoch milliseconds. */
  now(): number {
    return this.#row().now;
  }

  /**
   * Sets a timer.
   *
   * @param seconds virtual seconds from now
   * @param subject the resource that changes when it rings, as its service names it in {@link observe}
   */
  schedule(timer: {
    seconds: number;
    kind: string;
    account: string;
    region: string;
    subject: string;
    payload: object;
  }): string {
    const { seconds, ...rest } = timer;
    const row = this.#row();
    const order = row.order + 1;
    this.#state.put("clock", { ...row, order });
    const id = String(order).padStart(12, "0");
    const at = row.now + Math.round(seconds * 1000);
    this.#timers.put(id, { ...rest, at, order });
    this.#heap?.push({ at, order, id });
    return id;
  }

  cancel(id: string): void {
    this.#timers.delete(id);
  }

  /** True when something about the subject is still to happen. */
  pending(account: string, region: string, subject: string): boolean {
    return this.#timers.by("subject", `${account}/${region}/${subject}`).length > 0;
  }

  /**
   * Something real is at work (a control plane moves pods from node to node) that takes wall time: until it is released,
   * neither reads nor the clock `instant` hurry past it. Explicit moves, `real` and `scaled` go on.
   *
   * @returns ends the hold
   */
  hold(): () => void {
    const hold = {};
    this.#holds.add(hold);
    return () => this.#holds.delete(hold);
  }

  /**
   * Somebody looks at many things at once, through another door than AWS's API: in `poll` mode time moves to the next event
   * of those that belong to what he looks at. Dates in a calendar stay where they are.
   *
   * @param belongs asked for subjects of this account and region
   * @returns true when something happened
   */
  observeNext(account: string, region: string, belongs: (subject: string) => boolean): boolean {
    if (this.mode.kind !== "poll" || this.#holds.size > 0) return false;
    const due = this.#timers.list(
      (row) =>
        row.account === account &&
        row.region === region &&
        !row.subject.startsWith(calendarSubject) &&
        belongs(row.subject),
    );
    if (due.length === 0) return false;
    this.advanceTo(Math.min(...due.map(({ at }) => at)));
    return true;
  }

  /**
   * A read of `subject`: in `poll` mode time moves to its next event, or to its last one with `toEnd`.
   *
   * @returns true when something happened
   */
  observe(account: string, region: string, subject: string, toEnd: boolean): boolean {
    if (this.mode.kind !== "poll") return false;
    const key = `${account}/${region}/${subject}`;
    for (let i = 0; i < runawayLimit; i += 1) {
      const due = this.#timers.by("subject", key);
      if (due.length === 0 || this.#holds.size > 0) return i > 0;
      this.advanceTo(Math.min(...due.map((timer) => timer.at)));
      if (!toEnd) return true;
    }
    throw new Error(`the clock runs away on ${subject}`);
  }

  /** Called before each request: lets wall time in (`real`, `scaled`), or finishes what is under way (`instant`). */
  tick(): void {
    const { mode } = this;
    if (mode.kind === "instant") return this.#finish();
    if (mode.kind === "poll") return;
    const wall = Date.now();
    const elapsed = (wall - this.#wallAnchor) * (mode.kind === "scaled" ? mode.factor : 1);
    this.#wallAnchor = wall;
    if (elapsed > 0) this.advanceTo(this.now() + elapsed);
  }

  /**
   * Rings everything that is under way, however far ahead; see {@link calendarSubject} for what isn't. Whoever asks for
   * that waits for nothing, not even for a {@link hold}.
   */
  settle(): void {
    this.#hurrying = true;
    try {
      this.#finish();
    } finally {
      this.#hurrying = false;
    }
  }

  /** True in the middle of {@link settle}: what takes wall time is left out. */
  get hurrying(): boolean {
    return this.#hurrying;
  }

  #finish(): void {
    for (let i = 0; i < runawayLimit; i += 1) {
      const at = this.#nextUnderWay();
      if (at === undefined || (this.#holds.size > 0 && !this.#hurrying)) return;
      this.advanceTo(at);
    }
    throw new Error("the clock runs away: timers keep setting timers");
  }

  /** When the next timer rings that isn't a date in the calendar. */
  #nextUnderWay(): number | undefined {
    const next = this.#next();
    if (!next?.subject.startsWith(calendarSubject)) return next?.at;
    const others = this.#timers.list((timer) => !timer.subject.startsWith(calendarSubject));
    return others.length === 0 ? undefined : Math.min(...others.map((timer) => timer.at));
  }

  /** Moves virtual time forward, ringing what comes due on the way, in order. */
  advanceTo(time: number): void {
    try {
      this.#store.detached(() => this.#runUntil(time));
    } catch (error) {
      // Timers that had rung are back in the table, but not in the heap.
      this.#heap = undefined;
      throw error;
    }
  }

  #runUntil(time: number): void {
    for (let i = 0; i < runawayLimit; i += 1) {
      const next = this.#next();
      if (!next || next.at > time) {
        if (time > this.now()) this.#setNow(time);
        return;
      }
      if (next.at > this.now()) this.#setNow(next.at);
      this.#timers.delete(next.id);
      this.#ring({ kind: next.kind, account: next.account, region: next.region, payload: next.payload });
    }
    throw new Error("the clock runs away: timers keep setting timers");
  }

  /** The random generator's state is saved with the clock, so that ids go on after a restart. */
  saveRandomState(state: number): void {
    const row = this.#row();
    if (row.randomState !== state) this.#state.put("clock", { ...row, randomState: state });
  }

  savedRandomState(): number {
    return this.#row().randomState;
  }

  #next(): (TimerRow & { id: string }) | undefined {
    const heap = (this.#heap ??= this.#makeHeap());
    for (let entry = heap.peek(); entry; entry = heap.peek()) {
      const row = this.#timers.get(entry.id);
      if (row?.at === entry.at) return { ...row, id: entry.id };
      heap.pop();
      this.#dropped = true;
    }
    return undefined;
  }

  #makeHeap(): TimerHeap {
    this.#dropped = false;
    const heap = new TimerHeap();
    for (const [id, { at, order }] of this.#timers.entries()) heap.push({ at, order, id });
    return heap;
  }

  #setNow(now: number): void {
    this.#state.put("clock", { ...this.#row(), now });
  }

  #row(): Readonly<ClockRow> {
    return this.#state.get("clock") as ClockRow;
  }
}
