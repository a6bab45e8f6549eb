// What a plan is: ordered, explained steps. Data only; `engine/` carries it out.
import type { SourceLocation } from "../base/index.ts";
import type { Cluster } from "../config/index.ts";
import type { Known } from "../stacks/index.ts";
import type { Found } from "./found.ts";
import type { Work } from "./work.ts";

/** What a step does with what it is about. */
export type StepAction = "create" | "update" | "replace" | "delete";

/**
 * What a step does to what runs:
 * - `none`: nothing that runs notices (something new, tags, logs);
 * - `in place`: the resource changes and goes on running;
 * - `rolling`: nodes are replaced one after the other;
 * - `replaces`: the resource is deleted and made anew;
 * - `interrupts`: connections break for a while.
 */
export type StepEffect = "none" | "in place" | "rolling" | "replaces" | "interrupts";

/** One reason for a step: what differs, and which line of the file says so. */
export interface Why {
  code: string;
  text: string;
  file?: string;
  line?: number;
}

/** What a step is about; the words of eksctl's commands where it has one. */
export type StepKind =
  | "cluster"
  | "cluster-access"
  | "cluster-encryption"
  | "cluster-endpoints"
  | "cluster-logging"
  | "cluster-protection"
  | "cluster-support"
  | "cluster-tags"
  | "cluster-version"
  | "cluster-zonal-shift"
  | "accessentry"
  | "addon"
  | "addon-role"
  | "asg-tags"
  | "fargate-role"
  | "fargateprofile"
  | "iamserviceaccount"
  | "identityprovider"
  | "instance"
  | "key"
  | "key-pair"
  | "log-retention"
  | "nodegroup"
  | "nodegroup-scaling"
  | "nodegroup-drift"
  | "nodegroup-update-config"
  | "oidc-provider"
  | "pod-identity-association"
  | "pod-identity-role"
  | "subnet"
  | "suspended-processes"
  | "vpc"
  // Inside Kubernetes.
  | "aws-auth"
  | "controller"
  | "coredns-on-fargate"
  | "device-plugin"
  | "drain"
  | "load-balancers"
  | "namespace"
  | "node-labels"
  | "nodes"
  | "service-account"
  | "storage-class";

/** One thing to do. */
export interface Step {
  /** `kind/name`; unique within the plan and the same on every run. */
  id: string;
  kind: StepKind;
  name: string;
  /** CloudFormation stack that the step makes, changes or deletes. */
  stack?: string;
  action: StepAction;
  effect: StepEffect;
  why: Why[];
  /** On the Kubernetes side, where lotse can't or shouldn't go now: is not carried out and doesn't count; `why` says the reason. */
  pending: boolean;
  /** Seconds it takes on AWS, typically. */
  duration: number;
  /** IAM actions that the caller needs for it, sorted. */
  iamActions: string[];
  /** Ids of steps that must be done before. */
  needs: string[];
  /** How the engine does it; absent on pending steps. */
  work?: Work;
}

/** Something worth knowing that is no step: a group outside the file, a setting left alone. */
export interface Note {
  code: string;
  text: string;
  at?: SourceLocation;
}

/** A plan in numbers. */
export interface PlanSummary {
  create: number;
  update: number;
  replace: number;
  delete: number;
  /** Pending steps, apart from the others. */
  pending: number;
  /** Seconds along the longest chain of steps: what the whole takes on AWS. */
  duration: number;
}

/** What would happen, step by step, and why. */
export interface Plan {
  cluster: string;
  region: string;
  account: string;
  /** ARN of the caller. */
  caller: string;
  /** In an order in which they can be done. */
  steps: Step[];
  notes: Note[];
  summary: PlanSummary;
  /** What the engine needs to render stacks once their late-bound values are known; absent in a plan to destroy. */
  context?: PlanContext;
}

/** What a plan was made from, for those who carry it out. */
export interface PlanContext {
  cluster: Cluster;
  known: Known;
  found: Found;
}

/** True when there is something to do; pending steps don't count. */
export function hasChanges(plan: Plan): boolean {
  return plan.steps.some((step) => !step.pending);
}
