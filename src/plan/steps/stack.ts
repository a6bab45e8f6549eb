// One stack: made when it isn't there, replaced when it failed or can't take a change, updated otherwise, or left alone.
import { resourceTypeFacts } from "../../facts/index.ts";
import type { ConfigPath } from "../../config/index.ts";
import type { DesiredStack, StackCapability, StackKind, Tag, Template } from "../../stacks/index.ts";
import { differences, describeDifference } from "../compare/differences.ts";
import { submission } from "../compare/submission.ts";
import { diffTemplates, gravest, type ResourceChange } from "../compare/template-diff.ts";
import { stackSeconds } from "../duration.ts";
import type { FoundStack } from "../found.ts";
import type { StepKind, Why } from "../plan.ts";
import { draft, why, type Draft, type Phase, type Planning } from "../planning.ts";
import { lineOf } from "./lines.ts";

/** Steps are named as eksctl's commands name things. */
const stepKindOf: Readonly<Record<StackKind, StepKind>> = {
  cluster: "cluster",
  nodegroup: "nodegroup",
  iamserviceaccount: "iamserviceaccount",
  addon: "addon-role",
  addonpodidentityrole: "addon-role",
  podidentityrole: "pod-identity-role",
  accessentry: "accessentry",
  fargate: "fargate-role",
};

const stackActions = {
  create: ["CreateStack", "DescribeStacks", "DescribeStackEvents"],
  update: [
    "CreateChangeSet",
    "DescribeChangeSet",
    "ExecuteChangeSet",
    "DeleteChangeSet",
    "DescribeStacks",
    "DescribeStackEvents",
  ],
  delete: ["UpdateTerminationProtection", "DeleteStack", "DescribeStacks", "DescribeStackEvents"],
} as const;

/** IAM actions for doing something with every resource of a template. */
export function stackIamActions(what: "create" | "update" | "delete", types: readonly string[]): string[] {
  const own = stackActions[what].map((action) => `cloudformation:${action}`);
  return [...own, ...types.flatMap((type) => resourceTypeFacts(type)?.[what] ?? [])];
}

/** What a change needs of the handler of its resource's type. */
function handlerActions({ type, action, effect }: ResourceChange): readonly string[] {
  const facts = resourceTypeFacts(type);
  if (action === "add") return facts?.create ?? [];
  if (action === "remove") return facts?.delete ?? [];
  return [
    ...(facts?.update ?? []),
    ...(effect === "replaces" ? [...(facts?.create ?? []), ...(facts?.delete ?? [])] : []),
  ];
}

/** Types of unchanged resources that an update passes on to: they refer to what changes, directly or through others. */
function dependentTypes(template: Template, changed: ReadonlySet<string>): string[] {
  const touched = new Set(changed);
  const entries = Object.entries(template.Resources);
  const refersTo = (properties: unknown): boolean => {
    const text = JSON.stringify(properties ?? {});
    return [...touched].some((id) => text.includes(`"Ref":"${id}"`) || text.includes(`"Fn::GetAtt":["${id}"`));
  };
  for (let before = -1; before !== touched.size;) {
    before = touched.size;
    for (const [id, { Properties }] of entries) if (!touched.has(id) && refersTo(Properties)) touched.add(id);
  }
  return entries.flatMap(([id, { Type }]) => (touched.has(id) && !changed.has(id) ? [Type] : []));
}

/** Resource types of a template. */
export const typesOf = (template: Template | undefined): string[] =>
  Object.values(template?.Resources ?? {}).map(({ Type }) => Type);

/** States in which a stack holds nothing worth keeping and takes no update. */
const failed = /^(ROLLBACK_COMPLETE|ROLLBACK_FAILED|CREATE_FAILED|DELETE_FAILED|REVIEW_IN_PROGRESS)$/;
const beingMade = /^(CREATE_IN_PROGRESS|ROLLBACK_IN_PROGRESS|DELETE_IN_PROGRESS|DELETE_COMPLETE)$/;

/** Tags that eksctl and AWS put on by themselves, or change along the way. */
const unruled = /^(aws:|alpha\.eksctl\.io\/(eksctl-version|cluster-oidc-enabled)$)/;
const ours = /^(alpha\.)?eksctl\./;

interface TagDifference {
  lines: string[];
  /** What to submit: the wanted tags and those that nobody rules. */
  tags: Tag[];
}

/** Compares a stack's tags with the wanted ones. */
export function compareTags(found: Readonly<Record<string, string>>, wanted: readonly Tag[]): TagDifference {
  const target = Object.fromEntries(wanted.map(({ Key, Value }) => [Key, Value]));
  const lines = Object.entries(target)
    .filter(([key, value]) => found[key] !== value && !unruled.test(key))
    .map(([key, value]) => `tag ${key}: ${found[key] ?? "none"} → ${value}`);
  const gone = Object.keys(found).filter((key) => !(key in target) && !unruled.test(key) && !ours.test(key));
  const kept = Object.keys(found).filter((key) => !gone.includes(key) && !key.startsWith("aws:"));
  const all = {
    ...target,
    ...Object.fromEntries(
      kept.filter((key) => !(key in target) || unruled.test(key)).map((key) => [key, found[key] ?? ""]),
    ),
  };
  return {
    lines: [...lines, ...gone.map((key) => `tag ${key}: ${found[key]} → none`)],
    tags: Object.entries(all).map(([Key, Value]) => ({ Key, Value })),
  };
}

/** True when CloudFormation can't do it by update: it would have to make a second resource of the same name first. */
function needsNewStack(changes: readonly ResourceChange[], before: Template, after: Template): boolean {
  return changes.some(({ effect, logicalId, type }) => {
    const property = resourceTypeFacts(type)?.nameProperty;
    if (effect !== "replaces") return false;
    if (type === "AWS::EKS::Nodegroup") return true;
    const [old, wanted] = [before, after].map(
      (template) => template.Resources[logicalId]?.Properties?.[property ?? ""],
    );
    return property !== undefined && wanted !== undefined && JSON.stringify(old) === JSON.stringify(wanted);
  });
}

function reasons(
  planning: Planning,
  stack: DesiredStack,
  changes: readonly ResourceChange[],
  tagLines: readonly string[],
): Why[] {
  const root = stack.source[0] ?? [];
  const ofChanges = changes.flatMap((change) => {
    if (change.action !== "modify" || change.properties.length === 0) {
      return [
        why(
          planning,
          "plan/changed",
          `${change.logicalId} (${change.type}): ${change.action}`,
          lineOf(planning, root, change.logicalId),
        ),
      ];
    }
    return change.properties.flatMap(({ property, before, after }) =>
      differences(before, after, property).map((difference) =>
        why(
          planning,
          "plan/changed",
          `${change.logicalId} ${describeDifference(difference)}`.replace(tagSpecification, "Tags."),
          lineOf(planning, root, difference.path),
        ),
      ),
    );
  });
  const tags = tagLines.map((line) => why(planning, "plan/changed", line, lineOf(planning, root, "Tags")));
  const texts = new Set<string>();
  return [...ofChanges, ...tags].filter(({ text }) => !texts.has(text) && texts.add(text));
}

/** A launch template repeats its tags for instances, volumes and interfaces; a person reads them once. */
const tagSpecification = /LaunchTemplateData\.TagSpecifications\[\d+\]\.Tags\./;

export interface StackRules {
  phase: Phase;
  /** Logical ids that stay in the stack although the file no longer asks for them. */
  keep?: (id: string, template: Template) => boolean;
  /** Is asked before a change is planned; throws to refuse it. */
  refuse?: (changes: readonly ResourceChange[], path: ConfigPath) => void;
}

function creation(
  planning: Planning,
  stack: DesiredStack,
  rules: StackRules,
  reason: Why,
  action: "create" | "replace",
): Draft {
  const existing = planning.found.stacks.get(stack.stackName);
  const failedStack =
    action === "replace" ||
    (existing !== undefined && beingMade.test(existing.status) && existing.status !== "CREATE_IN_PROGRESS");
  return draft({
    kind: stepKindOf[stack.kind],
    name: stack.name,
    stack: stack.stackName,
    action,
    phase: rules.phase,
    // A deletion that failed may have left what runs; a creation that failed has left nothing that anybody uses.
    effect: existing?.status === "DELETE_FAILED" ? "replaces" : "none",
    why: [reason],
    duration: stackSeconds(stack.template, "create"),
    iamActions: [
      ...stackIamActions("create", typesOf(stack.template)),
      ...(failedStack ? stackIamActions("delete", []) : []),
    ],
    provides: [stack.stackName],
    after: [...stack.dependsOn],
    work: { do: "create-stack", stack: stack.stackName },
  });
}

/** The step for one wanted stack, or none. */
export function stackStep(planning: Planning, stack: DesiredStack, rules: StackRules): Draft | undefined {
  const existing = planning.found.stacks.get(stack.stackName);
  const path = stack.source[0] ?? [];
  if (!existing) {
    return creation(
      planning,
      stack,
      rules,
      why(planning, "plan/missing", `stack ${stack.stackName} doesn't exist`, path),
      "create",
    );
  }
  const clusterIsGone = stack.kind !== "cluster" && !planning.found.cluster;
  if (failed.test(existing.status) || clusterIsGone) {
    const text = clusterIsGone
      ? `stack ${existing.name} is left over from an earlier cluster`
      : `stack ${existing.name} is in ${existing.status}${existing.statusReason ? `: ${existing.statusReason}` : ""}`;
    return creation(planning, stack, rules, why(planning, "plan/stack-failed", text, path), "replace");
  }
  if (beingMade.test(existing.status)) {
    return creation(
      planning,
      stack,
      rules,
      why(planning, "plan/in-progress", `stack ${existing.name} is in ${existing.status}`, path),
      "create",
    );
  }
  return change(planning, stack, existing, rules);
}

function change(planning: Planning, stack: DesiredStack, existing: FoundStack, rules: StackRules): Draft | undefined {
  const before = existing.template;
  if (!before) {
    planning.notes.push({
      code: "plan/unreadable-template",
      text: `Stack ${existing.name} has a template that eksctl didn't write; it is left alone`,
    });
    return undefined;
  }
  const all = diffTemplates(before, stack.template);
  const keep = new Set(
    all
      .filter(({ action, logicalId }) => action === "remove" && rules.keep?.(logicalId, before))
      .map(({ logicalId }) => logicalId),
  );
  const changes = all.filter(({ logicalId }) => !keep.has(logicalId));
  const tags = compareTags(existing.tags, stack.tags);
  if (changes.length === 0 && tags.lines.length === 0) return undefined;
  rules.refuse?.(changes, stack.source[0] ?? []);
  const common = {
    kind: stepKindOf[stack.kind],
    name: stack.name,
    stack: stack.stackName,
    phase: rules.phase,
    why: reasons(planning, stack, changes, tags.lines),
    provides: [stack.stackName],
    after: [...stack.dependsOn],
  };
  if (needsNewStack(changes, before, stack.template)) {
    return draft({
      ...common,
      action: "replace",
      effect: "replaces",
      duration: stackSeconds(before, "delete") + stackSeconds(stack.template, "create"),
      iamActions: [
        ...stackIamActions("delete", typesOf(before)),
        ...stackIamActions("create", typesOf(stack.template)),
      ],
      work: { do: "replace-stack", stack: stack.stackName },
    });
  }
  return draft({
    ...common,
    action: "update",
    effect: gravest([...changes.map(({ effect }) => effect), ...(changes.length === 0 ? (["none"] as const) : [])]),
    duration: Math.max(20, ...changes.map((change) => seconds(change))),
    iamActions: [
      ...stackIamActions("update", [
        ...dependentTypes(stack.template, new Set(changes.map(({ logicalId }) => logicalId))),
        ...(tags.lines.length > 0 ? typesOf(before) : []),
      ]),
      ...changes.flatMap((each) => handlerActions(each)),
      ...(existing.status === "UPDATE_ROLLBACK_FAILED" ? ["cloudformation:ContinueUpdateRollback"] : []),
    ],
    work: {
      do: "update-stack",
      stack: stack.stackName,
      template: submission(before, stack.template, changes, keep),
      tags: tags.tags,
      capabilities: [...new Set([...existing.capabilities, ...stack.capabilities])] as StackCapability[],
    },
  });
}

/** A node is replaced in about four minutes: launch, join, drain (experience, inferred). */
const secondsPerRoll = 240;

function seconds({ type, effect, action }: ResourceChange): number {
  const facts = resourceTypeFacts(type)?.seconds;
  if (effect === "rolling") return secondsPerRoll;
  if (effect === "replaces") return (facts?.create ?? 0) + (facts?.delete ?? 0);
  return (action === "add" ? facts?.create : action === "remove" ? facts?.delete : facts?.update) ?? 10;
}
