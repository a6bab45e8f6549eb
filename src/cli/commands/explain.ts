// `lotse explain pod|principal`
import type { CommandDefinition, OptionDefinition } from "../command.ts";
import { defineCommand } from "../command.ts";
import { nameOption, outputOption } from "./shared-options.ts";

/** Where files are named that are asked instead of a living cluster. */
export const fileOptions: readonly OptionDefinition[] = [
  { flags: "-f, --file <path>", description: "offline: the cluster's eksctl file" },
  {
    flags: "--manifests <path>",
    description: "offline: a manifest or a folder of them; may be repeated",
    repeatable: true,
  },
  { flags: "--iam <path>", description: "offline: what `aws iam get-account-authorization-details` printed" },
  {
    flags: "--issuer <url>",
    description: "offline: issuer of the cluster's tokens (default: the one that roles trust)",
  },
];

const act =
  (name: "pod" | "principal"): CommandDefinition["load"] =>
  async () => ({ run: (await import("../actions/explain.ts"))[name] });

const exits = "Exit code 0: allowed; 1: denied; 3: can't be told from what may be read.";

/** The two commands. */
export const explainCommands: readonly CommandDefinition[] = [
  defineCommand({
    name: "explain pod",
    summary: "Why a pod may or may not do something on AWS",
    description: `Which credentials the pod gets (keys, IRSA, Pod Identity, a metadata proxy, the node's role, none: in the SDKs' own order), which role, whether its trust lets the pod in, what the policies say, the statement that decides, and the smallest change that would turn the answer. Reads only. What may not be read makes the answer "unknown", never "allowed".\n${exits}`,
    arguments: [
      { name: "<pod>", description: "NAMESPACE/NAME; offline also a Deployment or its like" },
      { name: "<action>", description: "s3:GetObject" },
      { name: "<resource>", description: "ARN, or * for actions that are about none" },
    ],
    options: [
      nameOption,
      { flags: "-c, --container <name>", description: "default: the pod's first" },
      {
        flags: "--context <key=value>",
        description: "a condition key of the request: aws:SourceIp=10.0.0.1; may be repeated",
        repeatable: true,
      },
      ...fileOptions,
      {
        flags: "--resource-policy <path>",
        description:
          "policy of the resource, or the AWS CLI's answer with it; none: it has none. For queues, topics, secrets, tables, and offline",
      },
      outputOption,
    ],
    target: "aws",
    examples: [
      {
        command: "lotse explain pod shop/cart-7d4b9 s3:GetObject arn:aws:s3:::orders/2026.csv --name prod",
        does: "in a living cluster",
      },
      {
        command: "lotse explain pod shop/cart s3:GetObject arn:aws:s3:::orders/x --manifests k8s/ --iam iam.json",
        does: "from files",
      },
      { command: "lotse explain pod shop/cart-7d4b9 kms:Decrypt KEY-ARN --name prod -o json", does: "for programs" },
    ],
    load: act("pod"),
  }),
  defineCommand({
    name: "explain principal",
    summary: "Why a role or user may or may not do something in a cluster",
    description: `Access entries and aws-auth (with what nearly fits: paths, sessions, partitions, other accounts), name and groups, access policies and their namespaces, RBAC roles and bindings, and the rule that decides; the API server is asked the same question. Ends with the smallest change that would turn the answer. Reads only.\n${exits}`,
    arguments: [
      { name: "<arn>", description: "role, session of a role, or user" },
      { name: "<verb>", description: "get, list, create …" },
      { name: "<resource>", description: "pods, pods/log, deployments.apps, pod/web-1, /healthz" },
    ],
    options: [
      nameOption,
      { flags: "-n, --namespace <name>", description: "default: default" },
      { flags: "-A, --all-namespaces", description: "in all namespaces" },
      { flags: "--subresource <name>", description: "log, exec, scale …" },
      { flags: "--session-name <name>", description: "of the role's session (default: any)" },
      ...fileOptions,
      outputOption,
    ],
    target: "aws",
    examples: [
      {
        command: "lotse explain principal arn:aws:iam::111122223333:role/dev get pods -n shop --name prod",
        does: "a role",
      },
      { command: "lotse explain principal ARN create pods/exec -n shop --name prod -o json", does: "for programs" },
      { command: "lotse explain principal ARN list secrets -f cluster.yaml --manifests k8s/", does: "from files" },
    ],
    load: act("principal"),
  }),
];
