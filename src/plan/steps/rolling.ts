// Self-managed groups whose launch template changes: their nodes are replaced one by one, a new one first. CloudFormation
// alone would end a node before its successor is there, and wouldn't let pods move (UpdatePolicy of eksctl's template).
import {
  readUserData,
  type DesiredStack,
  type Template,
  type TemplateResource,
  type TemplateValue,
} from "../../stacks/index.ts";
import { sameMeaning } from "../compare/canonical.ts";
import { diffTemplates } from "../compare/template-diff.ts";
import { why, type Draft, type Planning } from "../planning.ts";
import { insideIamActions } from "./kubernetes/inside.ts";

const policy: NonNullable<TemplateResource["UpdatePolicy"]> = { AutoScalingReplacingUpdate: { WillReplace: false } };

/** A change of properties, as CloudFormation takes a new policy alone for no change at all. */
const mark = { Key: "lotse.dev/rolling", Value: "true", PropagateAtLaunch: "false" };

const groupId = "NodeGroup";

/**
 * The template of a group's stack while its nodes are replaced: CloudFormation leaves them alone. That it stands there
 * tells the next run of an interruption.
 */
export function handsOff(template: Template): Template {
  const group = template.Resources[groupId];
  if (!group) return template;
  const tags = (group.Properties?.["Tags"] ?? []) as TemplateValue[];
  const marked = { ...group, UpdatePolicy: policy, Properties: { ...group.Properties, Tags: [...tags, mark] } };
  return { ...template, Resources: { ...template.Resources, [groupId]: marked } };
}

const isHandsOff = (template: Template): boolean => sameMeaning(template.Resources[groupId]?.UpdatePolicy, policy);

const isSelfManaged = (stack: DesiredStack): boolean => stack.template.Resources[groupId] !== undefined;

/** A launch template without what living nodes needn't be replaced for: tags, and labels and taints, which can be set. */
function decisive(template: Template): unknown {
  const data = template.Resources["NodeGroupLaunchTemplate"]?.Properties?.["LaunchTemplateData"];
  const { TagSpecifications: _, UserData, ...rest } = (data ?? {}) as Record<string, unknown>;
  const text = typeof UserData === "string" ? readUserData(UserData) : UserData;
  const flags = /--(node-labels|register-with-taints)=[^\s"']*|^(NODE_LABELS|NODE_TAINTS)=.*$/gm;
  return {
    ...rest,
    UserData: typeof text === "string" ? text.replaceAll(flags, "").replaceAll(/^\s*-\s*$/gm, "") : text,
  };
}

/** A node is replaced in about four minutes: launch, join, drain (experience, inferred). */
const secondsPerNode = 240;

function rollDraft(planning: Planning, stack: DesiredStack, step: Draft, keepNodes: boolean): Draft {
  const { work } = step;
  if (work?.do !== "update-stack") return step;
  const nodes = planning.found.autoScalingGroups.get(stack.name)?.desiredSize ?? 1;
  return {
    ...step,
    effect: keepNodes ? "in place" : "rolling",
    duration: keepNodes ? step.duration : Math.max(1, nodes) * secondsPerNode,
    iamActions: [
      ...new Set([
        ...step.iamActions,
        ...insideIamActions,
        ...(keepNodes
          ? []
          : [
              "autoscaling:CreateOrUpdateTags",
              "autoscaling:DeleteTags",
              "autoscaling:DescribeAutoScalingGroups",
              "autoscaling:TerminateInstanceInAutoScalingGroup",
              "autoscaling:UpdateAutoScalingGroup",
              "cloudformation:DescribeStackResources",
            ]),
      ]),
    ].toSorted(),
    work: { ...work, do: "roll-nodegroup", nodeGroup: stack.name, keepNodes },
  };
}

/** The step of a node group's stack, with its nodes replaced in order where that can be done. */
export function rolling(planning: Planning, stack: DesiredStack, step: Draft | undefined): Draft | undefined {
  const view = planning.kubernetes;
  const before = planning.found.stacks.get(stack.stackName)?.template;
  if (!before || !isSelfManaged(stack) || step?.work?.do !== "update-stack") return step;
  const isUnderWay = isHandsOff(before);
  if (!view || view.state === "unreachable") {
    if (!isUnderWay) return step;
    planning.notes.push({
      code: "plan/left-alone",
      text: `The nodes of ${stack.name} are being replaced, which goes on only inside the cluster; the group is left alone`,
    });
    return undefined;
  }
  const changes = diffTemplates(before, step.work.template).filter(({ effect }) => effect === "rolling");
  // Other subnets or other types of a mixed group: nothing tells old nodes from new ones, and CloudFormation rolls.
  if (changes.some(({ type }) => type !== "AWS::EC2::LaunchTemplate")) return step;
  if (changes.length === 0 && !isUnderWay) return step;
  const keepNodes = !isUnderWay && sameMeaning(decisive(before), decisive(step.work.template));
  const rolled = rollDraft(planning, stack, step, keepNodes);
  if (!isUnderWay) return rolled;
  const text = `the nodes of ${stack.name} are being replaced: some may still be of the older launch template`;
  return { ...rolled, why: [why(planning, "plan/in-progress", text, stack.source[0]), ...rolled.why] };
}
