// `lotse plan`
import { defineCommand } from "../command.ts";
import type { CommandDefinition } from "../command.ts";
import { awsOnlyOption, fileOption, outputOption } from "./shared-options.ts";

export const plan: CommandDefinition = defineCommand({
  name: "plan",
  summary: "Show what apply would do, step by step, and why",
  description:
    "Compares the file with what exists in the account and prints ordered steps: what happens, to what effect, how long AWS takes, and which\nline of the file asks for it. Reads only. Exit code 0, or with --exit-code 3 when there is something to do.",
  options: [
    fileOption,
    outputOption,
    { flags: "--prune", description: "also delete node groups and other parts that the file no longer names" },
    awsOnlyOption,
    { flags: "--exit-code", description: "end with 3 when there is something to do" },
  ],
  target: "aws",
  examples: [
    { command: "lotse plan -f cluster.yaml", does: "what would happen" },
    { command: "lotse plan -f cluster.yaml --sandbox", does: "the same against the emulated account" },
    { command: "lotse plan -f cluster.yaml -o json | jq '.steps[].id'", does: "for scripts" },
    { command: "lotse plan -f cluster.yaml --exit-code", does: "in CI: 3 means that file and account differ" },
  ],
  load: () => import("../actions/plan.ts"),
});
