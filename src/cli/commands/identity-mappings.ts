// `lotse create|get|delete iamidentitymapping`, with eksctl's flags.
import type { CommandDefinition } from "../command.ts";
import { defineCommand } from "../command.ts";
import { clusterFileOption, clusterNameOption, outputOption, yesOption } from "./shared-options.ts";

const act =
  (name: "list" | "create" | "remove"): CommandDefinition["load"] =>
  async () => ({ run: (await import("../actions/identity-mappings.ts"))[name] });

/** The three commands. */
export const identityMappingCommands: readonly CommandDefinition[] = [
  defineCommand({
    name: "get iamidentitymapping",
    summary: "List who aws-auth lets into a cluster",
    description: "Items of the ConfigMap aws-auth. What is wrong with them is told on stderr.",
    options: [
      clusterFileOption,
      clusterNameOption,
      { flags: "--arn <arn>", description: "only this role or user" },
      outputOption,
    ],
    target: "aws",
    examples: [
      { command: "lotse get iamidentitymapping --cluster prod", does: "as a table" },
      { command: "lotse get iamidentitymapping --cluster prod -o json", does: "in eksctl's shape" },
    ],
    load: act("list"),
  }),
  defineCommand({
    name: "create iamidentitymapping",
    summary: "Let a role, user or account in by aws-auth",
    description:
      "Adds to the ConfigMap aws-auth and shows the change first. Comments, order and unknown fields of the map stay; an edit by somebody else in between is kept as well.",
    options: [
      {
        flags: "-f, --file <path>",
        description: "make the iamIdentityMappings of this file, unless one is given by flags",
      },
      clusterNameOption,
      { flags: "--arn <arn>", description: "role or user" },
      { flags: "--username <name>", description: "name in Kubernetes" },
      { flags: "--group <name>", description: "group in Kubernetes; may be repeated", repeatable: true },
      { flags: "--no-duplicate-arns", description: "refuse an ARN that is mapped differently already" },
      { flags: "--account <id>", description: "everybody of an account, under their ARN" },
      { flags: "--service-name <name>", description: "an AWS service: emr-containers" },
      { flags: "--namespace <name>", description: "namespace that the service works in" },
      yesOption,
    ],
    target: "aws",
    examples: [
      {
        command:
          "lotse create iamidentitymapping --cluster prod --arn arn:aws:iam::111122223333:role/dev --username dev --group developers",
        does: "a role",
      },
      { command: "lotse create iamidentitymapping --cluster prod --account 111122223333 --yes", does: "an account" },
      { command: "lotse create iamidentitymapping -f cluster.yaml", does: "what the file says" },
    ],
    load: act("create"),
  }),
  defineCommand({
    name: "delete iamidentitymapping",
    summary: "Take a role, user or account out of aws-auth",
    description:
      "Without --all the first item with the ARN goes. Refuses your own last item and that of living nodes, unless it is forced.",
    options: [
      clusterFileOption,
      clusterNameOption,
      { flags: "--arn <arn>", description: "role or user" },
      { flags: "--all", description: "all items with the ARN" },
      { flags: "--account <id>", description: "an account" },
      { flags: "--force", description: "your own last item, and that of nodes, too" },
      yesOption,
    ],
    target: "aws",
    examples: [
      {
        command: "lotse delete iamidentitymapping --cluster prod --arn arn:aws:iam::111122223333:role/dev",
        does: "its first item",
      },
    ],
    load: act("remove"),
  }),
];
