// docs/reference/errors.md: every code of findings, errors and messages, from the rooms' tables.
import { accessCodes } from "../../src/access/index.ts";
import { explainCodes } from "../../src/explain/index.ts";
import { awsCodes } from "../../src/aws/index.ts";
import { capacityCodes } from "../../src/capacity/index.ts";
import { cliCodes } from "../../src/cli/errors.ts";
import { configCodes } from "../../src/config/index.ts";
import { doctorCodes } from "../../src/doctor/index.ts";
import { engineCodes } from "../../src/engine/index.ts";
import { identityCodes } from "../../src/identity/index.ts";
import { kubeCodes } from "../../src/kube/index.ts";
import { planCodes } from "../../src/plan/index.ts";
import { rehearsalCodes } from "../../src/rehearse/index.ts";
import { kubernetesCodes, sandboxCodes } from "../../src/sandbox/index.ts";
import { stackErrors } from "../../src/stacks/index.ts";
import { upgradeCodes } from "../../src/upgrades/index.ts";

type Row = readonly [code: string, ...cells: string[]];

const byCode = (rows: readonly Row[]): Row[] => rows.toSorted(([a], [b]) => (a < b ? -1 : 1));

function section(title: string, intro: string, columns: readonly string[], rows: readonly Row[]): string[] {
  return [
    `## ${title}`,
    "",
    intro,
    "",
    `| code | ${columns.join(" | ")} |`,
    `|---${"|---".repeat(columns.length)}|`,
    ...byCode(rows).map(
      ([code, ...cells]) => `| \`${code}\` | ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`,
    ),
    "",
  ];
}

/** One page with every code, room by room. */
export function generate(): Promise<Map<string, string>> {
  const lines = [
    "# Codes",
    "",
    "Generated from the rooms' tables by `npm run generate`. Codes are stable and never reused, texts may change: programs go by `code` and",
    "`data` of `-o json`, of `LotseError` and of messages. How to get out of trouble: [When something fails](../guides/when-it-fails.md).",
    "",
    ...section(
      "config",
      "Findings in a cluster file; errors end a command with exit code 2. The fields are in the [cluster file](config.md) reference.",
      ["severity", "what it demands"],
      configCodes().map(({ code, severity, demands }) => [code, severity, demands]),
    ),
    ...section(
      "stacks",
      "Findings about what a file asks for, told before anything is made.",
      ["what it stands for", "what to do"],
      Object.entries(stackErrors).map(([code, { title, remedy }]) => [code, title, remedy]),
    ),
    ...section(
      "identity",
      "Findings about who may use a cluster, and edits of `aws-auth` that are refused.",
      ["what it stands for"],
      Object.entries(identityCodes),
    ),
    ...section(
      "access",
      "Getting to a cluster and saying who may: kubeconfig, mappings, access entries.",
      ["what it stands for"],
      Object.entries(accessCodes),
    ),
    ...section(
      "explain",
      'Steps of answers to "why?": `lotse explain pod|principal`.',
      ["what it stands for"],
      Object.entries(explainCodes),
    ),
    ...section(
      "capacity",
      "What is short of room, and what can't be reckoned: notes of `lotse capacity` and of plans.",
      ["what it stands for"],
      Object.entries(capacityCodes),
    ),
    ...section(
      "doctor",
      "The visit itself. What it finds has ids of its own: the [checks](checks.md).",
      ["what it stands for"],
      Object.entries(doctorCodes),
    ),
    ...section(
      "upgrades",
      "What stands against an upgrade, and questions that make no sense: `lotse upgrade check`. Ids like LT-U010 are [checks](checks.md).",
      ["what it stands for"],
      Object.entries(upgradeCodes),
    ),
    ...section(
      "plan",
      "Reasons of steps, notes, and errors that forbid a plan.",
      ["what it stands for"],
      Object.entries(planCodes),
    ),
    ...section(
      "engine",
      "Messages while a plan is carried out, and errors that a step ends with.",
      ["what it stands for"],
      Object.entries(engineCodes),
    ),
    ...section(
      "aws",
      "What AWS answered to a call, as the few kinds a caller can decide by; AWS's own code is in `data`.",
      ["what it stands for"],
      Object.entries(awsCodes),
    ),
    ...section(
      "sandbox",
      "The sandbox as a thing on this machine. What it answers as AWS carries AWS's codes.",
      ["what it stands for"],
      Object.entries(sandboxCodes),
    ),
    ...section(
      "kube",
      "What API servers answer, kubeconfigs, and the programs of the sandbox's own control planes.",
      ["what it stands for"],
      Object.entries({ ...kubeCodes, ...kubernetesCodes }).sort(([a], [b]) => (a < b ? -1 : 1)),
    ),
    ...section(
      "rehearse",
      "What rehearsals find: in manifests, in pods that wait, in upgrades and faults; and messages while they run.",
      ["what it stands for"],
      Object.entries(rehearsalCodes),
    ),
    ...section("cli", "The command itself.", ["what it stands for"], Object.entries(cliCodes)),
  ];
  return Promise.resolve(new Map([["docs/reference/errors.md", lines.join("\n")]]));
}
