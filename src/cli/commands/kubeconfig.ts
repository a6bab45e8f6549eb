// `lotse kubeconfig`, and the same under eksctl's name with eksctl's habits.
import type { CommandDefinition, OptionDefinition } from "../command.ts";
import { defineCommand } from "../command.ts";
import { clusterFileOption, clusterNameOption } from "./shared-options.ts";

const shared: readonly OptionDefinition[] = [
  clusterFileOption,
  clusterNameOption,
  {
    flags: "--exec <program>",
    description: "program that gives kubectl its tokens",
    choices: ["lotse", "aws", "aws-iam-authenticator"],
    default: "lotse",
  },
  { flags: "--role-arn <arn>", description: "role to assume for tokens" },
  { flags: "--kubeconfig <path>", description: "file to write (default: as kubectl finds it, by $KUBECONFIG)" },
  { flags: "--alias <name>", description: "name of the context" },
  { flags: "--user-alias <name>", description: "name of the user" },
  { flags: "--proxy-url <url>", description: "proxy on the way to the cluster" },
  { flags: "--dry-run", description: "print the merged file instead of writing it" },
];

/** Both forms; they differ in the names that they write. */
export const kubeconfigCommands: readonly CommandDefinition[] = [
  defineCommand({
    name: "kubeconfig",
    summary: "Write a cluster into your kubeconfig",
    description:
      "Puts cluster, user and context into the file that kubectl reads, under the names of `aws eks update-kubeconfig`, and makes the context current.\nWhatever else the file holds stays as it is, comments and order too; it is replaced in one step, under kubectl's own lock, and readable by you alone.",
    options: [
      ...shared,
      {
        flags: "--assume-role-arn <arn>",
        description: "role to assume for looking the cluster up, in another account",
      },
      { flags: "--no-use", description: "leave the current context alone" },
      { flags: "--role <arn>", description: "the same as --role-arn", hidden: true },
      { flags: "--name <cluster>", description: "the same as --cluster", hidden: true },
      { flags: "--verbose", description: "nothing more to say", hidden: true },
    ],
    target: "aws",
    examples: [
      { command: "lotse kubeconfig --cluster prod --region eu-central-1", does: "tokens by lotse" },
      {
        command: "lotse kubeconfig --cluster prod --exec aws --profile ops",
        does: "tokens by the AWS CLI, for others",
      },
      { command: "lotse kubeconfig -f cluster.yaml --sandbox --alias rehearsal", does: "the rehearsed cluster" },
    ],
    load: async () => ({ run: (await import("../actions/kubeconfig.ts")).run }),
  }),
  defineCommand({
    name: "utils write-kubeconfig",
    summary: "The same, with eksctl's flags and names",
    description:
      "`lotse kubeconfig` for scripts that call eksctl: the context is `<you>@<cluster>.<region>.eksctl.io`, as eksctl has it.",
    options: [
      ...shared,
      {
        flags: "--set-kubeconfig-context [yes]",
        description: "make the context current: true or false",
        default: "true",
      },
      { flags: "--auto-kubeconfig", description: "write to ~/.kube/eksctl/clusters/<cluster>" },
      { flags: "--authenticator-role-arn <arn>", description: "role to assume for tokens" },
    ],
    target: "aws",
    examples: [
      { command: "lotse utils write-kubeconfig --cluster prod", does: "under eksctl's names" },
      { command: "lotse utils write-kubeconfig -f cluster.yaml --auto-kubeconfig", does: "into a file of its own" },
    ],
    load: async () => ({ run: (await import("../actions/kubeconfig.ts")).runForEksctl }),
  }),
];
