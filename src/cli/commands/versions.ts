// `lotse versions`
import type { CommandDefinition } from "../command.ts";
import { defineCommand } from "../command.ts";

export const versions: CommandDefinition = defineCommand({
  name: "versions",
  summary: "Kubernetes versions on EKS: when support ends, and what it costs to stay",
  description:
    "Needs no account: the calendar is a table, whose day is shown. With --region, --profile, --endpoint-url or --sandbox EKS is asked\n(eks:DescribeClusterVersions), and what it says wins. A version newer than the table is unknown, never unsupported.",
  options: [
    {
      flags: "-o, --output <format>",
      description: "as a table, data, a picture of the time line, or events for calendars",
      choices: ["table", "json", "yaml", "svg", "ics"],
      default: "table",
    },
    { flags: "--all", description: "also versions out of support" },
    { flags: "--on <day>", description: "as it is on another day: 2027-03-01" },
  ],
  target: "aws",
  examples: [
    { command: "lotse versions", does: "the calendar" },
    { command: "lotse versions --region eu-central-1", does: "as EKS tells it today" },
    { command: "lotse versions -o svg > versions.svg", does: "a picture" },
    { command: "lotse versions -o ics > eks.ics", does: "ends of support, for your calendar" },
  ],
  load: async () => ({ run: (await import("../actions/versions.ts")).versions }),
});
