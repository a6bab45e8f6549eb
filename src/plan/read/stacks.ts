// A cluster's stacks, told apart by eksctl's names and tags.
import { allPages, isGone, type Aws, type Output } from "../../aws/index.ts";
import type { Template } from "../../stacks/index.ts";
import type { FoundStack } from "../found.ts";

type SdkStack = NonNullable<Output<"cloudformation", "DescribeStacks">["Stacks"]>[number];

/** Tags that name the cluster: today's key, and the one of eksctl before 0.4 that it still writes. */
const clusterTagKeys: readonly string[] = [
  "alpha.eksctl.io/cluster-name",
  "eksctl.cluster.k8s.io/v1alpha1/cluster-name",
];

const rest =
  "(cluster|nodegroup-.+|addon-.+|podidentityrole-.+|fargate|karpenter|accessentry-.+|capability-.+|auto-mode-role)";

/**
 * Whether a stack belongs to the cluster. Its tag decides; `eksctl-prod-…` alone may as well be of a cluster `prod-eu`.
 * A stack without such a tag (an early eksctl's) belongs by name.
 */
export function belongsTo(cluster: string, stack: { name: string; tags: Readonly<Record<string, string>> }): boolean {
  if (!/^(eksctl|EKS)-/.test(stack.name)) return false;
  const named = clusterTagKeys.map((key) => stack.tags[key]).filter((value) => value !== undefined);
  if (named.length > 0) return named.includes(cluster);
  return new RegExp(`^(eksctl|EKS)-${cluster.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&")}-${rest}$`).test(stack.name);
}

function foundStack(stack: SdkStack): FoundStack {
  return {
    name: stack.StackName ?? "",
    id: stack.StackId ?? "",
    status: stack.StackStatus ?? "",
    ...(stack.StackStatusReason !== undefined && { statusReason: stack.StackStatusReason }),
    created: stack.CreationTime ?? new Date(0),
    tags: Object.fromEntries((stack.Tags ?? []).map(({ Key = "", Value = "" }) => [Key, Value])),
    outputs: Object.fromEntries(
      (stack.Outputs ?? []).map(({ OutputKey = "", OutputValue = "" }) => [OutputKey, OutputValue]),
    ),
    capabilities: stack.Capabilities ?? [],
    terminationProtection: stack.EnableTerminationProtection ?? false,
  };
}

/** Every stack of the account and region; one paginated call, however many there are. */
export async function readAllStacks(aws: Aws): Promise<FoundStack[]> {
  const stacks = await allPages(async (token) => {
    const page = await aws.call("cloudformation", "DescribeStacks", token === undefined ? {} : { NextToken: token });
    return { items: page.Stacks, next: page.NextToken };
  });
  return stacks.map(foundStack);
}

/** One stack by name or id, or undefined. A deleted stack is found by id only, with status DELETE_COMPLETE. */
export async function readStack(aws: Aws, nameOrId: string): Promise<FoundStack | undefined> {
  try {
    const { Stacks = [] } = await aws.call("cloudformation", "DescribeStacks", { StackName: nameOrId });
    return Stacks[0] && foundStack(Stacks[0]);
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  }
}

/** The template as it was submitted, or undefined when the stack has none (any more). */
export async function readTemplate(aws: Aws, stack: string): Promise<Template | undefined> {
  try {
    const { TemplateBody } = await aws.call("cloudformation", "GetTemplate", {
      StackName: stack,
      TemplateStage: "Original",
    });
    return TemplateBody === undefined ? undefined : (JSON.parse(TemplateBody) as Template);
  } catch (error) {
    if (isGone(error)) return undefined;
    // Somebody rewrote the stack in YAML: not eksctl, not lotse. It is compared as if it had no template.
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Physical ids of a stack's resources by logical id. */
export async function readPhysicalIds(aws: Aws, stack: string): Promise<Record<string, string>> {
  const { StackResources = [] } = await aws.call("cloudformation", "DescribeStackResources", { StackName: stack });
  return Object.fromEntries(
    StackResources.flatMap(({ LogicalResourceId, PhysicalResourceId }) =>
      LogicalResourceId && PhysicalResourceId ? [[LogicalResourceId, PhysicalResourceId]] : [],
    ),
  );
}
