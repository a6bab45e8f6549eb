// Labels and taints of managed groups that somebody has changed beside their stack: no update of the stack would bring them
// back, for CloudFormation compares templates. What others have added stays, and is told.
import type { Nodegroup, Taint } from "@aws-sdk/client-eks";
import type { Template, TemplateValue, DesiredStack } from "../../stacks/index.ts";
import { draft, why, type Draft, type Planning } from "../planning.ts";
import type { NodeGroupTaint } from "../work.ts";

type Properties = Readonly<Record<string, TemplateValue>>;

interface Kept {
  labels: Record<string, string>;
  taints: NodeGroupTaint[];
}

/** What the template gives the group. Values that are no text are for CloudFormation to know. */
function given(template: Template | undefined): Kept | undefined {
  const group = Object.values(template?.Resources ?? {}).find(({ Type }) => Type === "AWS::EKS::Nodegroup")?.Properties;
  if (!group) return undefined;
  const labels = Object.entries((group["Labels"] ?? {}) as Properties);
  const taints = (group["Taints"] ?? []) as readonly Readonly<Record<"Key" | "Value" | "Effect", string | undefined>>[];
  return {
    labels: Object.fromEntries(labels.filter((label): label is [string, string] => typeof label[1] === "string")),
    taints: taints.map((taint) => ({
      key: taint.Key ?? "",
      value: taint.Value ?? "",
      effect: taint.Effect as NodeGroupTaint["effect"],
    })),
  };
}

const isAt = (taint: NodeGroupTaint, other: Taint): boolean => taint.key === other.key && taint.effect === other.effect;
const taintText = ({ key, value, effect }: Taint): string => `${key}${value ? `=${value}` : ""}:${effect}`;

/** Tells what neither the stack has given nor the file wants. */
function noteAdditions(planning: Planning, stack: DesiredStack, group: Nodegroup): void {
  const sources = [given(stack.template), given(planning.found.stacks.get(stack.stackName)?.template)];
  const isGiven = (has: (kept: Kept) => boolean): boolean => sources.some((source) => source && has(source));
  const labels = Object.entries(group.labels ?? {}).filter(([key]) => !isGiven((from) => key in from.labels));
  const taints = (group.taints ?? []).filter(
    (taint) => !isGiven((from) => from.taints.some((other) => isAt(other, taint))),
  );
  const added = [
    ...labels.map(([key, value]) => `label ${key}=${value}`),
    ...taints.map((taint) => `taint ${taintText(taint)}`),
  ];
  if (added.length === 0) return;
  planning.notes.push({
    code: "plan/drifted",
    text: `Node group ${stack.name} was given ${added.join(", ")} beside its stack; that stays, and aws eks update-nodegroup-config takes it away`,
  });
}

/** What the group was given and is to keep: whatever else changes is the stack's to bring. */
function kept(planning: Planning, stack: DesiredStack): Kept | undefined {
  const [want, made] = [given(stack.template), given(planning.found.stacks.get(stack.stackName)?.template)];
  if (!want || !made) return undefined;
  return {
    labels: Object.fromEntries(Object.entries(want.labels).filter(([key, value]) => made.labels[key] === value)),
    taints: want.taints.filter((taint) => made.taints.some((other) => taintText(other) === taintText(taint))),
  };
}

/** A step that gives a group back what its stack gave it. */
export function nodeGroupDrift(planning: Planning, stack: DesiredStack): Draft[] {
  const group = planning.found.nodeGroups.get(stack.name);
  const want = kept(planning, stack);
  if (!group || !want) return [];
  noteAdditions(planning, stack, group);
  const labels = Object.entries(want.labels).filter(([key, value]) => group.labels?.[key] !== value);
  const living = (taint: NodeGroupTaint): Taint | undefined => group.taints?.find((other) => isAt(taint, other));
  const taints = want.taints.filter(
    (taint) => living(taint) === undefined || (living(taint)?.value ?? "") !== taint.value,
  );
  if (labels.length === 0 && taints.length === 0) return [];
  const path = stack.source[0] ?? [];
  return [
    draft({
      kind: "nodegroup-drift",
      name: stack.name,
      stack: stack.stackName,
      action: "update",
      effect: "in place",
      phase: "beside",
      why: [
        ...labels.map(([key, value]) => {
          const text = `label ${key}: ${group.labels?.[key] ?? "none"} → ${value}, which was changed beside the stack`;
          return why(planning, "plan/drifted", text, [...path, "labels"]);
        }),
        ...taints.map((taint) => {
          const have = living(taint);
          const text = `taint ${taint.key}: ${have ? taintText(have) : "none"} → ${taintText(taint)}, which was changed beside the stack`;
          return why(planning, "plan/drifted", text, [...path, "taints"]);
        }),
      ],
      duration: 20,
      iamActions: ["eks:UpdateNodegroupConfig", "eks:DescribeUpdate"],
      after: [stack.stackName, `sizes/${stack.name}`],
      work: {
        do: "update-nodegroup",
        nodeGroup: stack.name,
        ...(labels.length > 0 && { labels: Object.fromEntries(labels) }),
        ...(taints.length > 0 && { taints }),
      },
    }),
  ];
}
