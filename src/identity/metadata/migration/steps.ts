// The steps of a move, each as a command with its way back.
import type { TrustStatement } from "../../pods/trust.ts";
import { podIdentityTrust, webIdentityTrust } from "../../pods/trust.ts";
import type { PodRoleSettings } from "../pod-role.ts";
import type { MigrationTarget, PodRoleGroup, PodRoleStep, PodRoleWorld, TrustDocument } from "./model.ts";
import { lastName, nameOf, roleAnnotation } from "./model.ts";

const quoted = (value: unknown): string => `'${JSON.stringify(value).replaceAll("'", String.raw`'\''`)}'`;

/** Statements that are there already aren't added again, whatever the order of their members. */
function withStatements(trust: TrustDocument, more: readonly TrustStatement[]): TrustDocument | undefined {
  const text = (value: unknown): string =>
    JSON.stringify(value, (_, each: unknown) =>
      each && typeof each === "object" && !Array.isArray(each)
        ? Object.fromEntries(Object.entries(each).toSorted(([a], [b]) => (a < b ? -1 : 1)))
        : each,
    );
  const there = new Set(trust.Statement.map(text));
  const added = more.filter((statement) => !there.has(text(statement)));
  return added.length === 0 ? undefined : { ...trust, Statement: [...trust.Statement, ...added] };
}

function trustFor(
  groups: readonly PodRoleGroup[],
  target: MigrationTarget,
  world: PodRoleWorld,
): readonly TrustStatement[] {
  const { account, arn, issuer, partition } = world.cluster;
  if (target === "pod-identity") return podIdentityTrust({ account, clusterArns: [arn] }).policy.Statement;
  const accounts = groups.map(({ namespace, serviceAccount: name }) => ({ namespace, name }));
  return webIdentityTrust({ issuers: [{ issuer, account, partition }], accounts }).policy.Statement;
}

/** Roles that trust the new way beside the old one. */
export function trustSteps(
  groups: readonly PodRoleGroup[],
  target: MigrationTarget,
  world: PodRoleWorld,
): PodRoleStep[] {
  const byRole = new Map<string, PodRoleGroup[]>();
  for (const group of groups) byRole.set(group.roleArn, [...(byRole.get(group.roleArn) ?? []), group]);
  return [...byRole].flatMap(([arn, all]): PodRoleStep[] => {
    const role = world.roles.get(arn);
    if (role === undefined || role === "foreign") return [];
    const trust = withStatements(role.trust, trustFor(all, target, world));
    if (!trust) return [];
    const set = (document: TrustDocument): string =>
      `aws iam update-assume-role-policy --role-name ${lastName(arn)} --policy-document ${quoted(document)}`;
    const whom = target === "irsa" ? all.map(({ namespace, serviceAccount }) => `${namespace}/${serviceAccount}`) : [];
    return [
      {
        do: "trust",
        subject: arn,
        text: `${lastName(arn)} trusts ${target === "irsa" ? `service account ${whom.join(", ")}` : "EKS Pod Identity"}; whom it trusts now stays`,
        command: set(trust),
        undo: set(role.trust),
      },
    ];
  });
}

/** Service accounts with their roles. */
export function accountSteps(group: PodRoleGroup, target: MigrationTarget, world: PodRoleWorld): PodRoleStep[] {
  const { namespace, serviceAccount, roleArn } = group;
  const subject = `${namespace}/${serviceAccount}`;
  const known = world.serviceAccounts.get(subject);
  const steps: PodRoleStep[] = [];
  if (!known)
    steps.push({
      do: "create-service-account",
      subject,
      text: `service account ${subject} for what becomes ${lastName(roleArn)}`,
      command: `kubectl create serviceaccount -n ${namespace} ${serviceAccount}`,
      undo: `kubectl delete serviceaccount -n ${namespace} ${serviceAccount}`,
    });
  if (target === "irsa" && known?.[roleAnnotation] !== roleArn)
    steps.push({
      do: "annotate",
      subject,
      text: `service account ${subject} is for ${lastName(roleArn)}`,
      command: `kubectl annotate serviceaccount -n ${namespace} ${serviceAccount} ${roleAnnotation}=${roleArn}`,
      undo: `kubectl annotate serviceaccount -n ${namespace} ${serviceAccount} ${roleAnnotation}-`,
    });
  const isAssociated = world.associations.some(
    (each) => each.namespace === namespace && each.serviceAccount === serviceAccount,
  );
  if (target === "pod-identity" && !isAssociated) {
    const { name } = world.cluster;
    const which = `--cluster-name ${name} --namespace ${namespace} --service-account ${serviceAccount}`;
    steps.push({
      do: "associate",
      subject,
      text: `service account ${subject} is associated with ${lastName(roleArn)}`,
      command: `aws eks create-pod-identity-association ${which} --role-arn ${roleArn}`,
      undo: `aws eks delete-pod-identity-association --cluster-name ${name} --association-id $(aws eks list-pod-identity-associations ${which} --query 'associations[0].associationId' --output text)`,
    });
  }
  return steps;
}

/** Path of the pods' template in an object of this kind. */
const templateOf = (kind: string): string =>
  kind === "CronJob" ? "/spec/jobTemplate/spec/template" : "/spec/template";

/** What changes at the workloads: to the new way, and off the old one. */
export function workloadSteps(
  group: PodRoleGroup,
  settings: PodRoleSettings,
): { start: PodRoleStep[]; end: PodRoleStep[] } {
  const { serviceAccount } = group;
  const start: PodRoleStep[] = [];
  const end: PodRoleStep[] = [];
  for (const workload of group.workloads) {
    const { kind, namespace, name } = workload;
    // A pod that nothing makes can't be changed; a finding says so.
    if (kind === "Pod") continue;
    const object = `${kind.toLowerCase()} -n ${namespace} ${name}`;
    const template = templateOf(kind);
    const patch = (operations: readonly object[]): string =>
      `kubectl patch ${object} --type json -p ${quoted(operations)}`;
    const at = `${template}/spec/serviceAccountName`;
    if (workload.serviceAccount !== serviceAccount)
      start.push({
        do: "use-service-account",
        subject: nameOf(workload),
        text: `${nameOf(workload)} runs as service account ${serviceAccount}; its pods start anew`,
        command: patch([{ op: "add", path: at, value: serviceAccount }]),
        undo: patch([{ op: "add", path: at, value: workload.serviceAccount }]),
      });
    else if (kind !== "CronJob")
      start.push({
        do: "restart",
        subject: nameOf(workload),
        text: `the pods of ${nameOf(workload)} start anew, with credentials of their service account before the proxy's`,
        command: `kubectl rollout restart ${object}`,
      });
    const keys = [settings.roleKey, settings.externalIdKey, settings.sessionNameKey].filter(
      (key) => workload.annotations[key] !== undefined,
    );
    const paths = keys.map(
      (key) => `${template}/metadata/annotations/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`,
    );
    if (keys.length > 0)
      end.push({
        do: "remove-annotation",
        subject: nameOf(workload),
        text: `${nameOf(workload)} asks the proxy for nothing any more`,
        command: patch(paths.map((path) => ({ op: "remove", path }))),
        undo: patch(paths.map((path, i) => ({ op: "add", path, value: workload.annotations[keys[i] ?? ""] }))),
      });
  }
  return { start, end };
}

/** What the cluster needs first. */
export function preparation(target: MigrationTarget, { cluster, hasAgent, hasProvider }: PodRoleWorld): PodRoleStep[] {
  if (target === "irsa")
    return hasProvider
      ? []
      : [
          {
            do: "create-provider",
            subject: cluster.issuer,
            text: "IAM knows the cluster's OIDC provider",
            command: `aws iam create-open-id-connect-provider --url ${cluster.issuer} --client-id-list sts.amazonaws.com`,
            undo: `aws iam delete-open-id-connect-provider --open-id-connect-provider-arn arn:${cluster.partition}:iam::${cluster.account}:oidc-provider/${cluster.issuer.replace("https://", "")}`,
          },
        ];
  const agent = `--cluster-name ${cluster.name} --addon-name eks-pod-identity-agent`;
  return hasAgent
    ? []
    : [
        {
          do: "install-agent",
          subject: cluster.name,
          text: "EKS Pod Identity's agent runs on every node",
          command: `aws eks create-addon ${agent}`,
          undo: `aws eks delete-addon ${agent}`,
        },
      ];
}
