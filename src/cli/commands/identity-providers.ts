// `lotse associate|disassociate|get identityprovider`, in eksctl's shape.
import type { CommandDefinition, OptionDefinition } from "../command.ts";
import { defineCommand } from "../command.ts";
import { clusterNameOption, outputOption, yesOption } from "./shared-options.ts";

const file: OptionDefinition = {
  flags: "-f, --file <path>",
  description: "cluster file; its identityProviders, unless one is given by flags",
};
const waiting: readonly OptionDefinition[] = [
  { flags: "--wait", description: "wait until EKS has done it" },
  { flags: "--timeout <minutes>", description: "how long to wait", default: 35 },
];
const act =
  (name: "associate" | "disassociate" | "list"): CommandDefinition["load"] =>
  async () => ({ run: (await import("../actions/identity-providers.ts"))[name] });

/** The commands. */
export const identityProviderCommands: readonly CommandDefinition[] = [
  defineCommand({
    name: "associate identityprovider",
    summary: "Let people into a cluster by an OpenID Connect provider",
    description:
      "EKS takes about fifteen minutes, and one provider a cluster; the issuer must be reachable from the internet. Names and groups from it have no rights of their own: bind them by RBAC.",
    options: [
      file,
      clusterNameOption,
      { flags: "--name <name>", description: "name of the provider in EKS" },
      { flags: "--issuer-url <url>", description: "issuer, exactly as tokens name it" },
      { flags: "--client-id <id>", description: "who tokens must be for" },
      { flags: "--username-claim <claim>", description: "claim with the user's name (EKS: sub)" },
      { flags: "--username-prefix <text>", description: "before the name" },
      { flags: "--groups-claim <claim>", description: "claim with the groups" },
      { flags: "--groups-prefix <text>", description: "before each group" },
      { flags: "--required-claim <claim=value>", description: "what tokens must say as well", repeatable: true },
      ...waiting,
    ],
    target: "aws",
    examples: [
      {
        command:
          "lotse associate identityprovider --cluster prod --name okta --issuer-url https://login.example.com --client-id kubernetes --groups-claim groups --wait",
        does: "by flags",
      },
      { command: "lotse associate identityprovider -f cluster.yaml --wait", does: "as the file says" },
    ],
    load: act("associate"),
  }),
  defineCommand({
    name: "disassociate identityprovider",
    summary: "Take a cluster's OpenID Connect provider away",
    options: [
      file,
      clusterNameOption,
      { flags: "--name <name>", description: "name of the provider in EKS" },
      ...waiting,
      yesOption,
    ],
    target: "aws",
    examples: [
      {
        command: "lotse disassociate identityprovider --cluster prod --name okta",
        does: "whoever logs in by it is out",
      },
    ],
    load: act("disassociate"),
  }),
  defineCommand({
    name: "get identityprovider",
    summary: "List the OpenID Connect providers of a cluster",
    options: [file, clusterNameOption, { flags: "--name <name>", description: "only this one" }, outputOption],
    target: "aws",
    examples: [{ command: "lotse get identityprovider --cluster prod", does: "with its status" }],
    load: act("list"),
  }),
];
