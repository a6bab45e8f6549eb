// What runs: everything with a pod template, so that a Deployment of a hundred pods is looked at once.
import type { SourceLocation } from "../../base/index.ts";
import type { Subject } from "../check.ts";
import type { ObjectFacts } from "./facts.ts";
import type { AnyObject, Container, Meta, PodSpec, Selector } from "./kinds.ts";

/** Something with a pod template, or a pod that nobody owns. */
export interface Workload {
  object: AnyObject;
  kind: string;
  namespace: string;
  name: string;
  labels: Readonly<Record<string, string>>;
  annotations: Readonly<Record<string, string>>;
  spec: PodSpec;
  /** Undefined where nobody says: DaemonSets, Jobs, pods. */
  replicas?: number;
  selector?: Selector;
  /** Path of the pod's spec in the object: `spec.template.spec`. */
  path: string;
}

/** Checks that an object asks to be left out of. */
function ignoresOf({ annotations }: Meta): Subject["ignores"] {
  const list = annotations?.["lotse.dev/ignore"];
  if (list === undefined) return undefined;
  const checks = list.split(",").map((word) => word.trim());
  return { checks, reason: annotations?.["lotse.dev/ignore-reason"] ?? "no reason is given" };
}

/** An object as what a finding is about. */
export function subjectOf(object: AnyObject, part?: string): Subject {
  const { kind, metadata } = object;
  const ignores = ignoresOf(metadata);
  return {
    kind,
    name: metadata.name,
    ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }),
    ...(part === undefined ? {} : { part }),
    ...(ignores ? { ignores } : {}),
  };
}

/** `at` of a finding, when there is a place. */
export function placed(at: SourceLocation | undefined): { at?: SourceLocation } {
  return at ? { at } : {};
}

const isOwned = ({ ownerReferences }: Meta): boolean =>
  (ownerReferences ?? []).some(({ controller }) => controller === true);

function workload(
  object: AnyObject,
  path: string,
  spec: PodSpec,
  template: Partial<Meta>,
  rest: Partial<Workload> = {},
): Workload {
  const { name, namespace = "default" } = object.metadata;
  const { labels = {}, annotations = {} } = template;
  return { object, kind: object.kind, namespace, name, labels, annotations, spec, path, ...rest };
}

const cache = new WeakMap<ObjectFacts, Promise<readonly Workload[]>>();

async function gather(facts: ObjectFacts): Promise<readonly Workload[]> {
  const [deployments, statefulSets, daemonSets, jobs, cronJobs, pods] = await Promise.all([
    facts.list("deployments"),
    facts.list("statefulSets"),
    facts.list("daemonSets"),
    facts.list("jobs"),
    facts.list("cronJobs"),
    facts.list("pods"),
  ]);
  const path = "spec.template.spec";
  return [
    ...[...deployments, ...statefulSets].map((each) => {
      const { replicas = 1, selector, template } = each.spec;
      return workload(each, path, template.spec, template.metadata ?? {}, {
        replicas,
        ...(selector ? { selector } : {}),
      });
    }),
    ...daemonSets.map((each) => workload(each, path, each.spec.template.spec, each.spec.template.metadata ?? {})),
    ...jobs
      .filter(({ metadata }) => !isOwned(metadata))
      .map((each) => workload(each, path, each.spec.template.spec, each.spec.template.metadata ?? {})),
    ...cronJobs.map((each) => {
      const { template } = each.spec.jobTemplate.spec;
      return workload(each, "spec.jobTemplate.spec.template.spec", template.spec, template.metadata ?? {});
    }),
    ...pods
      .filter(({ metadata }) => !isOwned(metadata) && (metadata.ownerReferences ?? []).length === 0)
      .map((each) => workload(each, "spec", each.spec, each.metadata)),
  ].filter(({ spec }) => Array.isArray((spec as PodSpec | undefined)?.containers));
}

/** Everything that runs; gathered once. @throws Unread */
export async function workloadsOf(facts: ObjectFacts): Promise<readonly Workload[]> {
  const known = cache.get(facts) ?? gather(facts);
  cache.set(facts, known);
  return known;
}

/** A container and where it stands. */
export interface Placed {
  workload: Workload;
  container: Container;
  subject: Subject;
  at: { at?: SourceLocation };
}

/** Containers of all workloads, of init ones only when asked. */
export async function containersOf(facts: ObjectFacts, init = false): Promise<readonly Placed[]> {
  return (await workloadsOf(facts)).flatMap((each) => {
    const lists = init ? (["containers", "initContainers"] as const) : (["containers"] as const);
    return lists.flatMap((list) =>
      (each.spec[list] ?? []).map((container, i) => ({
        workload: each,
        container,
        subject: subjectOf(each.object, container.name),
        at: placed(facts.at(each.object, `${each.path}.${list}[${i}]`)),
      })),
    );
  });
}

/** True when labels fit a selector; an empty one fits everything, a missing one nothing. */
export function fits(selector: Selector | undefined, labels: Readonly<Record<string, string>>): boolean {
  if (!selector) return false;
  const { matchLabels = {}, matchExpressions = [] } = selector;
  return (
    Object.entries(matchLabels).every(([key, value]) => labels[key] === value) &&
    matchExpressions.every(({ key, operator, values = [] }) => {
      const value = labels[key];
      if (operator === "Exists") return value !== undefined;
      if (operator === "DoesNotExist") return value === undefined;
      if (operator === "In") return value !== undefined && values.includes(value);
      return value === undefined || !values.includes(value);
    })
  );
}

/** Add-ons of EKS and its surroundings that rightly break rules for ordinary workloads. */
const systemNames =
  /^(aws-node|kube-proxy|coredns|ebs-csi-|efs-csi-|fsx-csi-|s3-csi-|eks-pod-identity-agent|eks-node-monitoring-agent|metrics-server|karpenter|cluster-autoscaler|aws-load-balancer-controller|snapshot-controller)/;

/** True for an add-on in its own namespace. */
export function isSystem({ kind, namespace, name }: Pick<Subject, "kind" | "namespace" | "name">): boolean {
  return (
    (namespace === "kube-system" || namespace === "karpenter") &&
    systemNames.test(name) &&
    kind !== "PodDisruptionBudget"
  );
}

/** Tag of an image, without a digest: `v1.2`; undefined when there is none. */
export function tagOf(image: string): string | undefined {
  return /:([\w][\w.-]*)$/.exec(image.split("@")[0]?.split("/").at(-1) ?? "")?.[1];
}
