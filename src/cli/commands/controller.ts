// `lotse controller …`: the programs that run in a cluster or beside it, and what installs them.
import type { CommandDefinition } from "../command.ts";
import { defineCommand } from "../command.ts";

/** Running, listing, installing. */
export const controllerCommands: readonly CommandDefinition[] = [
  defineCommand({
    name: "controller",
    summary: "Run a role in a cluster or beside it",
    description:
      "Runs one role or several until it is stopped (SIGTERM: no new work, what is under way ends, leases are given back). Their flags come after their names; `lotse controller NAME --help` lists them. Logs are JSON lines on stdout; /healthz, /readyz and /metrics have a port of their own.\nExit codes: 0 stopped · 1 a role failed, or lost its lease · 2 wrong flags.",
    arguments: [{ name: "<names...>", description: "roles, as `lotse controller list` shows them, and their flags" }],
    passThrough: true,
    examples: [
      { command: "lotse controller authenticator --config config.yaml", does: "beside an API server" },
      {
        command: "lotse controller pod-identity-webhook --kubeconfig kubeconfig",
        does: "from a machine beside the cluster",
      },
    ],
    load: async () => ({ run: (await import("../actions/controller.ts")).run }),
  }),
  defineCommand({
    name: "controller list",
    summary: "List the roles",
    options: [
      { flags: "-o, --output <format>", description: "format", choices: ["table", "json", "yaml"], default: "table" },
    ],
    examples: [{ command: "lotse controller list", does: "every role with what it is for" }],
    load: async () => ({ run: (await import("../actions/controller.ts")).list }),
  }),
  defineCommand({
    name: "controller manifests",
    summary: "Print what installs roles in a cluster",
    description:
      "Service accounts, RBAC, workloads, services, webhook configurations, disruption budgets and IAM policies, all derived from what the roles say of themselves.",
    arguments: [{ name: "[names...]", description: "roles; all of them without" }],
    options: [
      {
        flags: "-o, --output <format>",
        description: "YAML to apply, a Helm chart, or the IAM policies",
        choices: ["yaml", "helm", "iam"],
        default: "yaml",
      },
      { flags: "--dir <path>", description: "folder that a Helm chart is written to (default: printed, file by file)" },
      { flags: "--namespace <name>", description: "namespace of the roles (default: lotse-system)" },
      { flags: "--image <image>", description: "image, as you have pushed it (default: lotse:VERSION)" },
      {
        flags: "--certificates <who>",
        description: "who makes the certificates of webhooks",
        choices: ["own", "cert-manager"],
        default: "own",
      },
      { flags: "--region <region>", description: "region of AWS calls" },
      {
        flags: "--role-arn <role=arn>",
        description: "IAM role of a role's service account, for IRSA",
        repeatable: true,
      },
      {
        flags: "--set-flag <role=flag>",
        description: "a flag of a role: authenticator=--port=21362",
        repeatable: true,
      },
    ],
    examples: [
      { command: "lotse controller manifests pod-identity-webhook | kubectl apply -f -", does: "install one" },
      { command: "lotse controller manifests -o helm --dir chart", does: "a Helm chart of all roles" },
      { command: "lotse controller manifests authenticator -o iam", does: "the policy of its IAM role" },
    ],
    load: async () => ({ run: (await import("../actions/controller.ts")).manifests }),
  }),
];
