// `lotse token`. The process runs it before these definitions are loaded (cli/token/main.ts); they are for help, mistakes
// and --sandbox.
import { defineCommand } from "../command.ts";
import type { CommandDefinition } from "../command.ts";
import { clusterNameOption } from "./shared-options.ts";

export const token: CommandDefinition = defineCommand({
  name: "token",
  summary: "Print a token for kubectl (exec plugin)",
  description:
    "What `aws eks get-token` and `aws-iam-authenticator token` print, byte for byte, in a tenth of the time: an ExecCredential in the version that kubectl asks for.\nThe token is kept in a file of yours alone until a minute before it ends (LOTSE_TOKEN_CACHE names another folder, or `off`).\nTakes the flags of both tools as well: --cluster-name, -i/--cluster-id, --role, -s, -e.",
  options: [
    clusterNameOption,
    { flags: "--cluster-name <name>", description: "the same", hidden: true },
    { flags: "-i, --cluster-id <id>", description: "the same", hidden: true },
    { flags: "--role-arn <arn>", description: "assume this role first" },
    { flags: "--role <arn>", description: "the same", hidden: true },
    { flags: "-e, --external-id <id>", description: "external id that the role asks for" },
    { flags: "-s, --session-name <name>", description: "name of the role's session (default EKSGetTokenAuth)" },
    { flags: "--forward-session-name", description: "keep the session name of whoever assumes the role" },
    { flags: "--token-only", description: "the bare token instead of an ExecCredential" },
    { flags: "--no-cache", description: "neither use nor keep a token" },
    { flags: "--output <format>", description: "json", choices: ["json"], hidden: true },
  ],
  target: "aws",
  examples: [
    { command: "lotse token --cluster prod --region eu-central-1", does: "as whoever the AWS environment says" },
    { command: "lotse token --cluster prod --role-arn arn:aws:iam::111122223333:role/dev", does: "as a role" },
    {
      command: 'curl -H "Authorization: Bearer $(lotse token -c prod --token-only)" …',
      does: "the bare token, for anything but kubectl",
    },
  ],
  load: () => import("../actions/token.ts"),
});
