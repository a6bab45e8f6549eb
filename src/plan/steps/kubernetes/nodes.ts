// Nodes of self-managed groups: that they join, and that their labels and taints are those of the file.
import type { NodeGroup } from "../../../config/index.ts";
import type { DesiredStack } from "../../../stacks/index.ts";
import type { FoundKubernetes, FoundNode, NodeTaint } from "../../kubernetes-view.ts";
import { why, type Draft, type Planning } from "../../planning.ts";
import { insideDraft } from "./inside.ts";

/** A node boots and joins in about two minutes (experience, inferred). */
const joinSeconds = 120;

interface Group {
  stack: DesiredStack;
  spec: NodeGroup;
}

/** The self-managed groups of the file. */
export function selfManaged(planning: Pick<Planning, "stacks" | "cluster">): Group[] {
  return planning.stacks.flatMap((stack): Group[] => {
    const [section, index] = stack.source[0] ?? [];
    const spec =
      section === "nodeGroups" && typeof index === "number" ? planning.cluster.config.nodeGroups?.[index] : undefined;
    return stack.kind === "nodegroup" && spec ? [{ stack, spec }] : [];
  });
}

/** eksctl waits for as many nodes as the group has at least. */
const least = ({ spec }: Group): number => spec.minSize ?? spec.desiredCapacity ?? 0;

/** Steps that wait for the nodes of groups that are made, or that have never joined. */
export function joins(planning: Planning, found: FoundKubernetes | undefined, drafts: readonly Draft[]): Draft[] {
  return selfManaged(planning).flatMap((group): Draft[] => {
    const { stack } = group;
    const isMade = drafts.some(
      (step) => step.stack === stack.stackName && (step.action === "create" || step.action === "replace"),
    );
    const ready = (found?.nodes.get(stack.name) ?? []).filter((node) => node.ready).length;
    const living = planning.found.autoScalingGroups.get(stack.name);
    // Groups that have a node have been let in; how many of the others are well is a matter of status, not of the file.
    const count = isMade ? least(group) : ready === 0 ? Math.min(least(group), living?.desiredSize ?? 0) : 0;
    if (count === 0) return [];
    const text = isMade
      ? `${count} ${count === 1 ? "node" : "nodes"} of ${stack.name} have to join and be Ready`
      : `no node of ${stack.name} is Ready`;
    return [
      insideDraft({
        kind: "nodes",
        name: stack.name,
        action: "create",
        phase: "nodes",
        why: [why(planning, "plan/missing", text, stack.source[0])],
        duration: joinSeconds,
        iamActions: [
          "eks:DescribeCluster",
          "cloudformation:DescribeStackResources",
          "autoscaling:DescribeAutoScalingGroups",
          "autoscaling:DescribeScalingActivities",
        ],
        after: [stack.stackName, `aws-auth/nodegroup/${stack.name}`],
        work: { do: "await-nodes", nodeGroup: stack.name, count },
      }),
    ];
  });
}

const taintText = ({ key, value, effect }: NodeTaint): string => `${key}${value ? `=${value}` : ""}:${effect}`;

function lacking(nodes: readonly FoundNode[], labels: Record<string, string>, taints: readonly NodeTaint[]): string[] {
  const on = (count: number): string => `on ${count} of ${nodes.length} ${nodes.length === 1 ? "node" : "nodes"}`;
  const ofLabels = Object.entries(labels).flatMap(([key, value]) => {
    const wrong = nodes.filter((node) => node.labels[key] !== value);
    return wrong.length > 0 ? [`label ${key}: ${wrong[0]?.labels[key] ?? "none"} → ${value} ${on(wrong.length)}`] : [];
  });
  const ofTaints = taints.flatMap((taint) => {
    const wrong = nodes.filter((node) => !node.taints.some((have) => taintText(have) === taintText(taint)));
    return wrong.length > 0 ? [`taint ${taintText(taint)}: missing ${on(wrong.length)}`] : [];
  });
  return [...ofLabels, ...ofTaints];
}

/**
 * Labels and taints of nodes that live. They come before the stack's own change: an interrupted run finds that change
 * still to be made, and with it the labels.
 */
export function withNodeLabels(
  planning: Planning,
  found: FoundKubernetes | undefined,
  drafts: readonly Draft[],
): Draft[] {
  const labelled = selfManaged(planning).flatMap(({ stack, spec }): Draft[] => {
    const change = drafts.find((step) => step.stack === stack.stackName && step.kind === "nodegroup");
    // Nodes that are made or replaced get them from their launch template.
    const keepsNodes =
      change?.effect === "in place" || (change?.work?.do === "roll-nodegroup" && change.work.keepNodes);
    const isReplaced = change !== undefined && !keepsNodes;
    const nodes = found?.nodes.get(stack.name) ?? [];
    if (isReplaced || nodes.length === 0) return [];
    const labels = { ...spec.labels };
    const taints = (spec.taints ?? []).map(({ key = "", value, effect = "" }): NodeTaint => ({
      key,
      ...(value ? { value } : {}),
      effect,
    }));
    const lines = lacking(nodes, labels, taints);
    if (lines.length === 0) return [];
    return [
      insideDraft({
        kind: "node-labels",
        name: stack.name,
        action: "update",
        effect: taints.some(({ effect }) => effect === "NoExecute") ? "interrupts" : "in place",
        why: lines.map((text) => why(planning, "plan/changed", text, [...(stack.source[0] ?? []), "labels"])),
        provides: [`labels/${stack.name}`],
        work: { do: "label-nodes", nodeGroup: stack.name, labels, taints },
      }),
    ];
  });
  const waiting = drafts.map((step) =>
    step.kind === "nodegroup" && labelled.some(({ name }) => name === step.name)
      ? { ...step, after: [...step.after, `labels/${step.name}`] }
      : step,
  );
  return [...waiting, ...labelled];
}
