// docs/reference/cli.md from the command definitions.
import type { CommandDefinition } from "../../src/cli/command.ts";
import { commands } from "../../src/cli/commands/index.ts";
import { targetOptions } from "../../src/cli/target-options.ts";

function sectionOf(command: CommandDefinition): string {
  const lines = [`## lotse ${command.name}`, "", `${command.description ?? `${command.summary}.`}`, ""];
  const parameters = (command.arguments ?? []).map((argument) => `| \`${argument.name}\` | ${argument.description} |`);
  const options = (command.options ?? [])
    .filter((option) => !option.hidden)
    .map((option) => {
      const choices = option.choices ? ` One of ${option.choices.map((choice) => `\`${choice}\``).join(", ")}.` : "";
      const fallback = option.default === undefined ? "" : ` Default \`${String(option.default)}\`.`;
      return `| \`${option.flags}\` | ${option.description}.${choices}${fallback} |`;
    });
  if (parameters.length + options.length > 0) {
    lines.push("| argument or option | meaning |", "|---|---|", ...parameters, ...options, "");
  }
  if (command.target === "aws") lines.push("Takes the [target options](#target-options).", "");
  lines.push("```bash");
  for (const example of command.examples) lines.push(`# ${example.does}`, example.command);
  lines.push("```", "");
  return lines.join("\n");
}

/** One page with every command. */
export function generate(): Promise<Map<string, string>> {
  const target = targetOptions.map((option) => `| \`${option.flags}\` | ${option.description} |`);
  const page = [
    "# Commands",
    "",
    "Generated from the command definitions by `npm run generate`. Exit codes: 0 done or nothing to do · 1 failed · 2 wrong usage or an",
    "invalid file · 3 `plan --exit-code` has something to do · 4 declined, or nobody there to confirm · 130 interrupted.",
    "",
    ...commands.map(sectionOf),
    "## Target options",
    "",
    "| option | meaning |",
    "|---|---|",
    ...target,
    "",
  ];
  return Promise.resolve(new Map([["docs/reference/cli.md", page.join("\n")]]));
}
