import { describe, it } from "vitest";
import { formatDuration, spelling } from "./style.ts";
import { tableLines, wrapped } from "./table.ts";

const ships = [
  { name: "Gorch Fock", masts: 3, port: "Kiel" },
  { name: "船", masts: 12, port: "a very long harbour name indeed" },
];
const columns = [
  { title: "NAME", value: (ship: (typeof ships)[number]) => ship.name },
  { title: "MASTS", value: (ship: (typeof ships)[number]) => ship.masts },
  { title: "PORT", value: (ship: (typeof ships)[number]) => ship.port, shrink: true },
];

describe("tables", () => {
  it("align numbers to the right and know wide characters", ({ expect }) => {
    expect(tableLines(columns, ships, 120)).toEqual([
      "NAME        MASTS  PORT",
      "Gorch Fock      3  Kiel",
      "船             12  a very long harbour name indeed",
    ]);
  });

  it("shorten what may be shortened on a narrow terminal", ({ expect }) => {
    const lines = tableLines(columns, ships, 36);
    expect(lines[2]).toBe("船             12  a very long harb…");
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(36);
  });

  it("turn into a block per row on a terminal that is narrower still", ({ expect }) => {
    expect(tableLines(columns, ships.slice(1), 20)).toEqual([
      "NAME   船",
      "MASTS  12",
      "PORT   a very long",
      "       harbour name",
      "       indeed",
    ]);
  });

  it("break a word that is longer than a line", ({ expect }) => {
    expect(wrapped("see subnet-0123456789abcdef", 10)).toEqual(["see", "subnet-012", "3456789abc", "def"]);
    expect(wrapped("", 10)).toEqual([""]);
  });

  it("show a header alone when there are no rows", ({ expect }) => {
    expect(tableLines(columns, [], 80)).toEqual(["NAME  MASTS  PORT"]);
  });
});

describe("durations", () => {
  it("have two units at most", ({ expect }) => {
    expect([0, 59.4, 60, 72, 840, 3600, 3960].map(formatDuration)).toEqual([
      "0s",
      "59s",
      "1m",
      "1m 12s",
      "14m",
      "1h",
      "1h 6m",
    ]);
  });
});

describe("symbols", () => {
  it.for([
    [{ LANG: "de_DE.UTF-8" }, "a → b · c…"],
    [{}, "a → b · c…"],
    [{ LC_ALL: "C", LANG: "de_DE.UTF-8" }, "a -> b - c..."],
    [{ LANG: "de_DE.ISO-8859-1" }, "a -> b - c..."],
  ] as const)("in locale %o", ([env, text], { expect }) => {
    expect(spelling(env)("a → b · c…")).toBe(text);
  });
});
