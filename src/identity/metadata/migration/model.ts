// What a move from roles by annotation to roles of service accounts is about: what there is, and the plan.
import type { Diagnostic } from "../../../base/index.ts";

/** Where roles go to. */
export type MigrationTarget = "irsa" | "pod-identity";

/** Something that makes pods, with the annotations of its pods. */
export interface AnnotatedWorkload {
  /** `Deployment`, `DaemonSet`, `StatefulSet`, `CronJob`, or `Pod` for one that nothing makes. */
  kind: string;
  namespace: string;
  name: string;
  serviceAccount: string;
  annotations: Readonly<Record<string, string>>;
  windows?: boolean;
}

/** A role as IAM has it; `foreign` when it is another account's, undefined when there is none. */
export type KnownRole = { trust: TrustDocument } | "foreign" | undefined;

/** A trust policy, whatever its statements say. */
export interface TrustDocument {
  Version?: string;
  Statement: readonly object[];
}

/** What a plan starts from. */
export interface PodRoleWorld {
  cluster: { name: string; arn: string; account: string; partition: string; issuer: string };
  /** Whether IAM has the cluster's OIDC provider, and the cluster EKS Pod Identity's agent. */
  hasProvider: boolean;
  hasAgent: boolean;
  workloads: readonly AnnotatedWorkload[];
  /** Annotations by namespace. */
  namespaces: ReadonlyMap<string, Readonly<Record<string, string>>>;
  /** Annotations by `namespace/name`. */
  serviceAccounts: ReadonlyMap<string, Readonly<Record<string, string>>>;
  /** By ARN. */
  roles: ReadonlyMap<string, KnownRole>;
  associations: readonly { namespace: string; serviceAccount: string; roleArn: string }[];
}

/** A step: for people, as a command, and what takes it back. */
export interface PodRoleStep {
  do:
    | "create-provider"
    | "install-agent"
    | "trust"
    | "create-service-account"
    | "annotate"
    | "associate"
    | "use-service-account"
    | "restart"
    | "remove-annotation";
  subject: string;
  text: string;
  command: string;
  undo?: string;
}

/** The plan; findings of severity error are workloads that it leaves as they are. */
export interface PodRolePlan {
  target: MigrationTarget;
  steps: readonly PodRoleStep[];
  findings: readonly Diagnostic[];
}

/** The pods of one service account that get one role. */
export interface PodRoleGroup {
  namespace: string;
  /** As it will be. */
  serviceAccount: string;
  roleArn: string;
  workloads: readonly AnnotatedWorkload[];
}

/** `Deployment shop/web`, for people. */
export const nameOf = ({ kind, namespace, name }: AnnotatedWorkload): string => `${kind} ${namespace}/${name}`;
/** The name of a role, without its path. */
export const lastName = (arn: string): string => arn.slice(arn.lastIndexOf("/") + 1);
/** The annotation of service accounts that IRSA goes by. */
export const roleAnnotation = "eks.amazonaws.com/role-arn";
