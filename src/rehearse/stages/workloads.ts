// The user's manifests on the cluster, and everything Ready.
import type { Diagnostic } from "../../base/index.ts";
import { sleep } from "../../base/index.ts";
import { applyManifests } from "../manifests/apply.ts";
import { nameOf } from "../manifests/document.ts";
import type { Expectation, Readiness } from "../ready.ts";
import { awaitReady, wantedNodes } from "../ready.ts";
import type { Rehearsal } from "../rehearsal.ts";
import type { Budget } from "../scene/objects.ts";
import { standingName } from "../scene/workloads.ts";
import type { Notes, Stage } from "../stage.ts";
import { counted } from "../stage.ts";
import { formatDuration } from "../../base/index.ts";

/** Applies the manifests. */
export const manifestsStage: Stage = {
  id: "manifests",
  title: "Apply the manifests",
  run: async (rehearsal, { cases, findings }) => {
    const { kube } = await rehearsal.kubernetes();
    const { config } = await rehearsal.cluster();
    const applied = await applyManifests(kube, rehearsal.manifests, {
      version: config.metadata.version ?? "",
      signal: rehearsal.signal,
      onDone: ({ manifest, ok }) => {
        const subject = nameOf(manifest.object);
        const code = ok ? "rehearse/step-done" : "rehearse/step-failed";
        rehearsal.host.emit({ level: ok ? "debug" : "info", code, subject, text: subject });
      },
    });
    for (const each of applied) {
      const error = each.findings.find(({ severity }) => severity === "error");
      cases.push({
        name: nameOf(each.manifest.object),
        outcome: each.ok ? "passed" : "failed",
        ...(error ? { text: error.title } : {}),
      });
      findings.push(...each.findings);
    }
    const refused = applied.filter(({ ok }) => !ok).length;
    return `${counted(applied.length - refused, "object")} applied${refused > 0 ? `, ${refused} refused` : ""}`;
  },
};

/** Waits with a line of progress. */
export async function waitFor(rehearsal: Rehearsal, wanted: Expectation): Promise<Readiness> {
  const say = (code: string, text: string): void =>
    rehearsal.host.emit({ level: "info", code, subject: "ready", text });
  say("rehearse/step-started", "nodes and workloads get Ready");
  const readiness = await awaitReady(rehearsal, wanted);
  const ok = readiness.waiting.length === 0 && readiness.others.length === 0;
  say(ok || wanted.onlyLook ? "rehearse/step-done" : "rehearse/step-failed", readyText(readiness));
  return readiness;
}

/** `6 workloads on 3 nodes are Ready`. */
export function readyText({ ready, waiting, nodes, took }: Readiness): string {
  const all = ready.length + waiting.length;
  const where = nodes.ready === 0 ? "" : ` on ${counted(nodes.ready, "node")}`;
  return waiting.length === 0
    ? `${counted(all, "workload")}${where} Ready after ${formatDuration(took)}`
    : `${ready.length} of ${counted(all, "workload")}${where} Ready after ${formatDuration(took)}`;
}

/** Writes down how everything stands. */
export function fileReadiness(readiness: Readiness, { cases, findings }: Notes): void {
  for (const standing of readiness.ready) cases.push({ name: standingName(standing), outcome: "passed" });
  // In the order of the files, as a person reads them.
  const place = ({ findings: [first] }: Readiness["waiting"][number]): string =>
    `${first?.at?.file ?? "~"} ${String(first?.at?.line ?? 0).padStart(8)}`;
  const inOrder = readiness.waiting.toSorted((a, b) => place(a).localeCompare(place(b)));
  for (const { standing, findings: why } of inOrder) {
    cases.push({ name: standingName(standing), outcome: "failed", text: why.map(({ title }) => title).join("\n") });
    findings.push(...why);
  }
  findings.push(...readiness.others);
}

/** Budgets that let no pod go although all is well: a drain, and so an upgrade of nodes, would wait for ever. */
function blockingBudgets(rehearsal: Rehearsal, budgets: readonly Budget[]): Diagnostic[] {
  return budgets.flatMap(({ metadata, spec, status = {} }): Diagnostic[] => {
    const { disruptionsAllowed = 0, expectedPods = 0, currentHealthy = 0 } = status;
    if (expectedPods === 0 || disruptionsAllowed > 0 || currentHealthy < expectedPods) return [];
    const rule =
      spec.minAvailable === undefined
        ? `maxUnavailable ${spec.maxUnavailable ?? ""}`
        : `minAvailable ${spec.minAvailable}`;
    const at = rehearsal.manifests.find(
      ({ object }) =>
        object.kind === "PodDisruptionBudget" &&
        object.metadata.name === metadata.name &&
        (object.metadata.namespace ?? "default") === metadata.namespace,
    )?.at;
    return [
      {
        code: "rehearse/blocking-budget",
        severity: "warning",
        title: `PodDisruptionBudget ${metadata.namespace}/${metadata.name} lets none of ${counted(expectedPods, "pod")} go (${rule})`,
        detail: "Nodes that run them can't be drained: rolling updates of node groups fail with PodEvictionFailure.",
        remedy: "Run one replica more than minAvailable, or set maxUnavailable: 1.",
        ...(at ? { at } : {}),
      },
    ];
  });
}

/** The disruption controller counts a moment after pods got Ready, wall milliseconds. */
const countingTime = 300;

/** Waits until nodes and workloads are Ready. */
export const readyStage: Stage = {
  id: "ready",
  title: "Wait until everything is Ready",
  run: async (rehearsal, notes) => {
    const { config } = await rehearsal.cluster();
    const nodes = await wantedNodes(rehearsal, config.metadata.name);
    const readiness = await waitFor(rehearsal, { nodes });
    fileReadiness(readiness, notes);
    const { scene } = await rehearsal.kubernetes();
    if (scene.all("budgets").length > 0) await sleep(countingTime, rehearsal.signal);
    notes.findings.push(...blockingBudgets(rehearsal, scene.all("budgets")));
    return readyText(readiness);
  },
};
