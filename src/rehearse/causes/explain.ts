// Why something isn't Ready: its pods, the scheduler's words, its controller's, its claims', each told once.
import type { Diagnostic } from "../../base/index.ts";
import type { KubeObject } from "../../kube/index.ts";
import type { Manifest } from "../manifests/document.ts";
import type { Claim, Pod, Workload } from "../scene/objects.ts";
import { isPodReady } from "../scene/objects.ts";
import type { Scene } from "../scene/scene.ts";
import type { Standing } from "../scene/workloads.ts";
import { ancestry, standingName } from "../scene/workloads.ts";
import { insufficientResource, tooManyPods } from "./capacity.ts";
import type { ClauseCause, ControllerCause, PodCause, Reason, Situation } from "./cause.ts";
import { creationCauses } from "./creation.ts";
import { placementCauses } from "./placement.ts";
import { runningCauses } from "./running.ts";
import { claimCauses, volumeClauses, volumeNotMounted } from "./volumes.ts";

const clauseCauses: readonly ClauseCause[] = [insufficientResource, tooManyPods, ...placementCauses, ...volumeClauses];
const podCauses: readonly PodCause[] = [...runningCauses, volumeNotMounted];

/** A finding, and whether waiting longer may help. */
export interface Explanation {
  finding: Diagnostic;
  passes: boolean;
}

/** `0/3 nodes are available: 1 Insufficient cpu, 2 node(s) had … {a: b}. preemption: …` in its clauses. */
export function clausesOf(message: string): string[] {
  // What follows is about making room, not about the nodes.
  const [said = ""] = message.split(/(?:^|\. ?| )(?:no new claims to deallocate|preemption: )/);
  const body = said.replace(/^\d+\/\d+ nodes are available: /, "").replace(/\.\s*$/, "");
  return body.split(/, (?=\d+ )|\. (?=\d+ )/).map((clause) => clause.trim());
}

function scheduling(pod: Pod, situation: Situation): Reason[] {
  const condition = pod.status?.conditions?.find(({ type }) => type === "PodScheduled");
  if (pod.spec.nodeName || condition?.status !== "False") return [];
  if (condition.reason === "SchedulingGated") {
    return [
      {
        code: "rehearse/scheduling-gate",
        title: "its scheduling gates are closed",
        remedy: "Remove spec.schedulingGates, or run the controller that opens them.",
      },
    ];
  }
  const message = condition.message ?? "";
  const reasons = clausesOf(message).map((clause): Reason => {
    for (const cause of clauseCauses) {
      const match = cause.pattern.exec(clause);
      const reason = match && cause.explain(match, pod, situation);
      if (reason) return reason;
    }
    return {
      code: "rehearse/unschedulable",
      title: "the scheduler finds no node for it",
      detail: condition.message ?? clause,
      remedy: "See what the scheduler says, and give the pod a node that fits.",
    };
  });
  // Nodes have come or gone since: it will look again.
  const counted = /^\d+\/(\d+) nodes are available/.exec(message)?.[1];
  const stale = counted !== undefined && Number(counted) !== situation.scene.all("nodes").length;
  return stale ? reasons.map((reason) => ({ ...reason, passes: true })) : reasons;
}

/** Why one pod isn't Ready; several reasons when nodes refuse it for different ones. */
export function explainPod(pod: Pod, situation: Situation): Reason[] {
  const found = podCauses.map((cause) => cause.explain(pod, situation)).find((reason) => reason !== undefined);
  return found ? [found] : scheduling(pod, situation);
}

const firstFit = (causes: readonly ControllerCause[], message: string, owner: KubeObject): Reason | undefined => {
  for (const cause of causes) {
    const match = cause.pattern.exec(message);
    if (match) return cause.explain(match, message, owner as Workload);
  }
  return undefined;
};

function refusedPods(standing: Standing, scene: Scene): Reason | undefined {
  const owners = [
    ...scene
      .all("replicaSets")
      .filter((set) => ancestry(scene, set).some(({ metadata }) => metadata.uid === standing.uid)),
    ...[
      scene.find("statefulSets", standing.namespace, standing.name),
      scene.find("daemonSets", standing.namespace, standing.name),
      scene.find("jobs", standing.namespace, standing.name),
    ].filter((object): object is Workload => object?.metadata.uid === standing.uid),
  ];
  for (const owner of owners) {
    const condition = owner.status?.conditions?.find(
      ({ type, status }) => type === "ReplicaFailure" && status === "True",
    );
    const { namespace = "", name } = owner.metadata;
    const event = scene.warnings({ kind: owner.kind, namespace, name }).find(({ reason }) => reason === "FailedCreate");
    const message = condition?.message ?? event?.message;
    const reason = message === undefined ? undefined : firstFit(creationCauses, message, owner);
    if (reason) return reason;
  }
  return undefined;
}

function claimReason(claim: Claim, scene: Scene): Reason {
  const { namespace = "", name } = claim.metadata;
  const [event] = scene.warnings({ kind: "PersistentVolumeClaim", namespace, name });
  const known = event?.message === undefined ? undefined : firstFit(claimCauses, event.message, claim);
  return (
    known ?? {
      code: "rehearse/unbound-claim",
      title: "it is not bound to a volume",
      detail: event?.message ?? `Its class is ${claim.spec.storageClassName ?? "none"}.`,
      // Nobody has complained of it.
      ...(event === undefined ? { passes: true } : {}),
      remedy:
        "See that its class exists and that aws-ebs-csi-driver runs; a class that waits for the first consumer waits for a pod.",
    }
  );
}

/** The manifest that a standing comes from. */
export function manifestOf(
  manifests: readonly Manifest[],
  { kind, namespace, name }: Pick<Standing, "kind" | "namespace" | "name">,
): Manifest | undefined {
  return manifests.find(
    ({ object }) =>
      object.kind === kind &&
      object.metadata.name === name &&
      (object.metadata.namespace ?? "default") === (namespace || "default"),
  );
}

/** What a person has to know about a standing that isn't Ready. Never empty. */
export function explain(standing: Standing, situation: Situation, manifests: readonly Manifest[]): Explanation[] {
  const { scene } = situation;
  const place = manifestOf(manifests, standing)?.at;
  const pods = scene
    .all("pods")
    .filter((pod) => !isPodReady(pod) && pod.metadata.deletionTimestamp === undefined)
    .filter((pod) => ancestry(scene, pod).some(({ metadata }) => metadata.uid === standing.uid));
  const told = new Map<string, { reason: Reason; pods: string[] }>();
  const tell = (reason: Reason, pod?: string): void => {
    const key = `${reason.code} ${reason.title}`;
    const known = told.get(key) ?? { reason, pods: [] };
    if (pod !== undefined) known.pods.push(pod);
    told.set(key, known);
  };
  for (const pod of pods) for (const reason of explainPod(pod, situation)) tell(reason, pod.metadata.name);
  const refused = refusedPods(standing, scene);
  if (refused) tell(refused);
  const claim =
    standing.kind === "PersistentVolumeClaim" ? scene.find("claims", standing.namespace, standing.name) : undefined;
  if (claim) tell(claimReason(claim, scene));
  if (standing.failed !== undefined && told.size === 0) {
    const job = standing.kind === "Job";
    tell({
      code: job ? "rehearse/job-failed" : "rehearse/pod-failed",
      title: `it failed: ${standing.failed}`,
      remedy: "See what its pods ended with.",
    });
  }
  if (told.size === 0) {
    const { kind, namespace, name } = standing;
    const last = [
      { kind, namespace, name },
      ...pods.map(({ metadata }) => ({ kind: "Pod", namespace, name: metadata.name })),
    ].flatMap((about) => scene.warnings(about))[0];
    tell({
      code: "rehearse/still-waiting",
      title: `it isn't Ready yet (${standing.text})`,
      ...(last?.message === undefined ? {} : { detail: last.message }),
      remedy: "Give it longer with --timeout, or look with --keep and kubectl describe.",
      passes: true,
    });
  }
  return [...told.values()].map(({ reason, pods: names }) => {
    const { code, title, detail, remedy, data } = reason;
    const count = names.length > 1 ? ` (${names.length} pods)` : "";
    const subject = names[0] === undefined ? standingName(standing) : `Pod ${standing.namespace}/${names[0]}`;
    return {
      passes: reason.passes === true,
      finding: {
        code,
        severity: "error",
        title: `${standingName(standing)}: ${title}${count}`,
        ...(detail ? { detail } : {}),
        remedy,
        ...(place ? { at: place } : {}),
        subject,
        data: { ...data, workload: standingName(standing), ready: standing.text, pods: names },
      },
    };
  });
}
