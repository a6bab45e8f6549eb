// `lotse create|get|delete accessentry`, with eksctl's flags, and the way to them from aws-auth.
import type { CommandDefinition } from "../command.ts";
import { defineCommand } from "../command.ts";
import { clusterFileOption, clusterNameOption, outputOption, yesOption } from "./shared-options.ts";

const act =
  (name: "list" | "create" | "remove"): CommandDefinition["load"] =>
  async () => ({ run: (await import("../actions/access-entries.ts"))[name] });

/** The commands. */
export const accessEntryCommands: readonly CommandDefinition[] = [
  defineCommand({
    name: "get accessentry",
    summary: "List who access entries let into a cluster",
    options: [
      clusterFileOption,
      clusterNameOption,
      { flags: "--principal-arn <arn>", description: "only this role or user" },
      outputOption,
    ],
    target: "aws",
    examples: [
      { command: "lotse get accessentry --cluster prod", does: "as a table" },
      { command: "lotse get accessentry --cluster prod -o json", does: "in eksctl's shape" },
    ],
    load: act("list"),
  }),
  defineCommand({
    name: "create accessentry",
    summary: "Let a role or user in by an access entry",
    description: "Entries that exist are left as they are. Everything is checked before the first is made.",
    options: [
      {
        flags: "-f, --file <path>",
        description: "make the accessConfig.accessEntries of this file, unless one is given by flags",
      },
      clusterNameOption,
      { flags: "--principal-arn <arn>", description: "role or user; of a session, its role" },
      { flags: "--type <type>", description: "STANDARD, or the kind of nodes that the role is for" },
      { flags: "--kubernetes-username <name>", description: "name in Kubernetes (default: the ARN, sessions by name)" },
      {
        flags: "--kubernetes-groups <names>",
        description: "groups in Kubernetes, with commas; may be repeated",
        repeatable: true,
      },
      {
        flags: "--access-policy <policy>",
        description: "POLICY, POLICY=cluster or POLICY=namespace:a,b-*; may be repeated",
        repeatable: true,
      },
      yesOption,
    ],
    target: "aws",
    examples: [
      {
        command:
          "lotse create accessentry --cluster prod --principal-arn arn:aws:iam::111122223333:role/dev --access-policy AmazonEKSEditPolicy=namespace:shop",
        does: "a role that may edit one namespace",
      },
      {
        command:
          "lotse create accessentry --cluster prod --principal-arn arn:aws:iam::111122223333:role/dev --kubernetes-groups developers",
        does: "a role whose rights are RBAC's",
      },
    ],
    load: act("create"),
  }),
  defineCommand({
    name: "delete accessentry",
    summary: "Take an access entry away",
    description:
      "An entry that stands in a stack of eksctl or lotse goes with its stack. Refuses your own, and that of living nodes, unless it is forced or aws-auth maps them too.",
    options: [
      {
        flags: "-f, --file <path>",
        description: "delete the accessConfig.accessEntries of this file, unless one is named",
      },
      clusterNameOption,
      { flags: "--principal-arn <arn>", description: "role or user" },
      { flags: "--force", description: "your own, and that of nodes, too" },
      yesOption,
    ],
    target: "aws",
    examples: [
      {
        command: "lotse delete accessentry --cluster prod --principal-arn arn:aws:iam::111122223333:role/dev",
        does: "asks first",
      },
    ],
    load: act("remove"),
  }),
  defineCommand({
    name: "utils migrate-to-access-entry",
    summary: "From aws-auth to access entries, by a plan",
    description:
      "Shows the steps, what can't be carried over and why, and asks. There is no way back from a mode: API_AND_CONFIG_MAP keeps aws-auth beside the entries, API deletes it (a copy is kept in a file).\nExit code 1 when something keeps the cluster from the target.",
    options: [
      clusterFileOption,
      clusterNameOption,
      {
        flags: "--target-authentication-mode <mode>",
        description: "where to go",
        choices: ["API_AND_CONFIG_MAP", "API"],
        default: "API_AND_CONFIG_MAP",
      },
      {
        flags: "--keep <path>",
        description: "where the copy of aws-auth goes (default: aws-auth-<cluster>-<time>.yaml)",
      },
      yesOption,
      { flags: "--approve", description: "the same as --yes", hidden: true },
      {
        flags: "-o, --output <format>",
        description: "table, or the plan as json: then nothing is done",
        choices: ["table", "json"],
        default: "table",
      },
    ],
    target: "aws",
    examples: [
      { command: "lotse utils migrate-to-access-entry --cluster prod", does: "entries beside aws-auth" },
      {
        command: "lotse utils migrate-to-access-entry --cluster prod --target-authentication-mode API",
        does: "entries alone",
      },
    ],
    load: () => import("../actions/migrate-access.ts"),
  }),
];
