// `lotse identity migrate`
import type { CommandDefinition } from "../command.ts";
import { defineCommand } from "../command.ts";
import { clusterFileOption, clusterNameOption } from "./shared-options.ts";

/** What concerns the roles of pods. */
export const identityCommands: readonly CommandDefinition[] = [
  defineCommand({
    name: "identity migrate",
    summary: "From kube2iam's and kiam's roles by annotation to roles of service accounts, by a plan",
    description:
      "Reads the annotations of the cluster's workloads and namespaces, the roles' trust policies, and what is there already; says what to do in order, each step with its command and what takes it back. Every pod keeps its credentials throughout: nothing old goes before the new works. Changes nothing itself.\nExit code 1 when something has to be mended first.",
    options: [
      clusterFileOption,
      clusterNameOption,
      { flags: "--plan", description: "show the plan, which is all that this command does" },
      { flags: "--to <way>", description: "where roles go to", choices: ["irsa", "pod-identity"], default: "irsa" },
      {
        flags: "--base-role-arn <arn>",
        description: "what roles without an ARN are below: the proxy's flag of that name",
      },
      { flags: "--default-role <role>", description: "the proxy's default role, if it has one" },
      { flags: "--iam-role-key <key>", description: "annotation of pods", default: "iam.amazonaws.com/role" },
      { flags: "--namespace-restrictions", description: "the proxy asks namespaces for leave" },
      {
        flags: "--namespace-restriction-format <format>",
        description: "how namespaces' lists are read",
        choices: ["glob", "regexp"],
        default: "glob",
      },
      {
        flags: "-o, --output <format>",
        description: "text, the commands as a script, or json",
        choices: ["text", "script", "json"],
        default: "text",
      },
    ],
    target: "aws",
    examples: [
      { command: "lotse identity migrate --plan --cluster prod", does: "to IRSA, step by step" },
      {
        command: "lotse identity migrate --plan --cluster prod --to pod-identity -o script > migrate.sh",
        does: "the commands, to be read and run",
      },
    ],
    load: () => import("../actions/migrate-pod-roles.ts"),
  }),
];
