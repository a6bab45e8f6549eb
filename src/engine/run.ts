// Carries out a plan: steps side by side along their needs, failures told apart from what they hold up, an end state in
// words. Run again after any interruption it goes on, because every executor begins by looking at what is there.
import { errorMessage, isLotseError, type Host } from "../base/index.ts";
import { failureKind, type Aws } from "../aws/index.ts";
import type { KubernetesMode, Plan, Step } from "../plan/index.ts";
import { createCrew, type Crew } from "./crew.ts";
import { createDoor } from "./door.ts";
import { drainDefaults, type DrainOptions } from "./drain/options.ts";
import { awaitAddon } from "./executors/addons.ts";
import { carryOut, isInside } from "./executors/index.ts";

/** How a plan is carried out. */
export interface RunOptions {
  /** Steps at a time; eksctl's limit for node groups. */
  concurrency?: number;
  /** What is done about steps inside a cluster that can't be reached; default `required`: they fail. */
  kubernetes?: KubernetesMode;
  /** How nodes are drained; eksctl's defaults. */
  drain?: Partial<DrainOptions>;
  /** Take fields over from other programs that apply them. */
  forceConflicts?: boolean;
  /** Seconds that self-managed nodes have for becoming Ready; default 1500, as eksctl. */
  nodeTimeout?: number;
  /** Looks at the cluster after each step that was done; what it throws ends everything: no further step is begun. */
  afterStep?: (step: Step) => Promise<void>;
}

/** A step that failed, and with what. */
export interface StepFailure {
  step: string;
  code: string;
  message: string;
  error: unknown;
}

/** How carrying out a plan has ended, by step id. */
export interface RunResult {
  /** Everything that was to be done is done. */
  ok: boolean;
  interrupted: boolean;
  done: string[];
  failed: StepFailure[];
  /** Steps that were not begun because one they need failed, or everything stopped. */
  skipped: string[];
  /** Steps inside a cluster that couldn't be reached, where that is no failure. */
  pending: string[];
  /** Steps that found their work done or under way: another look is needed to know whether that is what the file says. */
  adopted: string[];
  /** Milliseconds of wall time. */
  ms: number;
}

const defaultConcurrency = 8;
const defaultNodeTimeout = 1500;

/** Failures after which no other step can succeed either. */
const fatal = new Set(["expired", "credentials", "unreachable"]);

class Course {
  readonly #crew: Crew;
  readonly #waiting: Map<string, Step>;
  readonly #running = new Map<string, Promise<void>>();
  readonly #width: number;
  readonly #afterStep: RunOptions["afterStep"];
  readonly done: string[] = [];
  readonly failed: StepFailure[] = [];
  readonly skipped: string[] = [];
  readonly pending: string[] = [];
  #stopped = false;

  constructor(crew: Crew, steps: readonly Step[], { concurrency = defaultConcurrency, afterStep }: RunOptions) {
    this.#crew = crew;
    this.#waiting = new Map(steps.map((step) => [step.id, step]));
    this.#width = concurrency;
    this.#afterStep = afterStep;
  }

  /** Begins what can begin, waits for the next to end, and so on. */
  async run(): Promise<void> {
    for (;;) {
      this.#begin();
      if (this.#running.size === 0) break;
      await Promise.race(this.#running.values());
    }
    for (const step of this.#waiting.values()) this.#skip(step);
  }

  #begin(): void {
    const lost = new Set([...this.failed.map(({ step }) => step), ...this.skipped]);
    for (const step of this.#waiting.values()) {
      if (this.#stopped || this.#crew.signal?.aborted) return;
      if (step.needs.some((id) => lost.has(id))) {
        this.#skip(step);
        lost.add(step.id);
        continue;
      }
      if (this.#running.size >= this.#width) return;
      if (step.needs.some((id) => this.#waiting.has(id) || this.#running.has(id))) continue;
      this.#waiting.delete(step.id);
      this.#running.set(
        step.id,
        this.#carry(step).finally(() => this.#running.delete(step.id)),
      );
    }
  }

  #skip(step: Step): void {
    this.#waiting.delete(step.id);
    this.skipped.push(step.id);
    this.#crew.host.emit({
      level: "warn",
      code: "engine/step-skipped",
      text: `${step.id} was not begun`,
      subject: step.id,
      data: { step: step.id },
    });
  }

  /** True for a step inside a cluster that isn't there to be reached, when the caller doesn't mind. */
  #stays(step: Step, error: unknown): boolean {
    const { kubernetes, host } = this.#crew;
    if (kubernetes !== "when-reachable" || !isInside(step)) return false;
    if (!isLotseError(error) || error.code !== "kube/unreachable") return false;
    this.pending.push(step.id);
    const reason = error.diagnostic.detail ?? error.message;
    host.emit({
      level: "warn",
      code: "kube/unreachable",
      text: `${step.id} stays pending: ${reason}`,
      subject: step.id,
      data: { step: step.id, pending: true },
    });
    return true;
  }

  async #carry(step: Step): Promise<void> {
    const { host } = this.#crew;
    const started = performance.now();
    const data = {
      step: step.id,
      kind: step.kind,
      name: step.name,
      action: step.action,
      ...(step.stack !== undefined && { stack: step.stack }),
    };
    host.emit({
      level: "info",
      code: "engine/step-started",
      text: `${step.action} ${step.id}`,
      subject: step.id,
      data: { ...data, duration: step.duration },
    });
    try {
      await carryOut(this.#crew, step);
      this.done.push(step.id);
      host.emit({
        level: "info",
        code: "engine/step-done",
        text: `${step.id} done`,
        subject: step.id,
        data: { ...data, ms: Math.round(performance.now() - started) },
      });
    } catch (error) {
      if (this.#stays(step, error)) return;
      if (fatal.has(failureKind(error))) this.#stopped = true;
      this.#fail(step.id, error, { ...data, ms: Math.round(performance.now() - started) });
      return;
    }
    try {
      await this.#afterStep?.(step);
    } catch (error) {
      this.#stopped = true;
      // A look that was broken off says nothing about the cluster.
      if (!this.#crew.signal?.aborted) this.#fail(`health after ${step.id}`, error, { step: step.id });
    }
  }

  #fail(step: string, error: unknown, data: Record<string, unknown>): void {
    const code = isLotseError(error) ? error.code : "engine/unexpected";
    const message = errorMessage(error);
    this.failed.push({ step, code, message, error });
    if (this.#crew.signal?.aborted) return;
    const remedy = isLotseError(error) ? error.diagnostic.remedy : undefined;
    this.#crew.host.emit({
      level: "error",
      code: "engine/step-failed",
      text: `${step}: ${message}`,
      subject: step,
      data: { ...data, error: code, ...(remedy !== undefined && { remedy }) },
    });
  }
}

/** Add-ons that were made before there were nodes: once everything is there they must have come up. */
async function settleAddons(crew: Crew, plan: Plan, failed: StepFailure[]): Promise<void> {
  const worthwhile = crew.addonsToLookAt.size > 0 && (await hasNodes(crew, plan));
  for (const addon of worthwhile ? crew.addonsToLookAt : []) {
    try {
      await awaitAddon(crew, addon);
    } catch (error) {
      failed.push({
        step: `addon/${addon}`,
        code: isLotseError(error) ? error.code : "engine/unexpected",
        message: errorMessage(error),
        error,
      });
      crew.host.emit({
        level: "error",
        code: "engine/step-failed",
        text: errorMessage(error),
        subject: `addon/${addon}`,
        data: { step: `addon/${addon}` },
      });
    }
  }
}

/**
 * Whether there are nodes for an add-on's pods. Without, CoreDNS stays DEGRADED, and on Fargate alone too until it is told
 * to run there; neither is a failure of apply.
 */
async function hasNodes(crew: Crew, plan: Plan): Promise<boolean> {
  if ((plan.context?.cluster.config.nodeGroups ?? []).length > 0) return true;
  const { nodegroups = [] } = await crew.aws.call("eks", "ListNodegroups", { clusterName: crew.cluster });
  return nodegroups.length > 0;
}

/**
 * Carries out a plan. Pending steps are left out. Never throws for a step that fails: the result says which
 * did, and messages have said so on the way.
 */
export async function runPlan(plan: Plan, aws: Aws, host: Host, options: RunOptions = {}): Promise<RunResult> {
  const started = performance.now();
  const kubernetes = options.kubernetes ?? "required";
  const isNew = plan.context !== undefined && !/^(ACTIVE|UPDATING)$/.test(plan.context.found.cluster?.status ?? "");
  const door = createDoor(aws, plan.cluster, kubernetes, isNew);
  const crew = createCrew(plan, aws, host, door, {
    kubernetes,
    drain: { ...drainDefaults, ...options.drain },
    forceConflicts: options.forceConflicts ?? false,
    nodeTimeout: options.nodeTimeout ?? defaultNodeTimeout,
  });
  const steps = plan.steps.filter((step) => !step.pending);
  const course = new Course(crew, steps, options);
  try {
    await course.run();
    if (!aws.signal?.aborted && course.failed.length === 0) await settleAddons(crew, plan, course.failed);
  } finally {
    door.close();
  }
  const { done, failed, skipped, pending } = course;
  const interrupted = aws.signal?.aborted ?? false;
  const broken = new Set(failed.map(({ step }) => step));
  const result: RunResult = {
    ok: !interrupted && failed.length === 0 && skipped.length === 0,
    interrupted,
    // An add-on that was made and then didn't come up is a failure, however late that shows.
    done: done.filter((step) => !broken.has(step)),
    failed: interrupted ? [] : failed,
    skipped: interrupted ? [...failed.map(({ step }) => step), ...skipped] : skipped,
    pending,
    adopted: [...crew.adoptions],
    ms: Math.round(performance.now() - started),
  };
  const text = interrupted
    ? `Interrupted after ${done.length} of ${steps.length} steps; run the same command again, it goes on from there`
    : result.ok
      ? `${result.done.length} of ${steps.length} steps done`
      : `${failed.length} of ${steps.length} steps failed, ${skipped.length} not begun; run the same command again once the cause is removed`;
  host.emit({
    level: result.ok ? "result" : "error",
    code: "engine/finished",
    text,
    subject: plan.cluster,
    data: { done: done.length, failed: result.failed.map(({ step }) => step), skipped: result.skipped, interrupted },
  });
  return result;
}
