// Which step waits for which, and an order in which they can be done.
import type { Step } from "./plan.ts";
import type { Draft, Phase } from "./planning.ts";

/** Phases that a phase waits for as a whole; eksctl's order of operations where it has a reason. */
const waitsFor: Readonly<Record<Phase, readonly Phase[]>> = {
  cluster: [],
  // One update of the control plane at a time; a cluster that is UPDATING takes no new objects.
  "control-plane": ["cluster"],
  network: ["cluster", "control-plane"],
  beside: ["cluster", "control-plane"],
  fargate: ["cluster", "control-plane"],
  // Without network plug-in, its role and an access entry a node never becomes ready.
  nodes: ["cluster", "control-plane", "network"],
  "after-nodes": ["cluster", "control-plane", "nodes"],
  removal: ["cluster", "control-plane", "network", "nodes", "fargate"],
  login: ["cluster", "control-plane", "network", "beside", "fargate", "nodes", "after-nodes", "removal"],
};

/** Phases whose steps are done one after the other. */
const serial: ReadonlySet<Phase> = new Set<Phase>(["control-plane", "fargate", "login"]);

const phases = Object.keys(waitsFor) as Phase[];

function needsOf(
  step: Draft,
  drafts: ReadonlyMap<Phase, readonly Draft[]>,
  provider: ReadonlyMap<string, readonly string[]>,
): string[] {
  const needs = new Set<string>();
  if (!step.pending) {
    for (const phase of waitsFor[step.phase])
      for (const other of drafts.get(phase) ?? []) if (!other.pending) needs.add(other.id);
  }
  for (const name of step.after) {
    for (const id of provider.get(name) ?? []) if (id !== step.id) needs.add(id);
  }
  if (serial.has(step.phase) || (step.phase === "removal" && step.kind === "fargateprofile")) {
    const line = drafts.get(step.phase) ?? [];
    const alike = step.phase === "removal" ? line.filter(({ kind }) => kind === step.kind) : line;
    const before = alike[alike.indexOf(step) - 1];
    if (before) needs.add(before.id);
  }
  return [...needs];
}

/** Ids are what needs, messages and people go by; where two would be alike (stacks tagged by hand), the second says which. */
function withOwnIds(drafts: readonly Draft[]): Draft[] {
  const seen = new Set<string>();
  return drafts.map((step, i) => {
    const id = seen.has(step.id) ? `${step.id}@${step.stack ?? i}` : step.id;
    seen.add(id);
    return id === step.id ? step : { ...step, id };
  });
}

/** Steps with their needs, sorted so that each comes after what it needs; ties keep the builders' order. */
export function ordered(unordered: readonly Draft[]): Step[] {
  const drafts = withOwnIds(unordered);
  const byPhase = new Map(phases.map((phase) => [phase, drafts.filter((step) => step.phase === phase)]));
  const provider = new Map<string, string[]>();
  for (const step of drafts) {
    for (const name of step.provides) provider.set(name, [...(provider.get(name) ?? []), step.id]);
  }
  const steps = phases
    .flatMap((phase) => byPhase.get(phase) ?? [])
    .map((step): Step => {
      const { provides: _provides, after: _after, phase: _phase, ...rest } = step;
      return { ...rest, needs: needsOf(step, byPhase, provider) };
    });
  return sorted(steps);
}

/** A topological order; a cycle, which would be a defect of the builders, ends in an error that names it. */
function sorted(steps: readonly Step[]): Step[] {
  const byId = new Map(steps.map((step) => [step.id, step]));
  const done = new Set<string>();
  const result: Step[] = [];
  const visit = (step: Step, trail: readonly string[]): void => {
    if (done.has(step.id)) return;
    if (trail.includes(step.id)) throw new Error(`steps wait for each other: ${[...trail, step.id].join(" → ")}`);
    for (const id of step.needs) {
      const need = byId.get(id);
      if (need) visit(need, [...trail, step.id]);
    }
    done.add(step.id);
    result.push(step);
  };
  const [pending, real] = [steps.filter((step) => step.pending), steps.filter((step) => !step.pending)];
  for (const step of [...real, ...pending]) visit(step, []);
  return result;
}
