// Commands that show steps, ask, and carry them out: the way they all go.
import { LotseError } from "../base/index.ts";
import type { Aws, Plan, RunOptions, RunResult } from "../lotse.ts";
import { hasChanges, runSteps } from "../lotse.ts";
import type { Invocation } from "./command.ts";
import { exitCode } from "./command.ts";
import { nextCommand } from "./next-command.ts";
import { outcomeData, printOutcome } from "./outcome.ts";
import { renderData } from "./render/data.ts";
import { planData, planLines } from "./render/plan.ts";
import type { Target } from "./target.ts";

/** Shows a plan, asks unless `--yes` or `--approve` is given, and does it. Returns the exit code. */
export async function showAndRun(
  invocation: Invocation,
  planned: Plan,
  how: {
    aws: Aws;
    target: Target;
    what: string;
    words: readonly string[];
    run?: RunOptions;
    /** In place of {@link runSteps}. */
    carryOut?: (planned: Plan) => Promise<RunResult>;
    /** What is said after the outcome; with `-o json` it is part of the result already. */
    after?: (result: RunResult) => void;
  },
): Promise<number> {
  const { options, terminal, host } = invocation;
  const { aws, target, what, words, run = {}, carryOut, after } = how;
  const json = options["output"] === "json";
  if (!json) terminal.stderr.write(`${planLines(planned, terminal.stderr).join("\n")}\n`);
  if (!hasChanges(planned)) {
    if (json) terminal.stdout.write(await renderData({ plan: planData(planned), result: null }, "json"));
    return exitCode.done;
  }
  const text = `Go on with ${what} in account ${planned.account}, ${target.label}?`;
  if (options["approve"] !== true && !(await host.ask({ code: "cli/go-on", text })))
    throw new LotseError("cli/declined", { title: "Nothing was changed", remedy: "Run it again when you are ready." });
  const result = carryOut ? await carryOut(planned) : await runSteps(planned, aws, host, run);
  if (json) {
    terminal.stdout.write(await renderData({ plan: planData(planned), result: outcomeData(result) }, "json"));
    return result.ok ? exitCode.done : result.interrupted ? exitCode.interrupted : exitCode.failed;
  }
  const code = printOutcome(invocation, what, result, nextCommand(invocation, words, { region: planned.region }));
  after?.(result);
  return code;
}
