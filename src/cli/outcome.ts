// How apply and destroy end: what is done, what failed and why, what was not begun, and what to run next.
import type { RunResult } from "../lotse.ts";
import { isLotseError } from "../lotse.ts";
import type { Invocation } from "./command.ts";
import { exitCode } from "./command.ts";
import { diagnosticLines } from "./render/failure.ts";
import { formatDuration, paint } from "./render/style.ts";

/** What `-o json` prints of a run; errors as their findings. */
export function outcomeData(result: RunResult): object {
  const failed = result.failed.map(({ step, code, message, error }) => ({
    step,
    code,
    message,
    ...(isLotseError(error) ? { diagnostics: error.diagnostics } : {}),
  }));
  return { ...result, failed };
}

/** Prints the end state for people and returns the exit code. */
export function printOutcome(invocation: Invocation, what: string, result: RunResult, again: string): number {
  const { stdout, stderr } = invocation.terminal;
  const steps = (count: number): string => `${count} ${count === 1 ? "step" : "steps"}`;
  const time = formatDuration(result.ms / 1000);
  if (result.interrupted) {
    stderr.write(`interrupted after ${steps(result.done.length)}; what was begun goes on in AWS\nnext: ${again}\n`);
    return exitCode.interrupted;
  }
  if (result.pending.length > 0)
    stderr.write(`${paint(stderr, "attention", "pending")} inside the cluster: ${result.pending.join(", ")}\n`);
  if (result.ok) {
    stdout.write(`${paint(stdout, "good", "done")} ${what}: ${steps(result.done.length)} in ${time}\n`);
    return exitCode.done;
  }
  for (const { step, message, error } of result.failed) {
    const lines = isLotseError(error) ? error.diagnostics.flatMap((each) => diagnosticLines(stderr, each)) : [message];
    stderr.write(`${paint(stderr, "bad", "failed")} ${step}\n${lines.map((line) => `  ${line}`).join("\n")}\n`);
  }
  const skipped = result.skipped.length > 0 ? `, ${result.skipped.length} not begun: ${result.skipped.join(", ")}` : "";
  stderr.write(
    `${what}: ${steps(result.done.length)} done, ${result.failed.length} failed${skipped} (${time})\nnext: ${again}\n`,
  );
  return exitCode.failed;
}
