// `lotse sandbox kubernetes …`: the programs that make the sandbox's clusters real.
import type * as actions from "../actions/sandbox-kubernetes.ts";
import type { CommandDefinition } from "../command.ts";
import { defineCommand } from "../command.ts";

const act =
  (name: Exclude<keyof typeof actions, symbol>): CommandDefinition["load"] =>
  async () => ({ run: (await import("../actions/sandbox-kubernetes.ts"))[name] });

export const sandboxKubernetesCommands: readonly CommandDefinition[] = [
  defineCommand({
    name: "sandbox kubernetes install",
    summary: "Get the programs of Kubernetes control planes",
    description:
      "Takes what LOTSE_KUBE_ASSETS or KUBEBUILDER_ASSETS names or the cache has, else downloads the official release and checks its published checksum, else builds from the Go modules. Interrupted and run again, it goes on.",
    arguments: [
      { name: "[versions...]", description: "1.35 1.36 … (default: what EKS gives a cluster that names no version)" },
    ],
    options: [
      { flags: "-o, --output <format>", description: "output format", choices: ["text", "json"], default: "text" },
    ],
    examples: [
      { command: "lotse sandbox kubernetes install", does: "one version" },
      { command: "lotse sandbox kubernetes install 1.34 1.35 1.36", does: "what an upgrade is rehearsed with" },
    ],
    load: act("install"),
  }),
  defineCommand({
    name: "sandbox kubernetes list",
    summary: "List the versions that are there",
    options: [
      { flags: "-o, --output <format>", description: "output format", choices: ["table", "json"], default: "table" },
    ],
    examples: [{ command: "lotse sandbox kubernetes list", does: "versions, where they come from, and their size" }],
    load: act("list"),
  }),
  defineCommand({
    name: "sandbox kubernetes remove",
    summary: "Remove versions from the cache",
    description: "Clusters that run with them run on. Exit code 1 when a version that is named isn't there.",
    arguments: [{ name: "[versions...]", description: "1.35 1.36 … (default: all)" }],
    examples: [{ command: "lotse sandbox kubernetes remove 1.34", does: "keep the others" }],
    load: act("remove"),
  }),
];
