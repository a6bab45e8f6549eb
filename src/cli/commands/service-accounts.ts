// `lotse create|update|delete iamserviceaccount` and `podidentityassociation`, with eksctl's flags; and policies for well-known workloads.
import type { CommandDefinition, OptionDefinition } from "../command.ts";
import { defineCommand } from "../command.ts";
import {
  awsOnlyOption,
  clusterFileOption,
  clusterOption,
  outputOption,
  resultOption,
  yesOptions,
} from "./shared-options.ts";

const act =
  (name: "create" | "update" | "remove" | "associate" | "reassociate" | "dissociate"): CommandDefinition["load"] =>
  async () => ({ run: (await import("../actions/service-accounts.ts"))[name] });

const chosenOptions: readonly OptionDefinition[] = [
  {
    flags: "--include <names>",
    description: "of the file, only these; patterns with * and commas, may be repeated",
    repeatable: true,
  },
  { flags: "--exclude <names>", description: "of the file, not these; the same way", repeatable: true },
];

const which: readonly OptionDefinition[] = [
  { flags: "-f, --file <path>", description: "the iam.serviceAccounts of this file, unless one is named by flags" },
  clusterOption,
  { flags: "--name <name>", description: "name of the service account" },
  { flags: "--namespace <name>", description: "its namespace", default: "default" },
  ...chosenOptions,
];

const whichAssociation: readonly OptionDefinition[] = [
  {
    flags: "-f, --file <path>",
    description: "the iam.podIdentityAssociations of this file, unless one is named by flags",
  },
  clusterOption,
  { flags: "--namespace <name>", description: "namespace of the service account", default: "default" },
  { flags: "--service-account-name <name>", description: "name of the service account" },
  ...chosenOptions,
];

/** What narrows the policy of a workload. */
const scopeOptions: readonly OptionDefinition[] = [
  { flags: "--hosted-zone <id>", description: "Route 53 zone; may be repeated", repeatable: true },
  { flags: "--bucket <name>", description: "S3 bucket; may be repeated", repeatable: true },
  { flags: "--kms-key <arn>", description: "KMS key; may be repeated", repeatable: true },
  { flags: "--secret <name>", description: "secret of Secrets Manager; may be repeated", repeatable: true },
  { flags: "--parameter <path>", description: "parameter of Systems Manager; may be repeated", repeatable: true },
  { flags: "--file-system <id>", description: "EFS file system; may be repeated", repeatable: true },
  { flags: "--queue <name>", description: "SQS queue" },
  { flags: "--node-role <name>", description: "role that nodes get; may be repeated", repeatable: true },
];

const policyForOption: OptionDefinition = {
  flags: "--policy-for <workload>",
  description: "the policy of a well-known workload (lotse iam policy-for)",
};
const roleNameOption: OptionDefinition = { flags: "--role-name <name>", description: "name of the new role" };

/** What a service account's role may do, and how it is got. */
const roleOptions: readonly OptionDefinition[] = [
  {
    flags: "--attach-policy-arn <arns>",
    description: "policies of the role, with commas; may be repeated",
    repeatable: true,
  },
  policyForOption,
  { flags: "--attach-role-arn <arn>", description: "a role that exists, instead of a new one" },
  roleNameOption,
  { flags: "--permissions-boundary <arn>", description: "boundary of the new role" },
  { flags: "--tags <pairs>", description: "tags of the role: a=b,c=d; may be repeated", repeatable: true },
  {
    flags: "--subject-pattern <pattern>",
    description: "who may assume it, instead of the one: system:serviceaccount:shop:*",
  },
  ...scopeOptions,
];

/** What an association's role may do, and how it is got. */
const associationOptions: readonly OptionDefinition[] = [
  {
    flags: "--permission-policy-arns <arns>",
    description: "policies of the role, with commas; may be repeated",
    repeatable: true,
  },
  {
    flags: "--well-known-policies <names>",
    description: "eksctl's sets of statements: autoScaler, externalDNS, certManager …, with commas; may be repeated",
    repeatable: true,
  },
  policyForOption,
  { flags: "--role-arn <arn>", description: "a role that exists, instead of a new one" },
  roleNameOption,
  { flags: "--target-role-arn <arn>", description: "a role that is assumed from there" },
  { flags: "--disable-session-tags", description: "no tags of cluster, namespace and pod in sessions" },
  { flags: "--policy <json>", description: "session policy, which narrows what the role may; needs no session tags" },
  { flags: "--permissions-boundary-arn <arn>", description: "boundary of the new role" },
  { flags: "--permission-boundary-arn <arn>", description: "the same, as eksctl spells it", hidden: true },
  { flags: "--tags <pairs>", description: "tags: a=b,c=d; may be repeated", repeatable: true },
  ...scopeOptions,
];

/** The commands. */
export const serviceAccountCommands: readonly CommandDefinition[] = [
  defineCommand({
    name: "create iamserviceaccount",
    summary: "Give service accounts an IAM role of their own",
    description:
      "Makes the role in a stack of its own, the service account with its annotation, and the cluster's OIDC provider where it is missing. The steps are shown first. Pods that run already get the role when they are made anew.",
    options: [
      ...which,
      ...roleOptions,
      { flags: "--role-only", description: "make the role, and leave Kubernetes alone" },
      {
        flags: "--override-existing-serviceaccounts",
        description: "also give service accounts a role that exist and that nobody manages",
      },
      awsOnlyOption,
      resultOption,
      ...yesOptions,
    ],
    target: "aws",
    examples: [
      {
        command:
          "lotse create iamserviceaccount --cluster prod --namespace shop --name cart --attach-policy-arn arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess",
        does: "one, by flags",
      },
      {
        command:
          "lotse create iamserviceaccount --cluster prod --namespace external-dns --name external-dns --policy-for external-dns --hosted-zone Z0123",
        does: "with the least policy that ExternalDNS needs",
      },
      { command: "lotse create iamserviceaccount -f cluster.yaml", does: "those of a file" },
    ],
    load: act("create"),
  }),
  defineCommand({
    name: "update iamserviceaccount",
    summary: "Change what service accounts' IAM roles may do",
    description:
      "Changes the stack with the role as the file or the flags say: what they don't name, the role loses. A service account without a role is an error.",
    options: [...which, ...roleOptions, awsOnlyOption, resultOption, ...yesOptions],
    target: "aws",
    examples: [
      {
        command:
          "lotse update iamserviceaccount --cluster prod --namespace shop --name cart --attach-policy-arn arn:aws:iam::aws:policy/AmazonS3FullAccess",
        does: "another policy for one",
      },
    ],
    load: act("update"),
  }),
  defineCommand({
    name: "delete iamserviceaccount",
    summary: "Take service accounts' IAM roles away",
    description: "Deletes the stack with the role, and the service account where eksctl or lotse made it.",
    options: [...which, awsOnlyOption, resultOption, ...yesOptions],
    target: "aws",
    examples: [{ command: "lotse delete iamserviceaccount --cluster prod --namespace shop --name cart", does: "one" }],
    load: act("remove"),
  }),
  defineCommand({
    name: "create podidentityassociation",
    summary: "Give service accounts an IAM role by EKS Pod Identity",
    description:
      "Makes the role in a stack of its own and the association; the cluster needs the add-on eks-pod-identity-agent. The steps are shown first. Pods that run already get the role when they are made anew.",
    options: [
      ...whichAssociation,
      ...associationOptions,
      { flags: "--create-service-account", description: "make the service account, too" },
      awsOnlyOption,
      resultOption,
      ...yesOptions,
    ],
    target: "aws",
    examples: [
      {
        command:
          "lotse create podidentityassociation --cluster prod --namespace shop --service-account-name cart --role-arn arn:aws:iam::111122223333:role/cart",
        does: "with a role that exists",
      },
    ],
    load: act("associate"),
  }),
  defineCommand({
    name: "update podidentityassociation",
    summary: "Change service accounts' pod identity associations",
    description:
      "Changes the association and the stack with its role as the file or the flags say. Agents keep credentials for hours: pods get the change when they are made anew.",
    options: [
      ...whichAssociation,
      ...associationOptions,
      { flags: "--no-disable-session-tags", description: "tags in sessions again", hidden: true },
      awsOnlyOption,
      resultOption,
      ...yesOptions,
    ],
    target: "aws",
    examples: [
      {
        command:
          "lotse update podidentityassociation --cluster prod --namespace shop --service-account-name cart --role-arn arn:aws:iam::111122223333:role/cart-2",
        does: "another role for one",
      },
    ],
    load: act("reassociate"),
  }),
  defineCommand({
    name: "get podidentityassociation",
    summary: "List which service accounts have an IAM role by EKS Pod Identity",
    options: [
      clusterFileOption,
      clusterOption,
      { flags: "--namespace <name>", description: "only of this namespace" },
      { flags: "--service-account-name <name>", description: "only of this service account" },
      outputOption,
    ],
    target: "aws",
    examples: [
      { command: "lotse get podidentityassociation --cluster prod", does: "as a table" },
      { command: "lotse get podidentityassociation --cluster prod -o json", does: "in eksctl's shape" },
    ],
    load: async () => ({ run: (await import("../actions/pod-identity-associations.ts")).list }),
  }),
  defineCommand({
    name: "utils associate-iam-oidc-provider",
    summary: "Let IAM trust the tokens of a cluster's service accounts",
    description:
      "Makes the OpenID Connect provider of the cluster's issuer in IAM, on which roles of service accounts stand. What is there already stays as it is.",
    options: [clusterFileOption, clusterOption, resultOption, ...yesOptions],
    target: "aws",
    examples: [
      { command: "lotse utils associate-iam-oidc-provider --cluster prod --approve", does: "without being asked" },
    ],
    load: () => import("../actions/oidc-provider.ts"),
  }),
  defineCommand({
    name: "delete podidentityassociation",
    summary: "Take service accounts' pod identity associations away",
    description: "Deletes the association, and the stack with its role.",
    options: [...whichAssociation, awsOnlyOption, resultOption, ...yesOptions],
    target: "aws",
    examples: [
      {
        command: "lotse delete podidentityassociation --cluster prod --namespace shop --service-account-name cart",
        does: "one",
      },
    ],
    load: act("dissociate"),
  }),
  defineCommand({
    name: "iam policy-for",
    summary: "Print the least policy that a well-known workload needs",
    description:
      "Written from the calls that each workload makes; every statement has a reason (-o table shows them). What would narrow it further and wasn't given is told on stderr. Without a name the workloads are listed.",
    arguments: [{ name: "[workload]", description: "cluster-autoscaler, external-dns, karpenter …" }],
    options: [
      { flags: "-c, --cluster <name>", description: "only what belongs to this cluster" },
      { flags: "-r, --region <region>", description: "only there" },
      { flags: "--account <id>", description: "only of this account" },
      { flags: "--partition <name>", description: "aws, aws-cn, aws-us-gov … (default: aws)" },
      ...scopeOptions,
      {
        flags: "-o, --output <format>",
        description: "json and yaml: the document; table: statements and reasons",
        choices: ["json", "yaml", "table"],
        default: "json",
      },
    ],
    examples: [
      {
        command: "lotse iam policy-for external-dns --hosted-zone Z0123",
        does: "records of one zone",
      },
      { command: "lotse iam policy-for karpenter --cluster prod -o table", does: "with the reasons" },
      { command: "lotse iam policy-for", does: "all workloads" },
    ],
    load: async () => ({ run: (await import("../actions/policy-for.ts")).run }),
  }),
];
