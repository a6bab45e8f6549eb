// `lotse upgrade check|plan|apply|cluster|addon|nodegroup`
import { defineCommand } from "../command.ts";
import type { CommandDefinition, OptionDefinition } from "../command.ts";
import { clusterOption, fileOption, groupNameOption, nameOption, resultOption, yesOptions } from "./shared-options.ts";

const act =
  (name: "cluster" | "addon" | "nodegroup"): CommandDefinition["load"] =>
  async () => ({ run: (await import("../actions/upgrade.ts"))[name] });

const cluster: CommandDefinition = defineCommand({
  name: "upgrade cluster",
  summary: "Move the control plane to the next Kubernetes minor",
  description:
    "Shows the steps and asks. One minor at a time, as EKS does it; the previous minor within 7 days of an upgrade. Add-ons and\nnodes follow with `lotse upgrade addon` and `lotse upgrade nodegroup`, or in the same run.",
  options: [
    fileOption,
    { flags: "-n, --name <cluster>", description: "name of the living cluster" },
    { ...clusterOption, hidden: true },
    { flags: "--version <minor>", description: "Kubernetes minor (default: the next one)" },
    { flags: "--force", description: "also where EKS's upgrade insights see a problem" },
    { flags: "--with-addons", description: "then add-ons, to the newest versions that fit" },
    { flags: "--with-nodegroups", description: "then managed node groups, to the newest release of their images" },
    ...yesOptions,
    resultOption,
  ],
  target: "aws",
  examples: [
    { command: "lotse upgrade cluster --name prod", does: "show it and ask" },
    { command: "lotse upgrade cluster --name prod --version 1.36 --approve", does: "do it" },
    {
      command: "lotse upgrade cluster --name prod --with-addons --with-nodegroups",
      does: "and what follows, in order",
    },
  ],
  load: act("cluster"),
});

const addon: CommandDefinition = defineCommand({
  name: "upgrade addon",
  summary: "Move add-ons to the newest versions that fit the cluster",
  options: [
    fileOption,
    clusterOption,
    { flags: "-n, --name <addon>", description: "one add-on (default: all)" },
    { flags: "--version <version>", description: "a version, or a part of one" },
    { flags: "--force", description: "overwrite settings that were changed inside the cluster" },
    ...yesOptions,
    resultOption,
  ],
  target: "aws",
  examples: [
    { command: "lotse upgrade addon --cluster prod", does: "all add-ons" },
    { command: "lotse upgrade addon --cluster prod --name coredns --version v1.12", does: "one of them" },
  ],
  load: act("addon"),
});

const nodegroup: CommandDefinition = defineCommand({
  name: "upgrade nodegroup",
  summary: "Move managed node groups to the cluster's version and the newest image",
  description:
    "EKS replaces the nodes one after the other and drains them. Self-managed groups are replaced by new ones: another name in the\nfile, then `lotse apply --prune`.",
  options: [
    fileOption,
    clusterOption,
    { ...groupNameOption, description: "one node group (default: all managed ones)" },
    { flags: "--kubernetes-version <minor>", description: "Kubernetes minor (default: the control plane's)" },
    { flags: "--release-version <version>", description: "release of the image (default: the newest)" },
    { flags: "--force-upgrade", description: "end pods whose budgets forbid an eviction" },
    ...yesOptions,
    resultOption,
  ],
  target: "aws",
  examples: [
    { command: "lotse upgrade nodegroup --cluster prod --name workers", does: "one group" },
    { command: "lotse upgrade nodegroup --cluster prod --yes", does: "all managed groups, without asking" },
  ],
  load: act("nodegroup"),
});

const checkOptions: readonly OptionDefinition[] = [
  fileOption,
  nameOption,
  {
    flags: "-m, --manifests <path>",
    description: "file or folder of Kubernetes manifests, YAML or JSON; may be repeated",
    repeatable: true,
  },
  { flags: "--ignore <code>", description: "leave findings of this code out; may be repeated", repeatable: true },
  { flags: "--strict", description: "what is unknown fails, too" },
  resultOption,
];

const check: CommandDefinition = defineCommand({
  name: "upgrade check",
  summary: "Whether a cluster is ready for a newer Kubernetes, and what stands against it",
  description:
    "One verdict, then the list, worst first: dates and what it costs to stay; skew of nodes, kube-proxy and kubectl; which add-on moves when;\nAPIs that go, in live objects (by managed fields and kubectl's annotation), Helm releases and manifests; budgets that stop a drain; free\naddresses; webhooks that fail closed; images of Amazon Linux 2; EKS's own insights. What can't be read is unknown, and never ready. With a\nfile alone no account is asked. Reads only.\nExit code 0: nothing stands against it; 3: errors, or with --strict something unknown; 1: it couldn't look; 2: wrong usage.",
  options: [
    {
      flags: "--to <minor>",
      description: "Kubernetes minor (default: the next one); several minors at once are judged as one way",
    },
    ...checkOptions,
  ],
  target: "aws",
  examples: [
    { command: "lotse upgrade check --name prod", does: "for the next minor" },
    { command: "lotse upgrade check --name prod --to 1.36 -m k8s/", does: "for a later one, with manifests" },
    { command: "lotse upgrade check -f cluster.yaml -m k8s/", does: "what files alone tell" },
  ],
  load: async () => ({ run: (await import("../actions/upgrade-check.ts")).check }),
});

const whole =
  (name: "plan" | "apply"): CommandDefinition["load"] =>
  async () => ({ run: (await import("../actions/upgrade-whole.ts"))[name] });

const waysOption: OptionDefinition = {
  flags: "--nodes <way>",
  description:
    "surge: EKS replaces nodes of managed groups one after the other; blue-green: a new group takes the old one's place",
  choices: ["surge", "blue-green"],
  default: "surge",
};

const wholeOptions: readonly OptionDefinition[] = [
  {
    flags: "--to <minor>",
    description: "Kubernetes minor: the next one (the default), or the cluster's own, to go on",
  },
  waysOption,
  ...checkOptions,
];

const plan: CommandDefinition = defineCommand({
  name: "upgrade plan",
  summary: "What stands against the next minor, and the steps to it in order",
  description:
    "The check first, then the steps: control plane, add-ons, managed node groups. Changes nothing.\nExit code 0: ready to begin; 3: `lotse upgrade apply` would stop at an error, or with --strict at something unknown.",
  options: wholeOptions,
  target: "aws",
  examples: [{ command: "lotse upgrade plan --name prod --to 1.36", does: "check and steps" }],
  load: whole("plan"),
});

const apply: CommandDefinition = defineCommand({
  name: "upgrade apply",
  summary: "Check, then move control plane, add-ons and managed node groups to the next minor",
  description:
    "Stops before the first step where the check finds an error, unless --ignore names its code; then shows the steps and asks. They are done one\nafter the other, and after each the cluster has to be well: cluster, add-ons and node groups by EKS's own word, nodes, workloads, the API\nserver. At the first sign that stays for --grace it stops, and says until when and how the control plane can go back (one minor, within 7\ndays; nodes and add-ons don't go with it). What wasn't well before is left out. Run again with the same --to it goes on with what is left.",
  options: [
    ...wholeOptions,
    { flags: "--grace <duration>", description: "how long the cluster has after each step to get well (default: 10m)" },
    ...yesOptions,
  ],
  target: "aws",
  examples: [
    { command: "lotse upgrade apply --name prod --to 1.36", does: "check, show, ask, do" },
    {
      command: "lotse upgrade apply --name prod --to 1.36 --ignore upgrades/addon-first --yes",
      does: "although an add-on should move first",
    },
    {
      command: "lotse upgrade apply --name prod --nodes blue-green --grace 20m",
      does: "new node groups beside the old ones, with patience",
    },
  ],
  load: whole("apply"),
});

export const upgradeCommands: readonly CommandDefinition[] = [check, plan, apply, cluster, addon, nodegroup];
