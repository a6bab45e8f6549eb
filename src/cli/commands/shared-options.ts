// Options that several commands share.
import type { OptionDefinition } from "../command.ts";

export const fileOption: OptionDefinition = {
  flags: "-f, --file <path>",
  description: "the cluster's eksctl file, or - for standard input",
};

export const nameOption: OptionDefinition = { flags: "--name <cluster>", description: "name of a living cluster" };

export const outputOption: OptionDefinition = {
  flags: "-o, --output <format>",
  description: "how to print the result",
  choices: ["table", "json", "yaml"],
  default: "table",
};

export const yesOption: OptionDefinition = {
  flags: "-y, --yes",
  description: "don't ask, answer every question with yes",
};
