// Node groups: their stacks, and what changes by call on groups that live (sizes, update config).
import type { Nodegroup } from "@aws-sdk/client-eks";
import type { DesiredStack, TemplateResource, TemplateValue } from "../../stacks/index.ts";
import type { FoundAutoScalingGroup } from "../found.ts";
import { draft, isWritten, refuse, why, type Draft, type Planning } from "../planning.ts";
import { nodeGroupDrift } from "./node-group-drift.ts";
import { rolling } from "./rolling.ts";
import { stackIamActions, stackStep, typesOf } from "./stack.ts";
import { stackSeconds } from "../duration.ts";

type Properties = Readonly<Record<string, TemplateValue>>;

const resourceOf = (stack: DesiredStack, type: string): TemplateResource | undefined =>
  Object.values(stack.template.Resources).find(({ Type }) => Type === type);

const number = (value: TemplateValue | undefined): number | undefined =>
  value === undefined ? undefined : Number(value);

interface Sizes {
  minSize?: number | undefined;
  maxSize?: number | undefined;
  desiredSize?: number | undefined;
}

function wantedSizes(stack: DesiredStack): Sizes {
  const managed = resourceOf(stack, "AWS::EKS::Nodegroup")?.Properties;
  const scaling = managed?.["ScalingConfig"] as Properties | undefined;
  if (managed)
    return {
      minSize: number(scaling?.["MinSize"]),
      maxSize: number(scaling?.["MaxSize"]),
      desiredSize: number(scaling?.["DesiredSize"]),
    };
  const group = resourceOf(stack, "AWS::AutoScaling::AutoScalingGroup")?.Properties;
  return {
    minSize: number(group?.["MinSize"]),
    maxSize: number(group?.["MaxSize"]),
    desiredSize: number(group?.["DesiredCapacity"]),
  };
}

function livingSizes(group: Nodegroup | undefined, asg: FoundAutoScalingGroup | undefined): Sizes | undefined {
  if (group) return group.scalingConfig ?? {};
  return asg;
}

/**
 * Sizes to set, or undefined. A desired size that the file doesn't write is nobody's but the autoscaler's, as long as it
 * lies between the bounds.
 */
function sizeChange(want: Sizes, have: Sizes, desiredIsWritten: boolean): Sizes | undefined {
  const minSize = want.minSize ?? have.minSize ?? 0;
  const maxSize = want.maxSize ?? have.maxSize ?? minSize;
  const current = have.desiredSize ?? minSize;
  const desiredSize =
    desiredIsWritten && want.desiredSize !== undefined
      ? want.desiredSize
      : Math.min(maxSize, Math.max(minSize, current));
  if (minSize === have.minSize && maxSize === have.maxSize && desiredSize === have.desiredSize) return undefined;
  return { minSize, maxSize, desiredSize };
}

function scaling(planning: Planning, stack: DesiredStack): Draft[] {
  const path = stack.source[0] ?? [];
  const managed = planning.found.nodeGroups.get(stack.name);
  const asg = planning.found.autoScalingGroups.get(stack.name);
  const have = livingSizes(managed, asg);
  if (!have) return [];
  const change = sizeChange(wantedSizes(stack), have, isWritten(planning.cluster, [...path, "desiredCapacity"]));
  if (!change) return [];
  const names = [
    ["minSize", "minSize"],
    ["maxSize", "maxSize"],
    ["desiredSize", "desiredCapacity"],
  ] as const;
  const reasons = names.flatMap(([key, field]) =>
    change[key] === have[key]
      ? []
      : [why(planning, "plan/changed", `${field}: ${have[key]} → ${change[key]}`, [...path, field])],
  );
  const more = (change.desiredSize ?? 0) - (have.desiredSize ?? 0);
  return [
    draft({
      kind: "nodegroup-scaling",
      name: stack.name,
      stack: stack.stackName,
      action: "update",
      // Fewer nodes: what runs on them moves.
      effect: more < 0 ? "interrupts" : "in place",
      phase: "beside",
      why: reasons,
      duration: more === 0 ? 30 : 90,
      iamActions: managed
        ? ["eks:UpdateNodegroupConfig", "eks:DescribeUpdate"]
        : ["autoscaling:UpdateAutoScalingGroup", "autoscaling:DescribeAutoScalingGroups"],
      provides: [`sizes/${stack.name}`],
      after: [stack.stackName],
      work: {
        do: "scale-nodegroup",
        nodeGroup: stack.name,
        managed: managed !== undefined,
        ...(!managed && asg && { asg: asg.name }),
        ...(change.minSize !== have.minSize && change.minSize !== undefined && { minSize: change.minSize }),
        ...(change.maxSize !== have.maxSize && change.maxSize !== undefined && { maxSize: change.maxSize }),
        ...(change.desiredSize !== undefined && { desiredSize: change.desiredSize }),
      },
    }),
  ];
}

function updateConfig(planning: Planning, stack: DesiredStack): Draft[] {
  const living = planning.found.nodeGroups.get(stack.name)?.updateConfig;
  const wanted = resourceOf(stack, "AWS::EKS::Nodegroup")?.Properties?.["UpdateConfig"] as Properties | undefined;
  if (!living || !wanted) return [];
  const maxUnavailable = number(wanted["MaxUnavailable"]);
  const percentage = number(wanted["MaxUnavailablePercentage"]);
  const same =
    maxUnavailable === undefined
      ? percentage === living.maxUnavailablePercentage
      : maxUnavailable === living.maxUnavailable;
  if (same || (maxUnavailable === undefined && percentage === undefined)) return [];
  const path = [...(stack.source[0] ?? []), "updateConfig"];
  const show = (count: number | undefined, percent: number | undefined): string =>
    percent === undefined ? `${count}` : `${percent}%`;
  return [
    draft({
      kind: "nodegroup-update-config",
      name: stack.name,
      stack: stack.stackName,
      action: "update",
      effect: "none",
      phase: "beside",
      why: [
        why(
          planning,
          "plan/changed",
          `max unavailable: ${show(living.maxUnavailable, living.maxUnavailablePercentage)} → ${show(maxUnavailable, percentage)}`,
          path,
        ),
      ],
      duration: 20,
      iamActions: ["eks:UpdateNodegroupConfig", "eks:DescribeUpdate"],
      after: [stack.stackName, `sizes/${stack.name}`],
      work: {
        do: "update-nodegroup",
        nodeGroup: stack.name,
        ...(maxUnavailable !== undefined && { maxUnavailable }),
        ...(percentage !== undefined && { maxUnavailablePercentage: percentage }),
      },
    }),
  ];
}

/** A group changed from managed to self-managed, or back: same stack name, other kind of thing. */
function changesKind(planning: Planning, stack: DesiredStack): boolean {
  const have = planning.found.stacks.get(stack.stackName)?.tags["alpha.eksctl.io/nodegroup-type"];
  const want = stack.tags.find(({ Key }) => Key === "alpha.eksctl.io/nodegroup-type")?.Value;
  return have !== undefined && want !== undefined && have !== want;
}

const quiet = /^(CREATE_COMPLETE|UPDATE_COMPLETE|UPDATE_ROLLBACK_COMPLETE)$/;

/** The stack stands, but somebody has deleted the group behind its back. */
function hasVanished(planning: Planning, stack: DesiredStack): boolean {
  const existing = planning.found.stacks.get(stack.stackName);
  if (!existing || !quiet.test(existing.status) || !planning.found.cluster) return false;
  return !planning.found.nodeGroups.has(stack.name) && !planning.found.autoScalingGroups.has(stack.name);
}

function remake(planning: Planning, stack: DesiredStack): Draft {
  const text = `node group ${stack.name} is gone although its stack ${stack.stackName} is there`;
  return draft({
    kind: "nodegroup",
    name: stack.name,
    stack: stack.stackName,
    action: "replace",
    phase: "nodes",
    why: [why(planning, "plan/vanished", text, stack.source[0])],
    duration: stackSeconds(stack.template, "create"),
    iamActions: ["delete", "create"].flatMap((what) => stackIamActions(what as "create", typesOf(stack.template))),
    provides: [stack.stackName],
    after: [...stack.dependsOn],
    work: { do: "replace-stack", stack: stack.stackName },
  });
}

/** Steps for the node groups of the file. */
export function nodeGroups(planning: Planning): Draft[] {
  return planning.stacks
    .filter(({ kind }) => kind === "nodegroup")
    .flatMap((stack): Draft[] => {
      if (changesKind(planning, stack)) {
        refuse(
          planning,
          "plan/nodegroup-kind",
          `Node group ${stack.name} can't turn from ${planning.found.stacks.get(stack.stackName)?.tags["alpha.eksctl.io/nodegroup-type"]} into another kind`,
          stack.source[0] ?? [],
          "Give the new group another name and apply with --prune",
        );
        return [];
      }
      const step = hasVanished(planning, stack)
        ? remake(planning, stack)
        : rolling(planning, stack, stackStep(planning, stack, { phase: "nodes" }));
      // A group that is made or made anew has the file's sizes from its template.
      if (step && step.action !== "update") return [step];
      const beside = [scaling, updateConfig, nodeGroupDrift].flatMap((area) => area(planning, stack));
      return [...(step ? [step] : []), ...beside];
    });
}
