// Codes are what programs go by: each one that is used stands in its room's table, each one of the table is used.
// (Those of `config/` are judged where their helpers are, in src/config/docs.)
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, it } from "vitest";
import { accessCodes } from "../src/access/index.ts";
import { awsCodes } from "../src/aws/index.ts";
import { capacityCodes } from "../src/capacity/index.ts";
import { cliCodes } from "../src/cli/errors.ts";
import { controllerCodes } from "../src/controllers/index.ts";
import { configCodes } from "../src/config/index.ts";
import { doctorCodes } from "../src/doctor/index.ts";
import { engineCodes } from "../src/engine/index.ts";
import { explainCodes } from "../src/explain/index.ts";
import { identityCodes } from "../src/identity/index.ts";
import { kubeCodes } from "../src/kube/index.ts";
import { planCodes } from "../src/plan/index.ts";
import { rehearsalCodes } from "../src/rehearse/index.ts";
import { kubernetesCodes, sandboxCodes } from "../src/sandbox/index.ts";
import { stackErrors } from "../src/stacks/index.ts";
import { upgradeCodes } from "../src/upgrades/index.ts";

const source = resolve(import.meta.dirname, "../src");
const tables = {
  access: Object.keys(accessCodes),
  aws: Object.keys(awsCodes),
  capacity: Object.keys(capacityCodes),
  cli: Object.keys(cliCodes),
  controllers: Object.keys(controllerCodes),
  config: configCodes().map(({ code }) => code),
  doctor: Object.keys(doctorCodes),
  engine: Object.keys(engineCodes),
  explain: Object.keys(explainCodes),
  // Two rooms speak of Kubernetes: the door to clusters, and the sandbox that runs them.
  kube: [...Object.keys(kubeCodes), ...Object.keys(kubernetesCodes)],
  identity: Object.keys(identityCodes),
  plan: Object.keys(planCodes),
  rehearse: Object.keys(rehearsalCodes),
  sandbox: Object.keys(sandboxCodes),
  stacks: Object.keys(stackErrors),
  upgrades: Object.keys(upgradeCodes),
};

/** The product's text without the tables themselves. */
const texts = readdirSync(source, { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".ts") && !/\.test\.ts$|^\w+\/errors\.ts$/.test(file))
  .map((file) => {
    const text = readFileSync(join(source, file), "utf8");
    return file === join("aws", "codes.ts") ? text.slice(0, text.indexOf("export const awsCodes")) : text;
  });
// In aws/ the codes have a file of their own, and errors.ts translates.
texts.push(readFileSync(join(source, "aws/errors.ts"), "utf8"));

const used = (room: string): Set<string> =>
  new Set(
    texts.flatMap((text) =>
      [...text.matchAll(new RegExp(`"(${room}/[a-z0-9-]+)"`, "g"))].map(([, code]) => code ?? ""),
    ),
  );

describe("codes", () => {
  it.for(Object.entries(tables).filter(([room]) => room !== "config"))(
    "of %s are those that are used",
    ([room, table], { expect }) => {
      expect([...used(room)].toSorted()).toEqual(table.toSorted());
    },
  );

  it("belong to a room that has a table", ({ expect }) => {
    const thrown = texts.flatMap((text) =>
      [...text.matchAll(/(?:LotseError\(|\bcode:)\s*["`]([a-z]+)\/[a-z0-9-]+["`]/g)].map(([, room]) => room ?? ""),
    );
    expect(thrown.length).toBeGreaterThan(50);
    expect([...new Set(thrown)].filter((room) => !(room in tables))).toEqual([]);
  });

  it("are short kebab words behind the room's name", ({ expect }) => {
    const odd = Object.entries(tables).flatMap(([room, table]) =>
      table.filter((code) => !new RegExp(`^${room}/[a-z0-9]+(-[a-z0-9]+)*$`).test(code)),
    );
    expect(odd).toEqual([]);
  });
});
