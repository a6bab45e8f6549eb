// Blue and green: a managed node group's upgrade by a new group beside it, onto which pods move before the old one goes.
// Going back is easy until then: the old nodes are as they were.
import type { Nodegroup } from "@aws-sdk/client-eks";
import { stackSeconds } from "./duration.ts";
import type { Found, FoundStack } from "./found.ts";
import type { Note } from "./plan.ts";
import { draft, type Draft } from "./planning.ts";
import { drained, drainSeconds } from "./steps/kubernetes/drains.ts";
import { insideIamActions } from "./steps/kubernetes/inside.ts";
import { stackIamActions } from "./steps/stack.ts";
import type { StackCapability, Template, TemplateResource, TemplateValue } from "../stacks/index.ts";

const nameTags = new Set(["alpha.eksctl.io/nodegroup-name", "eksctl.io/v1alpha2/nodegroup-name"]);

/** Names that an account has once: a second stack can't have them. */
const ownNames = ["RoleName", "InstanceProfileName", "GroupName", "LaunchTemplateName"] as const;

/** EKS takes names of up to 63 characters. */
const longestName = 63;

/** `workers` → `workers-1-36`, `workers-1-35` → `workers-1-36`. */
export function greenName(name: string, minor: string): string {
  const suffix = `-${minor.replace(".", "-")}`;
  return name.replace(/-1-\d+$/, "").slice(0, longestName - suffix.length) + suffix;
}

/** A template's value with the group's name where eksctl writes it: tags, labels, the name itself, the nodes' name. */
function renamed(value: unknown, names: readonly (readonly [string, string])[]): unknown {
  if (typeof value === "string") return names.find(([from]) => from === value)?.[1] ?? value;
  if (Array.isArray(value)) return value.map((each) => renamed(each, names));
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, renamed(each, names)]));
}

const groupType = "AWS::EKS::Nodegroup";
const literal = (value: unknown): boolean => typeof value === "string";

type Properties = NonNullable<TemplateResource["Properties"]>;

/** A value of EKS's API as CloudFormation spells it: `{ minSize: 2 }` → `{ MinSize: 2 }`. */
function asProperty(value: unknown): TemplateValue {
  if (Array.isArray(value)) return value.map(asProperty);
  if (value === null || typeof value !== "object") return value as TemplateValue;
  const members = Object.entries(value).filter(([, each]) => each !== undefined);
  return Object.fromEntries(
    members.map(([key, each]) => [`${key[0]?.toUpperCase()}${key.slice(1)}`, asProperty(each)]),
  );
}

/** What changes by call on a group that lives, as it is today: the stack's template has it as it was when the group was made. */
function livingProperties(group: Nodegroup, made: Properties): Properties {
  const { scalingConfig, updateConfig, nodeRepairConfig, labels = {}, taints = [] } = group;
  return {
    ...(scalingConfig && { ScalingConfig: asProperty(scalingConfig) }),
    ...(updateConfig && { UpdateConfig: asProperty(updateConfig) }),
    // What isn't repaired anyway needs no word in a template that has none.
    ...((nodeRepairConfig?.enabled === true || "NodeRepairConfig" in made) && {
      NodeRepairConfig: asProperty(nodeRepairConfig),
    }),
    Labels: labels,
    Taints: asProperty(taints),
  };
}

function greenTemplate(template: Template, cluster: string, blue: Nodegroup, to: string, minor: string): Template {
  const from = blue.nodegroupName ?? "";
  const nodesName = (name: string): string => `${cluster}-${name}-Node`;
  const places = [[nodesName(from), nodesName(to)]] as const;
  const tagged = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(tagged);
    if (value === null || typeof value !== "object") return value;
    const own = value as Record<string, unknown>;
    if (nameTags.has(String(own["Key"]))) return { ...own, Value: to };
    return Object.fromEntries(
      Object.entries(own).map(([key, each]) => [key, nameTags.has(key) && literal(each) ? to : tagged(each)]),
    );
  };
  const resources = Object.entries(template.Resources).map(([id, resource]): [string, TemplateResource] => {
    if (resource.Type !== groupType) return [id, tagged(renamed(resource, places)) as TemplateResource];
    const { ReleaseVersion: _old, ...made } = resource.Properties ?? {};
    const properties = tagged(renamed({ ...made, ...livingProperties(blue, made) }, places)) as Properties;
    return [id, { ...resource, Properties: { ...properties, NodegroupName: to, Version: minor } }];
  });
  return { ...template, Resources: Object.fromEntries(resources) };
}

const usable = /^(?:CREATE|UPDATE|UPDATE_ROLLBACK|IMPORT)_COMPLETE$/;

interface Move {
  /** The old group, and its stack. */
  blue: Nodegroup;
  stack: FoundStack & { template: Template };
  from: string;
  to: string;
  minor: string;
}

function creation(found: Found, { blue, stack, from, to, minor }: Move): Draft {
  const stackName = stack.name.endsWith(`-${from}`)
    ? `${stack.name.slice(0, -from.length)}${to}`
    : `eksctl-${found.name}-nodegroup-${to}`;
  const green = greenTemplate(stack.template, found.name, blue, to, minor);
  const types = Object.values(green.Resources).map(({ Type }) => Type);
  return draft({
    kind: "nodegroup",
    name: to,
    stack: stackName,
    action: "create",
    phase: "nodes",
    why: [{ code: "plan/asked", text: `takes the place of ${from}, with Kubernetes ${minor}` }],
    duration: stackSeconds(green, "create"),
    iamActions: stackIamActions("create", types),
    work: {
      do: "copy-stack",
      stack: stackName,
      template: green,
      tags: Object.entries(stack.tags)
        .filter(([key]) => !key.startsWith("aws:"))
        .map(([Key, Value]) => ({ Key, Value: nameTags.has(Key) ? to : Value })),
      capabilities: [...stack.capabilities] as StackCapability[],
    },
  });
}

/** The stack that makes a group of this name, managed or not. */
const stackOf = (found: Found, name: string): FoundStack | undefined =>
  [...found.stacks.values()].find(
    ({ tags, status }) => usable.test(status) && [...nameTags].some((tag) => tags[tag] === name),
  );

/** Why a group can't have a successor beside it. */
function obstacle(found: Found, { stack, from, to, minor }: Move): string | undefined {
  const taken = Object.values(stack.template.Resources).flatMap(({ Properties }) =>
    ownNames.flatMap((name) => {
      // Whoever wrote the template may have left the properties out.
      const value = (Properties as typeof Properties | undefined)?.[name];
      return typeof value === "string" ? [`${name} ${value}`] : [];
    }),
  );
  if (taken.length > 0) return `a second one can't have ${taken.join(", ")} too`;
  if (to === from) return "the name of its successor is its own";
  const rival = [...found.nodeGroups].find(
    ([name, { version }]) => name !== from && version !== minor && greenName(name, minor) === to,
  );
  if (rival) return `${to} would be the successor of ${rival[0]} too`;
  const other = stackOf(found, to);
  if (other && found.nodeGroups.get(to)?.version !== minor)
    return `stack ${other.name} has the name of its successor ${to}, and no managed group of ${minor}`;
  return undefined;
}

/**
 * Steps by which a new group takes the place of one: it is made, pods move, the old one goes. What an interrupted run has made
 * is gone on with. A group that can't have a successor beside it stays.
 *
 * @param blue the old group
 * @param stack its stack, with its template
 */
export function blueGreen(
  found: Found,
  blue: Nodegroup,
  stack: FoundStack & { template: Template },
  minor: string,
): { drafts: Draft[]; notes: Note[] } {
  const from = blue.nodegroupName ?? "";
  const to = greenName(from, minor);
  const move = { blue, stack, from, to, minor };
  const why = obstacle(found, move);
  if (why !== undefined) {
    const stays = `Node group ${from} stays: ${why}; upgrade it by --nodes surge`;
    return { drafts: [], notes: [{ code: "plan/nodes-stay", text: stays }] };
  }
  const text = `pods move from ${from} to ${to}, as fast as their disruption budgets allow`;
  const drain = draft({
    kind: "drain",
    name: from,
    action: "update",
    effect: "interrupts",
    phase: "removal",
    why: [{ code: "plan/nodes-go", text }],
    duration: drainSeconds,
    iamActions: insideIamActions,
    provides: [drained(from)],
    work: { do: "drain-nodegroup", nodeGroup: from },
  });
  const removal = draft({
    kind: "nodegroup",
    name: from,
    stack: stack.name,
    action: "delete",
    effect: "in place",
    phase: "removal",
    why: [{ code: "plan/asked", text: `${to} has taken its place` }],
    duration: stackSeconds(stack.template, "delete"),
    iamActions: stackIamActions(
      "delete",
      Object.values(stack.template.Resources).map(({ Type }) => Type),
    ),
    after: [drained(from)],
    work: { do: "delete-stack", stack: stack.name },
  });
  const renamedInFile = `In the cluster file node group ${from} is ${to} from now on`;
  return {
    drafts: [...(stackOf(found, to) ? [] : [creation(found, move)]), drain, removal],
    notes: [{ code: "plan/not-in-file", text: renamedInFile }],
  };
}
