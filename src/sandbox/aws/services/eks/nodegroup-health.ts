// Health of a managed node group: what keeps it from having its nodes, in EKS's issue codes.
import type { ActivitiesType, AutoScalingGroupsType, Instance } from "@aws-sdk/client-auto-scaling";
import type { Issue, NodegroupIssueCode } from "@aws-sdk/client-eks";
import type { Context } from "../../core/index.ts";
import { AwsError } from "../../core/index.ts";
import { causeOf } from "./errors.ts";
import { asEks, childKey } from "./lookup.ts";
import { findRole } from "./rules/roles.ts";
import type { NodegroupRow } from "./state.ts";
import { nodegroups } from "./state.ts";

const issueCodes: readonly [pattern: RegExp, code: NodegroupIssueCode][] = [
  [/^InvalidSubnetID/, "Ec2SubnetNotFound"],
  [/^InvalidGroup/, "Ec2SecurityGroupNotFound"],
  [/LaunchTemplate/, "Ec2LaunchTemplateInvalidConfiguration"],
  [/^InvalidAMI/, "AmiIdNotFound"],
  [/^NoSuchEntity/, "IamNodeRoleNotFound"],
  [/^LimitExceeded/, "IamLimitExceeded"],
  [/^(Unauthorized|AccessDenied)/, "AccessDenied"],
];

/** What another service refused, as an issue. */
export function issueOf(error: AwsError): Issue {
  const cause = causeOf(error);
  const code = issueCodes.find(([pattern]) => pattern.test(cause))?.[1] ?? "Unknown";
  return { code, message: error.message, resourceIds: [] };
}

/** EC2's reasons in an activity's message, as EKS sorts them. */
function launchIssue(message: string, group: string): Issue {
  const code: NodegroupIssueCode = /InsufficientFreeAddresses|not enough free addresses/i.test(message)
    ? "InsufficientFreeAddresses"
    : /VcpuLimitExceeded|InstanceLimitExceeded/i.test(message)
      ? "InstanceLimitExceeded"
      : "AsgInstanceLaunchFailures";
  return { code, message, resourceIds: [group] };
}

function findGroup(ctx: Context, { hidden }: Readonly<NodegroupRow>): AutoScalingGroupsType["AutoScalingGroups"] {
  const input = { AutoScalingGroupNames: [hidden.groupName] };
  return asEks(ctx).call<AutoScalingGroupsType>("auto-scaling", "DescribeAutoScalingGroups", input).AutoScalingGroups;
}

/** Instances of the group's Auto Scaling group. */
export function instancesOf(ctx: Context, row: Readonly<NodegroupRow>): Instance[] {
  return findGroup(ctx, row)?.[0]?.Instances ?? [];
}

/** Why the group lacks nodes, if it does. */
export function lackOfNodes(ctx: Context, row: Readonly<NodegroupRow>, wanted: number): Issue | undefined {
  const running = instancesOf(ctx, row).filter((instance) => instance.LifecycleState === "InService").length;
  if (running >= wanted) return undefined;
  const { Activities = [] } = asEks(ctx).call<ActivitiesType>("auto-scaling", "DescribeScalingActivities", {
    AutoScalingGroupName: row.hidden.groupName,
  });
  const failed = Activities.find((activity) => activity.StatusCode === "Failed" || activity.StatusCode === "Cancelled");
  return launchIssue(
    failed?.StatusMessage ?? `Could not launch ${wanted - running} of ${wanted} instances`,
    row.hidden.groupName,
  );
}

function isThere(work: () => unknown): boolean {
  try {
    work();
    return true;
  } catch (error) {
    if (error instanceof AwsError) return false;
    throw error;
  }
}

/** A part of the group that somebody has deleted by hand. */
function missingPart(ctx: Context, row: Readonly<NodegroupRow>): Issue | undefined {
  const { groupName, templateId = "" } = row.hidden;
  const gone = (code: NodegroupIssueCode, what: string, id: string): Issue => ({
    code,
    message: `${what} ${id} associated with your node group was not found. You may be able to recreate it with the same settings to recover.`,
    resourceIds: [id],
  });
  if (!findGroup(ctx, row)?.length) return gone("AutoScalingGroupNotFound", "The Auto Scaling group", groupName);
  const template = { LaunchTemplateIds: [templateId] };
  if (!isThere(() => asEks(ctx).call("ec2", "DescribeLaunchTemplates", template)))
    return gone("Ec2LaunchTemplateNotFound", "The Amazon EC2 launch template", templateId);
  if (!findRole(ctx, row.nodeRole)) return gone("IamNodeRoleNotFound", "The node IAM role", row.nodeRole);
  return undefined;
}

/** Nodes that the running cluster doesn't know any more: their role has lost its access entry or mapping. */
function shutOut(ctx: Context, row: Readonly<NodegroupRow>): Issue | undefined {
  const { account, region } = ctx;
  const instances = ctx.kubernetes?.shutOut?.({ account, region, name: row.clusterName }, row.nodegroupName) ?? [];
  if (instances.length === 0) return undefined;
  const message =
    "Amazon EKS or one or more of your managed nodes is failing to authenticate or authorize with your Kubernetes cluster API server.";
  return { code: "AccessDenied", message, resourceIds: [...instances] };
}

/** Codes that a look finds, and that a later look may find gone. */
const recoverable: readonly (string | undefined)[] = [
  "AutoScalingGroupNotFound",
  "Ec2LaunchTemplateNotFound",
  "IamNodeRoleNotFound",
  "AsgInstanceLaunchFailures",
  "InsufficientFreeAddresses",
  "InstanceLimitExceeded",
  "AccessDenied",
];

/** EKS looks after its groups: one that has lost a part is degraded, and recovers when all is there again. */
export function reviewGroup(ctx: Context, row: Readonly<NodegroupRow>): Readonly<NodegroupRow> {
  const code = row.health?.issues?.[0]?.code;
  const degraded = row.status === "DEGRADED" && recoverable.includes(code);
  if (row.status !== "ACTIVE" && !degraded) return row;
  const issue =
    missingPart(ctx, row) ??
    shutOut(ctx, row) ??
    (degraded ? lackOfNodes(ctx, row, row.scalingConfig.desiredSize ?? 0) : undefined);
  if (issue?.code === code) return row;
  return ctx.table(nodegroups).update(childKey(row.clusterName, row.nodegroupName), {
    status: issue ? "DEGRADED" : "ACTIVE",
    health: { issues: issue ? [issue] : [] },
  });
}
