// Why a pod may or may not do something on AWS: which credentials, which role, which trust, which statement.
import type { Change, Explanation, Remedy, Verdict } from "../explanation.ts";
import { isRead } from "../explanation.ts";
import { credentialsOf } from "./chain.ts";
import { containerOf } from "./environment.ts";
import { associateProposal } from "./giving.ts";
import { byMetadata, restartProposal } from "./metadata.ts";
import type { OpenedSession } from "./permission.ts";
import { askPolicies } from "./permission.ts";
import { assumeByAssociation } from "./pod-identity.ts";
import type { Ending, Reasoning } from "./reasoning.ts";
import { ending } from "./reasoning.ts";
import { assumeByToken } from "./web-identity.ts";
import type { PodQuestion, PodWorld } from "./world.ts";

type Session = OpenedSession | { end: Ending };

function sessionOf(world: PodWorld, question: PodQuestion, reasoning: Reasoning): Session {
  const container = containerOf(world.pod, question.container);
  if (!container) {
    const text = `The pod has no container ${question.container ?? ""}`;
    return { end: ending(reasoning, "unknown", { code: "explain/no-container", text }) };
  }
  const { source, steps } = credentialsOf(world, container);
  reasoning.steps.push(...steps);
  if (source.kind === "web-identity") return assumeByToken(world, question, source, reasoning);
  if (source.kind === "pod-identity") return assumeByAssociation(world, question, source, reasoning);
  if (source.kind === "metadata") return byMetadata(world, question, reasoning);
  // The step that says so is there already.
  const last = reasoning.steps.pop();
  const code = last?.code ?? "explain/no-credentials";
  if (source.kind === "opaque") return { end: ending(reasoning, "unknown", { ...last, code, text: source.why }) };
  const proposal = restartProposal(world) ?? associateProposal(world);
  return { end: ending(reasoning, "deny", { ...last, code, text: source.why }, proposal) };
}

interface Reasoned extends Reasoning {
  end: Ending;
  /** ARN of the role whose session the pod gets, when it gets one. */
  roleArn?: string;
}

/** Works an answer out, without what would turn it. */
function reason(world: PodWorld, question: PodQuestion): Reasoned {
  const reasoning: Reasoning = { steps: [], assumptions: [] };
  const session = sessionOf(world, question, reasoning);
  if ("end" in session) return { ...reasoning, end: session.end };
  return { ...reasoning, end: askPolicies(world, session, question, reasoning), roleArn: session.role.arn };
}

/** More changes than this nobody calls small. */
const mostChanges = 8;

/** Follows the proposals until the answer is another one. */
function turn(world: PodWorld, question: PodQuestion, first: Reasoned): Remedy | undefined {
  const { verdict } = first.end;
  const turns: Verdict = verdict === "allow" ? "deny" : "allow";
  const changes: Change[] = [];
  let at = world;
  let here = first;
  for (let i = 0; i < mostChanges && here.end.verdict !== turns; i += 1) {
    const { proposal } = here.end;
    if (!proposal) break;
    changes.push(proposal.change);
    if (!proposal.made) break;
    at = proposal.made(at);
    here = reason(at, question);
  }
  const [one] = changes;
  if (!one) return undefined;
  const shared = turns === "allow" && first.steps.some(({ code }) => code === "explain/node-role");
  if (shared)
    changes[0] = {
      ...one,
      text: `${one.text}; every pod of its nodes gets that too, so better associate a role of its own`,
    };
  return { turns, changes, proven: here.end.verdict === turns };
}

/** An answer about a pod. */
export interface PodExplanation extends Explanation {
  pod: string;
  serviceAccount: string;
  action: string;
  resource: string;
  /** The role whose session the pod gets; undefined when it gets none. */
  roleArn?: string;
}

/**
 * Explains why a pod may do something on AWS, or why not.
 *
 * The answer is `unknown` as soon as something that bears on it couldn't be read.
 */
export function explainPod(world: PodWorld, question: PodQuestion): PodExplanation {
  const reasoned = reason(world, question);
  const { end, steps, assumptions, roleArn } = reasoned;
  const remedy = turn(world, question, reasoned);
  const { pod } = world;
  return {
    pod: `${pod.metadata.namespace}/${pod.metadata.name}`,
    serviceAccount: `${pod.metadata.namespace}/${pod.spec.serviceAccountName ?? "default"}`,
    action: question.action,
    resource: question.resource,
    verdict: end.verdict,
    summary: end.summary,
    ...(roleArn === undefined ? {} : { roleArn }),
    steps,
    decisive: end.decisive,
    assumptions: end.verdict === "unknown" ? [] : assumptions,
    ...(remedy ? { remedy } : {}),
  };
}

/** Which role a pod gets to, whatever it may do then. */
export function becomes(
  world: PodWorld,
  now: number,
): { verdict: Verdict; roleArn?: string; why: string; source: string } {
  const reasoning: Reasoning = { steps: [], assumptions: [] };
  const container = containerOf(world.pod, undefined);
  const source = container ? credentialsOf(world, container).source.kind : "none";
  const session = sessionOf(world, { action: "sts:GetCallerIdentity", resource: "*", now }, reasoning);
  if ("end" in session) return { verdict: session.end.verdict, why: session.end.summary, source };
  const last = reasoning.steps.findLast(({ outcome }) => outcome === "pass");
  return { verdict: "allow", roleArn: session.role.arn, why: last?.text ?? "", source };
}

/** Roles that a pod may come to: what has to be read before an answer can be worked out. */
export function rolesInPlay(world: Omit<PodWorld, "roles" | "target">): string[] {
  const { association, serviceAccount, node, pod } = world;
  const values = pod.spec.containers
    .concat(pod.spec.initContainers ?? [])
    .flatMap((container) =>
      (container.env ?? []).flatMap(({ name, value }) => (name === "AWS_ROLE_ARN" && value ? [value] : [])),
    );
  const associated = isRead(association) ? association.value : undefined;
  const annotated = isRead(serviceAccount)
    ? serviceAccount.value?.annotations["eks.amazonaws.com/role-arn"]
    : undefined;
  const ofNode = isRead(node) && node.value && isRead(node.value.roleArn) ? node.value.roleArn.value : undefined;
  const found = [...values, associated?.roleArn, associated?.targetRoleArn, annotated, ofNode];
  return [...new Set(found.filter((arn): arn is string => arn !== undefined && arn.startsWith("arn:")))];
}
