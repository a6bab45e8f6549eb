// `lotse doctor`
import type { CommandDefinition } from "../command.ts";
import { defineCommand } from "../command.ts";
import { fileOption, nameOption, yesOption } from "./shared-options.ts";

/** The two commands. */
export const doctorCommands: readonly CommandDefinition[] = [
  defineCommand({
    name: "doctor",
    summary: "What is wrong with a cluster, and what to do about it",
    description:
      "Looks at the file (-f; asks nobody), the account and the living cluster (--name), and manifests (--manifests), in any combination. Each\nfinding names what it is about, the fact behind it and the remedy. What may not be read is unknown, never a pass. Only --fix changes anything.\nExit code 0: nothing at or above --fail-on; 3: findings, or with --strict something unknown; 1: it couldn't look; 2: wrong usage.\nWith --fix it is 0 also where findings are left to you, 1 where a step failed, and 4 when the question was declined or nobody was there to answer.",
    options: [
      fileOption,
      nameOption,
      {
        flags: "-m, --manifests <path>",
        description: "file or folder of Kubernetes manifests, YAML or JSON; may be repeated",
        repeatable: true,
      },
      { flags: "--check <id>", description: "only this check; may be repeated", repeatable: true },
      {
        flags: "--fail-on <severity>",
        description: "from which severity on findings fail",
        choices: ["error", "warning", "info"],
        default: "error",
      },
      { flags: "--strict", description: "what is unknown fails, too" },
      { flags: "--baseline <file>", description: "leave out what was found when the file was written" },
      { flags: "--write-baseline <file>", description: "write what is found into a file for --baseline; ends with 0" },
      { flags: "--aws-only", description: "don't ask the cluster's API server" },
      {
        flags: "--fix",
        description: "show what can be mended safely, ask, and do it: in the file, then in the account",
      },
      {
        flags: "--cidr <cidr>",
        description: "with --fix: a network that may reach the API endpoint; may be repeated",
        repeatable: true,
      },
      yesOption,
      { flags: "--list", description: "list the checks; -o json for programs" },
      {
        flags: "-o, --output <format>",
        description: "form of the report",
        choices: ["table", "json", "sarif", "junit", "markdown", "html"],
        default: "table",
      },
    ],
    target: "aws",
    examples: [
      { command: "lotse doctor -f cluster.yaml", does: "before anything exists" },
      { command: "lotse doctor --name prod", does: "a living cluster and its account" },
      { command: "lotse doctor -m k8s/ -o sarif > doctor.sarif", does: "manifests, for GitHub's code scanning" },
      { command: "lotse doctor --name prod --baseline doctor.json", does: "only what is new" },
      { command: "lotse doctor --name prod --fix", does: "mend what is safe to mend, after a question" },
      { command: "lotse doctor --list -o json", does: "the checks, for programs" },
    ],
    load: async () => ({ run: (await import("../actions/doctor.ts")).run }),
  }),
  defineCommand({
    name: "doctor explain",
    summary: "One check: what it looks at, why, and the remedy",
    arguments: [{ name: "<check>", description: "its id: LT-N001" }],
    options: [
      { flags: "-o, --output <format>", description: "how to print it", choices: ["table", "json"], default: "table" },
    ],
    examples: [{ command: "lotse doctor explain LT-D001", does: "why IMDSv1 is a hole" }],
    load: async () => ({ run: (await import("../actions/doctor.ts")).explain }),
  }),
];
