// `lotse sandbox …`: an emulated AWS account that any AWS tool can use.
import type * as faultActions from "../actions/sandbox-faults.ts";
import type * as actions from "../actions/sandbox.ts";
import type { CommandDefinition, OptionDefinition } from "../command.ts";
import { defineCommand } from "../command.ts";

type Actions = typeof actions;

const act =
  (name: Exclude<keyof Actions, symbol>): CommandDefinition["load"] =>
  async () => ({ run: (await import("../actions/sandbox.ts"))[name] });
const fault =
  (name: Exclude<keyof typeof faultActions, symbol>): CommandDefinition["load"] =>
  async () => ({ run: (await import("../actions/sandbox-faults.ts"))[name] });

const stateOption: OptionDefinition = {
  flags: "--state <folder>",
  description: "folder of the sandbox's state (default: LOTSE_SANDBOX_DIR, else ~/.local/state/lotse/sandbox)",
};
const outputOption: OptionDefinition = {
  flags: "-o, --output <format>",
  description: "output format",
  choices: ["table", "json"],
  default: "table",
};

const startOptions: readonly OptionDefinition[] = [
  {
    flags: "--port <number>",
    description: "port on 127.0.0.1, 0 for any (default: that of the last time, or a free one)",
  },
  {
    flags: "--clock <mode>",
    description:
      "how virtual time moves: poll (a read of a changing resource moves it on), instant, real, scaled:N (default: poll)",
  },
  { flags: "--account <id>", description: "12-digit account id (default: 123456789012)" },
  { flags: "-r, --region <region>", description: "region of the default caller (default: eu-central-1)" },
  { flags: "--seed <number>", description: "ids and fault dice repeat with the same seed (default: 1)" },
  {
    flags: "--credentials <mode>",
    description:
      "strict: access keys of the account only; any: a key that nobody has made (test, AKIAIOSFODNN7EXAMPLE …) acts as the administrator, and no policy limits it (default: strict)",
    choices: ["strict", "any"],
  },
  {
    flags: "--kubernetes <mode>",
    description:
      "a real control plane behind each cluster: lazy (at the first connection or node), on (with the cluster), off (default: lazy)",
    choices: ["lazy", "on", "off"],
  },
  {
    flags: "--kubernetes-memory <MiB>",
    description:
      "for all control planes together; the next one is refused, and says so (default: half of the machine's memory)",
  },
  {
    flags: "--issuer-authority <path>",
    description:
      "PEM of the authority that vouches for issuers of identity providers, for one on this machine (EKS takes public ones only)",
  },
  { flags: "--proxy", description: "also be a proxy for AWS's host names, for tools that ignore endpoint variables" },
  {
    flags: "--quota <name=number>",
    description: "a quota other than AWS's, higher or lower (vpcs=50, vcpus=8 …); may be repeated",
    repeatable: true,
  },
  stateOption,
];

export const sandboxCommands: readonly CommandDefinition[] = [
  defineCommand({
    name: "sandbox up",
    summary: "Start the sandbox and return when it is ready",
    description:
      "Starts an emulated AWS account on 127.0.0.1 and returns when it answers. Its state survives restarts. When one is running already it is left as it is.",
    options: startOptions,
    examples: [
      { command: 'lotse sandbox up && eval "$(lotse sandbox env)"', does: "point every AWS tool of this shell at it" },
      { command: "lotse sandbox up --clock scaled:60", does: "a minute of AWS takes a second" },
      {
        command: "lotse sandbox up --credentials any --quota vpcs=50",
        does: "for test suites written for other emulators",
      },
    ],
    load: act("up"),
  }),
  defineCommand({
    name: "sandbox down",
    summary: "Stop the sandbox; its state stays",
    options: [stateOption],
    examples: [{ command: "lotse sandbox down", does: "stop it (exit 0 also when none is running)" }],
    load: act("down"),
  }),
  defineCommand({
    name: "sandbox serve",
    summary: "Run the sandbox in the foreground",
    description: "What `lotse sandbox up` starts; for containers and process managers. Ctrl-C ends it.",
    options: startOptions,
    examples: [{ command: "lotse sandbox serve --port 4566", does: "run until interrupted" }],
    load: act("serve"),
  }),
  defineCommand({
    name: "sandbox status",
    summary: "Show whether a sandbox is running, where, and what it holds",
    description: "Exit code 1 when none is running.",
    options: [outputOption, stateOption],
    examples: [{ command: "lotse sandbox status -o json", does: "for scripts" }],
    load: act("status"),
  }),
  defineCommand({
    name: "sandbox env",
    summary: "Print the shell commands that point AWS tools at the sandbox",
    description:
      "Sets the endpoint, credentials and region, and unsets what would lead tools away from it. Exit code 1 when none is running.",
    options: [
      {
        flags: "--shell <name>",
        description: "whose syntax",
        choices: ["sh", "fish", "powershell"],
        default: "sh",
      },
      { flags: "--proxy", description: "also send tools that ignore endpoint variables through the sandbox's proxy" },
      stateOption,
    ],
    examples: [{ command: 'eval "$(lotse sandbox env)" && aws eks list-clusters', does: "ask the sandbox" }],
    load: act("env"),
  }),
  defineCommand({
    name: "sandbox reset",
    summary: "Empty the account",
    options: [stateOption],
    examples: [{ command: "lotse sandbox reset", does: "start over (exit 0 also when none is running)" }],
    load: act("reset"),
  }),
  defineCommand({
    name: "sandbox save",
    summary: "Write the whole state to a file",
    arguments: [{ name: "<file>", description: "where to; - is stdout" }],
    options: [stateOption],
    examples: [{ command: "lotse sandbox save before-upgrade.jsonl", does: "keep this state" }],
    load: act("save"),
  }),
  defineCommand({
    name: "sandbox load",
    summary: "Replace the state by a saved one",
    arguments: [{ name: "<file>", description: "a file of `lotse sandbox save`; - is stdin" }],
    options: [stateOption],
    examples: [{ command: "lotse sandbox load before-upgrade.jsonl", does: "go back to it" }],
    load: act("load"),
  }),
  defineCommand({
    name: "sandbox events",
    summary: "List the calls that were made, newest first",
    options: [
      { flags: "-n, --limit <number>", description: "how many", default: "50" },
      { flags: "--writes", description: "only calls that change something" },
      { flags: "-r, --region <region>", description: "of this region (default: the sandbox's)" },
      outputOption,
      stateOption,
    ],
    examples: [{ command: "lotse sandbox events --writes -n 20", does: "what was changed lately" }],
    load: act("events"),
  }),
  defineCommand({
    name: "sandbox faults",
    summary: "List the injected faults",
    options: [outputOption, stateOption],
    examples: [{ command: "lotse sandbox faults", does: "rules, and how often each has struck" }],
    load: fault("listFaults"),
  }),
  defineCommand({
    name: "sandbox faults add",
    summary: "Make calls or resources fail",
    description:
      'Call effects: throttle, error, delay, drop. Resource effects: capacity, failAt, stuck, unsupportedZone. --match narrows by values of the call\'s input or of the resource ("instanceType=m5.*").',
    options: [
      {
        flags: "--effect <kind>",
        description: "what happens",
        choices: ["throttle", "error", "delay", "drop", "capacity", "failAt", "stuck", "unsupportedZone"],
      },
      { flags: "--service <id>", description: "ec2, eks, cloudformation … (default: all)" },
      { flags: "--operation <pattern>", description: "CreateVpc, Describe* … (default: all)" },
      { flags: "-r, --region <region>", description: "only there" },
      { flags: "--match <path=pattern>", description: "a value that must fit; may be repeated", repeatable: true },
      { flags: "--nth <number>", description: "only the nth call that fits" },
      { flags: "--times <number>", description: "at most so often" },
      { flags: "--probability <number>", description: "chance from 0 to 1, by the sandbox's seed" },
      { flags: "--code <code>", description: "of an error: InsufficientInstanceCapacity …" },
      { flags: "--message <text>", description: "of an error or a failed resource" },
      { flags: "--status <number>", description: "HTTP status of an error" },
      { flags: "--milliseconds <number>", description: "of a delay" },
      { flags: "--seconds <number>", description: "failAt: virtual seconds until the resource fails" },
      { flags: "--carried-out", description: "drop: lose the answer after the work is done" },
      stateOption,
    ],
    examples: [
      { command: "lotse sandbox faults add --effect throttle --probability 0.3", does: "throttle 30 % of all calls" },
      {
        command: "lotse sandbox faults add --effect capacity --match zone=eu-central-1b",
        does: "no instances in that zone",
      },
    ],
    load: fault("addFault"),
  }),
  defineCommand({
    name: "sandbox faults remove",
    summary: "Remove one injected fault, or all",
    arguments: [{ name: "[id]", description: "as listed; without it all are removed" }],
    options: [stateOption],
    examples: [{ command: "lotse sandbox faults remove", does: "back to fair weather" }],
    load: fault("removeFaults"),
  }),
  defineCommand({
    name: "sandbox exec",
    summary: "Run a command that sees AWS as a pod does",
    description:
      "The command runs on this machine with the variables of the pod's container, its projected tokens (renewed while it runs), its credentials endpoint and its node's metadata service. Of the caller's AWS variables only region and pager are kept, profiles are not seen, and the endpoint is the sandbox's. The exit code is the command's; signals reach it.",
    arguments: [{ name: "<command...>", description: "the program and its arguments, after --" }],
    options: [
      { flags: "--as-pod <namespace/name>", description: "the pod" },
      {
        flags: "-c, --container <name>",
        description: "its container (default: the one that kubectl would take)",
      },
      { flags: "--cluster <name>", description: "its cluster, where the sandbox has more than one" },
      { flags: "-r, --region <region>", description: "of the cluster, where two have the same name" },
      stateOption,
    ],
    examples: [
      {
        command: "lotse sandbox exec --as-pod shop/cart-0 -- aws sts get-caller-identity",
        does: "who the pod is for AWS",
      },
      {
        command: "lotse sandbox exec --as-pod shop/cart-0 -c app -- aws s3 ls s3://orders",
        does: "what its role may do",
      },
    ],
    load: async () => ({ run: (await import("../actions/sandbox-exec.ts")).run }),
  }),
  defineCommand({
    name: "sandbox advance",
    summary: "Move virtual time forward",
    arguments: [{ name: "<time>", description: "90, 10m, 2h, 1d; end finishes all that is under way" }],
    options: [stateOption],
    examples: [{ command: "lotse sandbox advance 10m", does: "a control plane's creation later" }],
    load: act("advance"),
  }),
  defineCommand({
    name: "sandbox coverage",
    summary: "List what of AWS is emulated",
    options: [{ flags: "--service <id>", description: "the operations of one service" }, outputOption],
    examples: [{ command: "lotse sandbox coverage --service ec2", does: "every operation, emulated or not" }],
    load: act("coverage"),
  }),
];
