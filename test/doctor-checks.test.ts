// Every check of `lotse doctor` fires where it should and stays silent where it should, from each source that it looks at.
import { describe, it } from "vitest";
import type { Check, DoctorReport } from "../src/doctor/index.ts";
import { checks, listChecks, runChecks } from "../src/doctor/index.ts";
import { today } from "../src/doctor/testing.ts";
import { identity } from "./doctor/identity.ts";
import { network } from "./doctor/network.ts";
import { nodes } from "./doctor/nodes.ts";
import { others } from "./doctor/others.ts";
import { surroundings } from "./doctor/surroundings.ts";
import { upgrades } from "./doctor/upgrades.ts";
import { workloads } from "./doctor/workloads.ts";
import type { Half, Worlds } from "./doctor/worlds.ts";

const all: Readonly<Record<string, Worlds>> = {
  ...network,
  ...identity,
  ...nodes,
  ...others,
  ...surroundings,
  ...upgrades,
  ...workloads,
};
const visit = async (check: Check, world: Half): Promise<DoctorReport> =>
  runChecks({ today, ...world }, { checks: [check] });
const sourcesOf = (worlds: readonly Half[]): string[] =>
  [...new Set(worlds.flatMap((world) => Object.keys(world)))].filter((part) => part !== "now").toSorted();

describe("checks", () => {
  it.for(checks.map((check) => [check.id, check] as const))(
    "%s fires and stays silent",
    async ([id, check], { expect }) => {
      const { fires, silent } = all[id] ?? { fires: [], silent: [] };
      for (const world of fires) {
        const { findings, unknown } = await visit(check, world);
        expect([findings.length > 0, unknown], `${id} fires in ${JSON.stringify(world)}`).toEqual([true, []]);
        for (const { text, resource, fix } of findings) {
          // A command is pasted without a second thought: it takes nothing away that somebody else has set.
          expect(fix.command ?? "", id).not.toMatch(/--resolve-conflicts OVERWRITE|--force/);
          expect(`${text} ${resource.kind} ${resource.name}`).not.toMatch(/undefined|\[object|NaN/);
          expect(text).toMatch(/[^.]$/);
        }
      }
      for (const world of silent) {
        const { findings, unknown, checked } = await visit(check, world);
        expect([findings, unknown, checked], `${id} is silent`).toEqual([[], [], [id]]);
      }
      expect(sourcesOf(fires), `sources in which ${id} fires`).toEqual(check.needs.toSorted());
      expect(sourcesOf(silent), `sources in which ${id} is silent`).toEqual(check.needs.toSorted());
    },
  );

  it("are many, each with an id of its own, a reason, a source and a remedy", ({ expect }) => {
    expect(checks.length).toBeGreaterThanOrEqual(120);
    expect(new Set(checks.map(({ id }) => id)).size).toBe(checks.length);
    expect(Object.keys(all).filter((id) => !checks.some((check) => check.id === id))).toEqual([]);
    for (const { id, title, why, remedy, docs, needs } of checks) {
      expect(id).toMatch(/^LT-[A-Z]\d{3}$/);
      expect(title, id).not.toMatch(/\.$/);
      expect(why, id).toMatch(/[.]$/);
      expect(remedy, id).toMatch(/./);
      expect(docs, id).toMatch(/^https:\/\//);
      expect(needs.length, id).toBeGreaterThan(0);
    }
  });

  it("hold the first twelve: network, volumes, admins, versions, pods' roles, metadata, encryption", ({ expect }) => {
    const first =
      "N001 N002 N003 S001 S002 I001 I002 U001 U002 U003 U004 U005 U006 I010 I011 I012 I013 D001 D002 S003 S004".split(
        " ",
      );
    const ids = new Set(listChecks().map(({ id }) => id));
    expect(first.filter((id) => !ids.has(`LT-${id}`))).toEqual([]);
  });
});
