// `lotse iam trust-policy`
import type { CommandDefinition } from "../command.ts";
import { defineCommand } from "../command.ts";

/** The command. */
export const trustPolicy: CommandDefinition = defineCommand({
  name: "iam trust-policy",
  summary: "Print the trust policy of a role for pods",
  description:
    "For tokens of service accounts (IRSA), of one or more clusters; with --pod-identity for EKS Pod Identity. Exact names are compared by StringEquals, patterns by StringLike, and what a pattern opens is told on stderr. Clusters are looked up in AWS; with --issuer and --account nothing is asked.",
  options: [
    {
      flags: "-s, --service-account <namespace/name>",
      description: "whom the role trusts; * and ? stand for any characters; may be repeated",
      repeatable: true,
    },
    { flags: "-c, --cluster <name>", description: "of this cluster; may be repeated", repeatable: true },
    { flags: "--issuer <url>", description: "of this OIDC issuer; may be repeated", repeatable: true },
    { flags: "--account <id>", description: "of the role (default: the caller's)" },
    { flags: "--partition <name>", description: "of the role, with --issuer (default: aws)" },
    {
      flags: "--audience <name>",
      description: "of the tokens (default: sts.amazonaws.com); may be repeated",
      repeatable: true,
    },
    { flags: "--pod-identity", description: "for EKS Pod Identity instead" },
    {
      flags: "-o, --output <format>",
      description: "output format",
      choices: ["json", "yaml"],
      default: "json",
    },
  ],
  target: "aws",
  examples: [
    { command: "lotse iam trust-policy --cluster prod -s shop/cart", does: "for one service account" },
    {
      command: "lotse iam trust-policy --cluster blue --cluster green -s 'shop/*'",
      does: "for a namespace of two clusters",
    },
    { command: "lotse iam trust-policy --pod-identity --cluster prod -s shop/cart", does: "for an association" },
  ],
  load: async () => ({ run: (await import("../actions/trust-policy.ts")).run }),
});
