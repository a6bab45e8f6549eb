// What changes between a stack's template and the wanted one, resource by resource, and what that does to what runs.
import { resourceTypeFacts } from "../../facts/index.ts";
import type { Template, TemplateResource } from "../../stacks/index.ts";
import type { StepEffect } from "../plan.ts";
import { isByDesign } from "./by-design.ts";
import { canonical, sameMeaning } from "./canonical.ts";

export interface PropertyChange {
  /** `InstanceTypes`; the resource's attribute for others, e.g. `UpdatePolicy`. */
  property: string;
  before: unknown;
  after: unknown;
  effect: StepEffect;
}

export interface ResourceChange {
  logicalId: string;
  type: string;
  action: "add" | "modify" | "remove";
  effect: StepEffect;
  properties: PropertyChange[];
}

const severity: readonly StepEffect[] = ["none", "in place", "rolling", "interrupts", "replaces"];

/** The gravest of several effects; `none` of none. */
export function gravest(effects: readonly StepEffect[]): StepEffect {
  return effects.reduce(
    (worst, effect) => (severity.indexOf(effect) > severity.indexOf(worst) ? effect : worst),
    "none",
  );
}

/** Removing or redirecting these cuts connections that run over them. */
const carriesTraffic = new Set([
  "AWS::EC2::NatGateway",
  "AWS::EC2::Route",
  "AWS::EC2::EIP",
  "AWS::EC2::SecurityGroupIngress",
  "AWS::EC2::SecurityGroupEgress",
]);

/** Resources that are looked up by what runs, not run on: replacing one interrupts nothing by itself. */
function effectOfProperty(type: string, property: string, before: unknown, after: unknown): StepEffect {
  const facts = resourceTypeFacts(type);
  if (property === "Tags") return "in place";
  if (facts?.immutable.includes(property)) return "replaces";
  const nested = facts?.immutable.filter((path) => path.startsWith(`${property}.`)) ?? [];
  const deeper = (value: unknown, path: string): unknown =>
    (value as Record<string, unknown> | undefined)?.[path.slice(property.length + 1)];
  if (nested.some((path) => !sameMeaning(deeper(before, path), deeper(after, path)))) return "replaces";
  if (facts?.rolling.includes(property)) return "rolling";
  if (type === "AWS::EC2::Route") return "interrupts";
  return "in place";
}

function diffResource(
  logicalId: string,
  before: TemplateResource,
  after: TemplateResource,
): ResourceChange | undefined {
  const type = after.Type;
  if (before.Type !== type) return { logicalId, type, action: "modify", effect: "replaces", properties: [] };
  const names = new Set([...Object.keys(before.Properties ?? {}), ...Object.keys(after.Properties ?? {})]);
  const properties = [...names].toSorted().flatMap((property): PropertyChange[] => {
    const [old, wanted] = [before.Properties?.[property], after.Properties?.[property]];
    if (sameMeaning(old, wanted, property) || isByDesign(type, property, wanted)) return [];
    if (followsItsLaunchTemplate(type, property, old, wanted)) return [];
    return [
      {
        property,
        before: canonical(old, property),
        after: canonical(wanted, property),
        effect: effectOfProperty(type, property, old, wanted),
      },
    ];
  });
  if (properties.length === 0) return undefined;
  return { logicalId, type, action: "modify", effect: gravest(properties.map((change) => change.effect)), properties };
}

/**
 * A managed group's launch template without a version (eksctl's form) means version 1. An update that has to reach the
 * nodes names the newest, see {@link pinLaunchTemplates}; that alone is no difference.
 */
function followsItsLaunchTemplate(type: string, property: string, before: unknown, after: unknown): boolean {
  if (type !== "AWS::EKS::Nodegroup" || property !== "LaunchTemplate") return false;
  const bare = (value: unknown): unknown => {
    const { Version, ...rest } = (value ?? {}) as Record<string, unknown>;
    return typeof Version === "object" && Version !== null && "Fn::GetAtt" in Version ? rest : value;
  };
  return sameMeaning(bare(before), bare(after));
}

/** All changes from one template to the other, in the order of logical ids. Descriptions and mappings change nothing. */
export function diffTemplates(before: Template, after: Template): ResourceChange[] {
  const ids = new Set([...Object.keys(before.Resources), ...Object.keys(after.Resources)]);
  const changes = [...ids].toSorted().flatMap((logicalId): ResourceChange[] => {
    const [old, wanted] = [before.Resources[logicalId], after.Resources[logicalId]];
    if (!old && !wanted) return [];
    if (!old) return [{ logicalId, type: wanted?.Type ?? "", action: "add", effect: "none", properties: [] }];
    if (!wanted)
      return [
        {
          logicalId,
          type: old.Type,
          action: "remove",
          effect: carriesTraffic.has(old.Type) ? "interrupts" : "in place",
          properties: [],
        },
      ];
    const change = diffResource(logicalId, old, wanted);
    return change ? [change] : [];
  });
  return rolledByLaunchTemplate(before, changes);
}

/** True when the two differ in what they put on new instances beyond tags. */
function changesNodes(change: ResourceChange): boolean {
  const without = (value: unknown): unknown => {
    const { TagSpecifications: _, ...rest } = (value ?? {}) as Record<string, unknown>;
    return rest;
  };
  return change.properties.some(
    ({ property, before, after }) => property === "LaunchTemplateData" && !sameMeaning(without(before), without(after)),
  );
}

/** Launch templates whose new version has to reach the nodes that run: all but those with new tags only. */
export function rollingLaunchTemplates(before: Template, changes: readonly ResourceChange[]): Set<string> {
  const pinned = Object.values(before.Resources).some(({ Type, Properties }) => {
    const version = (Properties?.["LaunchTemplate"] as Record<string, unknown> | undefined)?.["Version"];
    return (
      typeof version === "object" && (Type === "AWS::EKS::Nodegroup" || Type === "AWS::AutoScaling::AutoScalingGroup")
    );
  });
  const templates = changes.filter(({ type, action }) => type === "AWS::EC2::LaunchTemplate" && action === "modify");
  return new Set(templates.filter((change) => pinned || changesNodes(change)).map(({ logicalId }) => logicalId));
}

/** A changed launch template of a node group reaches the nodes one after the other. */
function rolledByLaunchTemplate(before: Template, changes: ResourceChange[]): ResourceChange[] {
  const rolling = rollingLaunchTemplates(before, changes);
  return changes.map((change) =>
    change.effect === "in place" && rolling.has(change.logicalId) ? { ...change, effect: "rolling" } : change,
  );
}
