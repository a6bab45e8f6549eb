// From a workload and a scope to a policy document, with the reason of every statement.
import { policySize, policySizeLimits } from "../limits.ts";
import type { Arns, ConditionValues, PolicyScope, ScopeName, WorkloadDefinition } from "./definition.ts";
import { externalDns, certManager } from "./dns.ts";
import { loadBalancerController, vpcCni } from "./networking.ts";
import { clusterAutoscaler, karpenter, nodeTerminationHandler } from "./scaling.ts";
import { cloudwatchAgent, externalSecrets, fluentBit, secretsStoreCsi } from "./secrets-and-logs.ts";
import { ebsCsi, efsCsi, s3Csi, velero } from "./storage.ts";

/** Sorted by name. */
export const workloads: readonly WorkloadDefinition[] = [
  loadBalancerController,
  nodeTerminationHandler,
  certManager,
  cloudwatchAgent,
  clusterAutoscaler,
  ebsCsi,
  efsCsi,
  externalDns,
  externalSecrets,
  fluentBit,
  karpenter,
  s3Csi,
  secretsStoreCsi,
  velero,
  vpcCni,
];

/** Other names of the same, as add-ons and charts have them. */
const aliases: Readonly<Record<string, string>> = {
  "aws-ebs-csi-driver": "ebs-csi",
  "aws-efs-csi-driver": "efs-csi",
  "aws-mountpoint-s3-csi-driver": "s3-csi",
  "ebs-csi-driver": "ebs-csi",
  "efs-csi-driver": "efs-csi",
  "amazon-cloudwatch-observability": "cloudwatch-agent",
  cloudwatch: "cloudwatch-agent",
  "aws-for-fluent-bit": "fluent-bit",
  "aws-lbc": "aws-load-balancer-controller",
  "load-balancer-controller": "aws-load-balancer-controller",
  "external-secrets-operator": "external-secrets",
  "node-termination-handler": "aws-node-termination-handler",
  "aws-node": "vpc-cni",
};

/** A workload by its name or another one of it. */
export function workloadNamed(name: string): WorkloadDefinition | undefined {
  const known = Object.hasOwn(aliases, name) ? aliases[name] : name;
  return workloads.find((each) => each.name === known);
}

export interface WorkloadPolicyStatement {
  Sid: string;
  Effect: "Allow";
  Action: readonly string[];
  Resource: string | readonly string[];
  Condition?: ConditionValues;
}

/** A workload's policy. */
export interface WorkloadPolicy {
  document: { Version: "2012-10-17"; Statement: readonly WorkloadPolicyStatement[] };
  /** Why each statement is there, by its Sid. */
  reasons: Readonly<Record<string, string>>;
  /** What would narrow it and isn't given, with the flag that gives it. */
  open: readonly { name: ScopeName; flag: string }[];
  /** Characters as IAM counts them, and the most that a managed policy may have. */
  size: { characters: number; limit: number };
}

function arnsOf({ partition = "aws", region = "*", account = "*", cluster = "*" }: PolicyScope): Arns {
  const of = (service: string, resource: string): string =>
    `arn:${partition}:${service}:${region}:${account}:${resource}`;
  return {
    of,
    global: (service, resource) => `arn:${partition}:${service}::${account}:${resource}`,
    bare: (service, resource) => `arn:${partition}:${service}:::${resource}`,
    cluster: of("eks", `cluster/${cluster}`),
  };
}

/** Of `lotse iam policy-for`. */
const flags: Readonly<Record<ScopeName, string>> = {
  region: "--region",
  account: "--account",
  cluster: "--cluster",
  hostedZones: "--hosted-zone",
  buckets: "--bucket",
  kmsKeys: "--kms-key",
  secrets: "--secret",
  parameters: "--parameter",
  fileSystems: "--file-system",
  queue: "--queue",
  nodeRoles: "--node-role",
};

const isGiven = (value: PolicyScope[ScopeName]): boolean => value !== undefined && value.length > 0;

/**
 * The least policy that a workload gets along with, as narrow as the scope lets it be.
 *
 * @throws RangeError when the scope lacks what the workload can't do without
 */
export function workloadPolicy(workload: WorkloadDefinition, scope: PolicyScope = {}): WorkloadPolicy {
  const missing = (workload.needs ?? []).find((name) => !isGiven(scope[name]));
  if (missing !== undefined)
    throw new RangeError(`the policy of ${workload.name} needs ${missing} (${flags[missing]})`);
  const arns = arnsOf(scope);
  const wanted = workload.statements.filter(({ when }) => when?.(scope) ?? true);
  const Statement = wanted.map(({ sid, actions, resources, condition }): WorkloadPolicyStatement => {
    const Resource = resources ? [...new Set(resources(scope, arns))] : ["*"];
    const Condition = condition?.(scope, arns) ?? {};
    return {
      Sid: sid,
      Effect: "Allow",
      Action: [...actions].toSorted(),
      Resource: Resource.length === 1 ? (Resource[0] as string) : Resource,
      ...(Object.keys(Condition).length === 0 ? {} : { Condition }),
    };
  });
  const document = { Version: "2012-10-17" as const, Statement };
  return {
    document,
    reasons: Object.fromEntries(wanted.map(({ sid, reason }) => [sid, reason])),
    open: workload.narrowedBy.filter((name) => !isGiven(scope[name])).map((name) => ({ name, flag: flags[name] })),
    size: { characters: policySize(JSON.stringify(document)), limit: policySizeLimits.managed },
  };
}
