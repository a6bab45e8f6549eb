// What blocks the deletion of a network: interfaces and security groups that EKS, its CNI or load balancers left behind.
import type { FoundStack, Step } from "../plan/index.ts";
import { isBusy, isGone } from "../aws/index.ts";
import type { Crew } from "./crew.ts";
import { readPhysicalIds } from "../plan/index.ts";

/** Interfaces that nobody uses any more and that come from EKS or its CNI: their description says so. */
const left = /^(Amazon EKS |aws-K8S-)/;

async function sweepInterfaces(crew: Crew, step: Step, vpc: string): Promise<number> {
  const { NetworkInterfaces = [] } = await crew.aws.call("ec2", "DescribeNetworkInterfaces", {
    Filters: [{ Name: "vpc-id", Values: [vpc] }],
  });
  let swept = 0;
  for (const { NetworkInterfaceId: id = "", Status, Description = "" } of NetworkInterfaces) {
    if (Status !== "available" || !left.test(Description)) {
      crew.host.emit({
        level: "warn",
        code: "engine/blocker",
        text: `Network interface ${id} (${Description || "no description"}) is ${Status} in ${vpc} and keeps it from being deleted`,
        subject: step.id,
        data: { step: step.id, resource: id, vpc },
      });
      continue;
    }
    swept += await gone(crew.aws.call("ec2", "DeleteNetworkInterface", { NetworkInterfaceId: id }));
    crew.progress(step, `Deleted network interface ${id}, left behind by "${Description}"`, { resource: id });
  }
  return swept;
}

async function sweepSecurityGroups(crew: Crew, step: Step, vpc: string): Promise<number> {
  const { SecurityGroups = [] } = await crew.aws.call("ec2", "DescribeSecurityGroups", {
    Filters: [{ Name: "vpc-id", Values: [vpc] }],
  });
  const ours = SecurityGroups.filter(({ GroupName = "", Tags = [] }) => {
    const tags = new Set(Tags.map(({ Key }) => Key));
    const isStacks = tags.has("aws:cloudformation:stack-id");
    return (
      GroupName !== "default" &&
      !isStacks &&
      (GroupName.startsWith(`eks-cluster-sg-${crew.cluster}-`) ||
        tags.has("elbv2.k8s.aws/cluster") ||
        tags.has(`kubernetes.io/cluster/${crew.cluster}`))
    );
  });
  let swept = 0;
  for (const { GroupId = "", GroupName = "" } of ours) {
    swept += await gone(crew.aws.call("ec2", "DeleteSecurityGroup", { GroupId }));
    crew.progress(step, `Deleted security group ${GroupId} (${GroupName}), left behind by the cluster`, {
      resource: GroupId,
    });
  }
  return swept;
}

/** 1 when the call has deleted something, 0 when it was gone or is still in use. */
async function gone(call: Promise<unknown>): Promise<number> {
  try {
    await call;
    return 1;
  } catch (error) {
    if (isGone(error) || isBusy(error)) return 0;
    throw error;
  }
}

/** Deletes leftovers in the VPC of a cluster stack. True when something was deleted, so that another try makes sense. */
export async function sweepOrphans(crew: Crew, step: Step, stack: FoundStack): Promise<boolean> {
  const vpc = (await readPhysicalIds(crew.aws, stack.id))["VPC"];
  if (vpc === undefined) return false;
  return (await sweepInterfaces(crew, step, vpc)) + (await sweepSecurityGroups(crew, step, vpc)) > 0;
}
