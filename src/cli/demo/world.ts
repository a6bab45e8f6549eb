// What the stages of the demo share: the file as it is now, the emulated account, and where to show things.
import { LotseError } from "../../base/index.ts";
import type { Aws, Cluster, Host, Plan, RunResult } from "../../lotse.ts";
import { apply, hasChanges, loadCluster, plan } from "../../lotse.ts";
import type { Sandbox } from "../../sandbox/index.ts";
import { today } from "../cluster-input.ts";
import type { Terminal } from "../command.ts";
import { formatDuration } from "../render/style.ts";

export interface World {
  /** Name of the file, for messages. */
  file: string;
  /** Its text; stages change it as a person would. */
  text: string;
  sandbox: Sandbox;
  aws: Aws;
  host: Host;
  terminal: Terminal;
  signal: AbortSignal;
}

/** A part of the story. Returns the sentence that it ends with; throws when something isn't as it should be. */
export interface Stage {
  title: string;
  run(world: World): Promise<string>;
}

/** The demo's own failure: a stage that did not do what it should. */
export function unexpected(title: string, detail?: string): LotseError {
  return new LotseError("cli/demo-unexpected", {
    title,
    ...(detail === undefined ? {} : { detail }),
    remedy: "This is a defect in lotse; please report it with this output.",
    blame: "lotse",
  });
}

/** Shows lines of a stage, indented below its title. */
export function print(world: World, lines: readonly string[]): void {
  world.terminal.stdout.write(`${lines.map((line) => (line === "" ? "" : `   ${line}`)).join("\n")}\n`);
}

/** The file as a cluster. */
export async function read(world: World): Promise<Cluster> {
  const { cluster, diagnostics } = await loadCluster(world.text, { file: world.file, today: today() });
  if (cluster) return cluster;
  const [first] = diagnostics;
  if (!first) throw unexpected(`${world.file} could not be read`);
  throw new LotseError(first.code, first, { diagnostics });
}

/** The story is that of the AWS half; `lotse rehearse` is the whole one. */
export const kubernetes = "never";

/** The plan of the story's file as it is now. */
export async function planNow(world: World, options: { prune?: boolean } = {}): Promise<Plan> {
  return plan(await read(world), world.aws, { kubernetes, ...options });
}

/** A run with what it took here and what it would take on AWS. */
export interface Timed {
  result: RunResult;
  took: string;
  virtualSeconds: number;
}

/** Carries a plan out and compares the two clocks. */
export async function carryOut(world: World, of: Plan): Promise<Timed> {
  const [wall, virtual] = [performance.now(), world.sandbox.clock.now()];
  const result = await apply(of, world.aws, world.host, { kubernetes });
  if (result.interrupted) throw new LotseError("cli/demo-interrupted", { title: "Interrupted" });
  const virtualSeconds = (world.sandbox.clock.now() - virtual) / 1000;
  const here = ((performance.now() - wall) / 1000).toFixed(1);
  return {
    result,
    virtualSeconds,
    took: `AWS would take about ${formatDuration(virtualSeconds)}, the sandbox took ${here}s`,
  };
}

/** The step ids of a failed run, for an error's detail. */
export const failures = (result: RunResult): string =>
  result.failed.map(({ step, message }) => `${step}: ${message}`).join("\n");

/** @throws LotseError when the plan still has something to do */
export async function demandNothingToDo(world: World): Promise<void> {
  const rest = await planNow(world);
  if (hasChanges(rest)) {
    const ids = rest.steps.filter((step) => !step.pending).map((step) => step.id);
    throw unexpected("The plan isn't empty after apply", ids.join("\n"));
  }
}
