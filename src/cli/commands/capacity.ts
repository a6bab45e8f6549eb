// `lotse capacity pods|instances|plan|show`
import type { CommandDefinition, OptionDefinition } from "../command.ts";
import { defineCommand } from "../command.ts";
import { fileOption, nameOption, outputOption } from "./shared-options.ts";

const act =
  (name: "pods" | "instances" | "plan" | "show"): CommandDefinition["load"] =>
  async () => ({ run: (await import("../actions/capacity.ts"))[name] });

const prefixOption: OptionDefinition = {
  flags: "--prefix-delegation",
  description: "the CNI hands out blocks of 16 addresses (ENABLE_PREFIX_DELEGATION)",
};

const podOptions: readonly OptionDefinition[] = [
  { flags: "--cpu <quantity>", description: "CPU that a pod requests: 250m" },
  { flags: "--memory <quantity>", description: "memory that a pod requests: 512Mi" },
];

/** How pods get addresses; the hidden ones are those of AWS's old calculator script. */
const cniOptions: readonly OptionDefinition[] = [
  prefixOption,
  { flags: "--custom-networking", description: "pods live in subnets of their own: the first interface carries none" },
  { flags: "--cni-version <version>", description: "of the VPC CNI; prefixes need 1.9, on bare metal 1.11" },
  { flags: "--cni-max-eni <count>", description: "the CNI takes no more interfaces (MAX_ENI)" },
  { flags: "--ipv6", description: "nodes of an IPv6 cluster" },
  { flags: "--windows", description: "nodes run Windows" },
  { flags: "--cni-prefix-delegation-enabled", description: "as --prefix-delegation", hidden: true },
  { flags: "--cni-custom-networking-enabled", description: "as --custom-networking", hidden: true },
];

/** The four commands. */
export const capacityCommands: readonly CommandDefinition[] = [
  defineCommand({
    name: "capacity pods",
    summary: "How many pods nodes of an instance type take",
    description:
      "Two numbers: what the addresses allow (AWS's own table, which nodeadm takes), and what AWS recommends (at most 110, or 250 above 30 vCPUs; EKS enforces it for managed node groups). Needs no account: the limits are in a table. Types that are newer are asked of EC2 when --region, --profile, --endpoint-url or --sandbox says where. Exit code 2 for types that nobody knows.",
    arguments: [{ name: "<types...>", description: "instance types, by commas or spaces" }],
    options: [...cniOptions, outputOption],
    target: "aws",
    examples: [
      { command: "lotse capacity pods t3.large,c5.large,m7g.4xlarge", does: "a table" },
      {
        command: "lotse capacity pods m5.large --prefix-delegation --custom-networking",
        does: "with other settings of the CNI",
      },
      { command: "lotse capacity pods m5.large -o json | jq '.[0].recommended'", does: "for scripts" },
    ],
    load: act("pods"),
  }),
  defineCommand({
    name: "capacity instances",
    summary: "Which instance types a number of pods fits on, how many it takes, and what binds",
    description:
      "Pods are alike. What nodes keep for themselves and what aws-node, kube-proxy and the EBS CSI driver request is taken off first. Ordered by the price of all nodes (on demand, us-east-1). With --spot groups of types of one size, as mixed as can be. Needs no account.",
    options: [
      { flags: "--pods <count>", description: "how many pods" },
      ...podOptions,
      { flags: "--arch <name>", description: "only nodes of this architecture", choices: ["amd64", "arm64"] },
      { flags: "--types <names>", description: "only these types, by commas" },
      { flags: "--spot", description: "groups for spot instances: ten types and more of one size" },
      { flags: "--limit <count>", description: "how many rows", default: 15 },
      prefixOption,
      outputOption,
    ],
    examples: [
      { command: "lotse capacity instances --pods 400 --cpu 250m --memory 512Mi", does: "types, the cheapest first" },
      {
        command: "lotse capacity instances --pods 400 --cpu 250m --memory 512Mi --spot --arch arm64",
        does: "for spot",
      },
    ],
    load: act("instances"),
  }),
  defineCommand({
    name: "capacity plan",
    summary: "Whether the subnets of a file hold its nodes and pods, at rest, at most and while they are upgraded",
    description:
      "For each subnet: addresses of nodes and their pods as the CNI takes them, with those of a rolling upgrade, what EKS wants free when the control plane is upgraded, load balancers, endpoints, NAT gateways, and addresses that rest after their pods have ended. Says which size is enough, and prints a vpc block that has it. Needs no account; with --region, --profile, --endpoint-url or --sandbox EC2 is asked about types newer than the table and about subnets that the file names by id. Exit code 0, or with --exit-code 3 when something doesn't fit.",
    options: [
      fileOption,
      { flags: "--pods <count>", description: "pods in all (default: as many as the nodes hold)" },
      ...podOptions,
      { flags: "--churn <count/min>", description: "pods that end in a minute, over the whole cluster: 600/min" },
      {
        flags: "--surge [nodes]",
        description: "nodes more while a group is upgraded, or all for blue/green (default: what EKS does)",
      },
      { flags: "--load-balancers <count>", description: "with addresses in each subnet", default: 1 },
      prefixOption,
      { flags: "--exit-code", description: "end with 3 when something doesn't fit" },
      {
        flags: "-o, --output <format>",
        description: "how to print the result",
        choices: ["table", "json", "yaml", "svg"],
        default: "table",
      },
    ],
    target: "aws",
    examples: [
      { command: "lotse capacity plan -f cluster.yaml", does: "bars and a verdict" },
      { command: "lotse capacity plan -f cluster.yaml --pods 400 --churn 600/min", does: "with jobs that come and go" },
      { command: "lotse capacity plan -f cluster.yaml -o svg > capacity.svg", does: "a picture" },
    ],
    load: act("plan"),
  }),
  defineCommand({
    name: "capacity show",
    summary: "Who holds the addresses of a living cluster's VPC, and how many are left",
    description:
      "Subnet by subnet: free addresses, whole blocks of 16 that could still be had, who holds the others, by the network interfaces, and what the managed node groups may come to take at their largest and while they are upgraded. With --sample it looks twice and says where it is going. Reads only.",
    options: [
      nameOption,
      { flags: "--sample <duration>", description: "look again after so long, and tell the trend: 1m" },
      outputOption,
    ],
    target: "aws",
    examples: [
      { command: "lotse capacity show --name prod", does: "free addresses and their holders" },
      { command: "lotse capacity show --name prod --sample 5m", does: "and the trend" },
    ],
    load: act("show"),
  }),
];
