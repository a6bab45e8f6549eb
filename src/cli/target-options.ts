// Options of every command that talks to AWS.
import type { OptionDefinition } from "./command.ts";

export const targetOptions: readonly OptionDefinition[] = [
  { flags: "-r, --region <region>", description: "AWS region (default: the file's, then AWS_REGION)" },
  { flags: "-p, --profile <name>", description: "profile of ~/.aws/config" },
  { flags: "--endpoint-url <url>", description: "another AWS endpoint, for every service" },
  {
    flags: "--sandbox",
    description: "use the emulated AWS account on this machine; your AWS environment and ~/.aws are ignored",
  },
];
