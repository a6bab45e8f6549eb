import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, describe, it } from "vitest";
import { defineTable, Store } from "../aws/core/index.ts";
import type { Journal } from "./journal.ts";
import { dumpState, openJournal, removeState } from "./journal.ts";
import { randomised } from "../../base/testing.ts";

interface Ship {
  name: string;
  crew: number;
}
const ships = defineTable<Ship>("dock/ships", { indexes: { crew: (row) => String(row.crew) } });
const gulls = defineTable<Ship>("dock/gulls", { volatile: true });
const folders: string[] = [];

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "lotse-journal-"));
  folders.push(folder);
  return folder;
}

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function opened(folder: string, onProblem?: (problem: Error | undefined) => void): { store: Store; journal: Journal } {
  const store = new Store();
  return { store, journal: openJournal(folder, store, onProblem ? { onProblem } : {}) };
}

const dock = (store: Store): ReturnType<typeof store.table<Ship>> => store.table(ships, "1", "eu-central-1");
const names = (store: Store): string[] => [...dock(store).values()].map(({ name }) => name);

describe("the journal", () => {
  it("brings back what was committed, and nothing that was undone or volatile", ({ expect }) => {
    const folder = newFolder();
    const first = opened(folder);
    dock(first.store).put("a", { name: "a", crew: 3 });
    first.store.transaction(() => dock(first.store).put("b", { name: "b", crew: 4 }));
    const sink = (): void =>
      first.store.transaction(() => {
        dock(first.store).delete("a");
        throw new Error("no");
      });
    expect(sink).toThrow("no");
    first.store.table(gulls, "1", "eu-central-1").put("g", { name: "g", crew: 0 });
    first.journal.close();
    const second = opened(folder);
    expect(names(second.store)).toEqual(["a", "b"]);
    expect(dock(second.store).by("crew", "4")).toHaveLength(1);
    expect(second.store.table(gulls, "1", "eu-central-1").size).toBe(0);
    second.journal.close();
  });

  it("goes on after a line that was cut off, and after a snapshot that was never finished", ({ expect }) => {
    const folder = newFolder();
    const first = opened(folder);
    dock(first.store).put("a", { name: "a", crew: 3 });
    first.journal.close();
    const [journal = ""] = readdirSync(folder).filter((name) => name.startsWith("journal-"));
    appendFileSync(join(folder, journal), '[["dock/ships","1/eu-central-1","b",{"name":"b","cr');
    writeFileSync(join(folder, "state.jsonl.tmp"), '{"format":"lotse-sand');
    const second = opened(folder);
    expect(names(second.store)).toEqual(["a"]);
    dock(second.store).put("c", { name: "c", crew: 1 });
    second.journal.close();
    const third = opened(folder);
    expect(names(third.store)).toEqual(["a", "c"]);
    third.journal.close();
  });

  it("goes on from before a damage in the middle, keeps what came after it aside, and says so", ({ expect }) => {
    const folder = newFolder();
    const first = opened(folder);
    for (const name of ["a", "b", "c", "d"]) dock(first.store).put(name, { name, crew: 1 });
    first.journal.close();
    const path = join(folder, "journal-0.jsonl");
    const whole = readFileSync(path, "utf8");
    writeFileSync(path, whole.replace('"b"', '"b'));
    const second = opened(folder);
    expect(names(second.store)).toEqual(["a"]);
    expect(second.journal.damage).toMatch(/journal-0\.jsonl was damaged from byte \d+ on: .* kept in .*\.damaged$/);
    expect(readFileSync(`${path}.damaged`, "utf8")).toContain('"d"');
    dock(second.store).put("e", { name: "e", crew: 1 });
    second.journal.close();
    const third = opened(folder);
    expect(names(third.store)).toEqual(["a", "e"]);
    expect(third.journal.damage).toBeUndefined();
    third.journal.close();
    removeState(folder);
    expect(readdirSync(folder)).toEqual([]);
  });

  it("opens, or refuses by name, whatever bytes were changed", ({ expect }) => {
    const folder = newFolder();
    const first = opened(folder);
    for (const name of ["a", "b"]) dock(first.store).put(name, { name, crew: 1 });
    first.journal.snapshot();
    for (const name of ["c", "d"]) dock(first.store).put(name, { name, crew: 1 });
    first.journal.close();
    const files = ["state.jsonl", "journal-1.jsonl"].map((name) => [name, readFileSync(join(folder, name))] as const);
    fc.assert(
      fc.property(fc.nat(), fc.nat(255), fc.constantFrom(0, 1), (where, byte, which) => {
        for (const [name, content] of files) writeFileSync(join(folder, name), content);
        const [name, content] = files[which] as (typeof files)[number];
        const broken = Buffer.from(content);
        broken[where % broken.length] = byte;
        writeFileSync(join(folder, name), broken);
        try {
          const again = opened(folder);
          again.journal.close();
        } catch (error) {
          expect((error as { code?: string }).code).toMatch(/^sandbox\/state-(damaged|version)$/);
        }
      }),
      randomised(150),
    );
  });

  it("keeps one snapshot and the journal that belongs to it", ({ expect }) => {
    const folder = newFolder();
    const { store, journal } = opened(folder);
    dock(store).put("a", { name: "a", crew: 3 });
    journal.snapshot();
    dock(store).put("b", { name: "b", crew: 3 });
    journal.snapshot();
    journal.close();
    expect(readdirSync(folder).toSorted()).toEqual(["journal-2.jsonl", "state.jsonl"]);
    expect(readFileSync(join(folder, "state.jsonl"), "utf8").split("\n")).toHaveLength(5);
  });

  it("lets one process in at a time, and in after one that died", ({ expect }) => {
    const folder = newFolder();
    const { journal } = opened(folder);
    expect(() => opened(folder)).toThrow("is in use");
    journal.close();
    writeFileSync(join(folder, "lock"), '{"pid":999999999}');
    opened(folder).journal.close();
    writeFileSync(join(folder, "lock"), `{"pid":${process.pid},"started":"1"}`);
    opened(folder).journal.close();
    expect(readdirSync(folder)).not.toContain("lock");
  });

  it("refuses what it can't read, and says which file and what to do", ({ expect }) => {
    const folder = newFolder();
    const path = join(folder, "state.jsonl");
    writeFileSync(path, '{"format":"lotse-sandbox-state","version":99,"generation":1}\n{"end":0}\n');
    expect(() => opened(folder)).toThrow(/newer lotse/);
    writeFileSync(path, "hello\n");
    expect(() => opened(folder)).toThrow(/damaged: .*state\.jsonl/);
    writeFileSync(path, '{"format":"lotse-sandbox-state","version":1,"generation":1}\n');
    expect(() => opened(folder)).toThrow(/damaged/);
    expect(readdirSync(folder)).toEqual(["state.jsonl"]);
  });

  it("recovers from a disk that has room for the snapshot but not for its journal", ({ expect }) => {
    const folder = newFolder();
    const { store, journal } = opened(folder);
    dock(store).put("a", { name: "a", crew: 1 });
    const inTheWay = join(folder, "journal-1.jsonl");
    mkdirSync(inTheWay);
    expect(() => journal.snapshot()).toThrow("EISDIR");
    expect(() => journal.flush()).toThrow("EISDIR");
    rmSync(inTheWay, { recursive: true });
    journal.flush();
    expect(journal.problem).toBeUndefined();
    dock(store).put("b", { name: "b", crew: 1 });
    journal.close();
    const second = opened(folder);
    expect(names(second.store)).toEqual(["a", "b"]);
    second.journal.close();
  });

  // /dev/full refuses every byte, as a full disk does; it is a Linux device.
  it.runIf(process.platform === "linux")(
    "tells of a full disk, goes on, and writes all when there is room",
    ({ expect }) => {
      const folder = newFolder();
      const full = (): void => symlinkSync("/dev/full", join(folder, "state.jsonl.tmp"));
      const heard: (string | undefined)[] = [];
      const { store, journal } = opened(folder, (problem) => void heard.push((problem as NodeJS.ErrnoException)?.code));
      dock(store).put("a", { name: "a", crew: 1 });
      full();
      expect(() => journal.snapshot()).toThrow("ENOSPC");
      dock(store).put("b", { name: "b", crew: 1 });
      full();
      expect(() => journal.flush()).toThrow("ENOSPC");
      expect(journal.problem?.message).toContain("ENOSPC");
      expect(names(store)).toEqual(["a", "b"]);
      journal.flush();
      expect(heard).toEqual(["ENOSPC", undefined]);
      journal.close();
      const second = opened(folder);
      expect(names(second.store)).toEqual(["a", "b"]);
      second.journal.close();
    },
  );

  it("gives back any sequence of changes, wherever it was cut", ({ expect }) => {
    const change = fc.record({
      id: fc.constantFrom("a", "b", "c", "__proto__", "ä\n\u2028"),
      crew: fc.option(fc.integer(), { nil: undefined }),
      snapshot: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(change, { maxLength: 12 }), (changes) => {
        const folder = newFolder();
        const { store, journal } = opened(folder);
        for (const { id, crew, snapshot } of changes) {
          if (crew === undefined) dock(store).delete(id);
          else dock(store).put(id, { name: id, crew });
          if (snapshot) journal.snapshot();
        }
        journal.close();
        const again = opened(folder);
        expect(dumpState(again.store).split("\n").toSorted()).toEqual(dumpState(store).split("\n").toSorted());
        again.journal.close();
      }),
      randomised(25),
    );
  });
});
