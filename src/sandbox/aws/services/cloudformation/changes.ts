// What an update would do, told before it happens: the content of a change set.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ResourceChange.html
import type { ResourceChange, ResourceChangeDetail } from "@aws-sdk/client-cloudformation";
import type { Context } from "../../core/index.ts";
import { propertyReplacement } from "./diff.ts";
import { changedProperties, sameValue } from "./values.ts";
import { computeOutputs } from "./executor/outputs.ts";
import { metadataText, resolveProperties } from "./executor/properties.ts";
import { attributeNow, refOf, stackScope } from "./executor/scope.ts";
import { resourceSpec } from "./spec.ts";
import type { ResourceRow, StackInput, StackRow } from "./state.ts";
import { resources } from "./state.ts";
import { givenOf } from "./template-of.ts";
import { holdsUnknown } from "./template/intrinsics.ts";
import type { Json, ResourceDeclaration, Template } from "./template/model.ts";
import { isObject } from "./template/model.ts";
import { dependencies, mentions } from "./template/references.ts";
import type { Scope } from "./template/scope.ts";
import { UNKNOWN } from "./template/scope.ts";

export interface Plan {
  changes: ResourceChange[];
  /** False when the update would be refused with "No updates are to be performed." */
  changed: boolean;
}

/** Attributes that change when a resource is changed in place. */
const moving: Readonly<Record<string, readonly string[]>> = {
  "AWS::EC2::LaunchTemplate": ["LatestVersionNumber", "DefaultVersionNumber"],
};

interface Planning {
  ctx: Context;
  stack: Readonly<StackRow>;
  template: Template;
  scope: Scope;
  before: { template: Template; parameters: StackInput["parameters"]; tags: StackInput["tags"] } | undefined;
  input: StackInput;
  fates: Map<string, { replaced: boolean; modified: boolean }>;
}

/**
 * Plans a stack's change to `input`.
 *
 * @param previous what the stack was made from; undefined of a stack that isn't there yet
 * @param imported logical ids of resources that exist and are to be taken over
 */
export function planChanges(
  ctx: Context,
  stack: Readonly<StackRow>,
  input: StackInput,
  previous: Readonly<StackInput> | undefined,
  imported: ReadonlyMap<string, string> = new Map(),
): Plan {
  const { template } = givenOf(input);
  const fates: Planning["fates"] = new Map();
  const alive = new Map(
    ctx
      .table(resources)
      .by("stack", stack.id)
      .filter((row) => row.physicalId !== undefined && row.status !== "DELETE_COMPLETE")
      .map((row) => [row.logicalId, row]),
  );
  const settled = (logicalId: string): Readonly<ResourceRow> | undefined =>
    fates.get(logicalId)?.replaced ? undefined : alive.get(logicalId);
  const scope = stackScope(ctx, stack, input, template, {
    source: {
      ref: (logicalId) => {
        const row = settled(logicalId);
        return row ? refOf(row) : UNKNOWN;
      },
      attribute: (logicalId, attribute) => {
        const row = settled(logicalId);
        const moves = fates.get(logicalId)?.modified && moving[row?.type ?? ""]?.includes(attribute);
        return row && !moves ? (attributeNow(ctx, row, attribute) ?? UNKNOWN) : UNKNOWN;
      },
    },
  });
  const before = previous && {
    template: givenOf(previous).template,
    parameters: previous.parameters,
    tags: previous.tags,
  };
  const planning: Planning = { ctx, stack, template, scope, before, input, fates };
  const changes: ResourceChange[] = [];
  const kept = new Set<string>();
  for (const logicalId of inOrder(dependencies(template, scope.conditions))) {
    const declaration = template.Resources[logicalId] as ResourceDeclaration;
    const row = alive.get(logicalId);
    kept.add(logicalId);
    const change = row
      ? modification(planning, row, declaration)
      : addition(planning, logicalId, declaration, imported);
    if (!change) continue;
    fates.set(logicalId, { replaced: !row || change.Replacement === "True", modified: true });
    changes.push(change);
  }
  for (const row of alive.values()) if (!kept.has(row.logicalId)) changes.push(removal(row));
  return { changes, changed: changes.length > 0 || !sameAround(planning, previous) };
}

function inOrder(needs: ReadonlyMap<string, readonly string[]>): string[] {
  const done = new Set<string>();
  const visit = (id: string): void => {
    if (done.has(id)) return;
    for (const need of needs.get(id) ?? []) visit(need);
    done.add(id);
  };
  for (const id of needs.keys()) visit(id);
  return [...done];
}

/** True when nothing around the resources changes: outputs, tags, where notifications go. */
function sameAround(planning: Planning, previous: Readonly<StackInput> | undefined): boolean {
  const { input, template, scope, stack } = planning;
  if (!previous) return false;
  if (!sameValue(input.tags, previous.tags) || !sameValue(input.notificationArns, previous.notificationArns))
    return false;
  const outputs = computeOutputs(template, scope);
  return sameValue(outputs, stack.outputs);
}

function addition(
  planning: Planning,
  logicalId: string,
  declaration: ResourceDeclaration,
  imported: ReadonlyMap<string, string>,
): ResourceChange {
  const physicalId = imported.get(logicalId);
  const resolved = resolveProperties(declaration, planning.scope, []);
  return {
    Action: physicalId === undefined ? "Add" : "Import",
    LogicalResourceId: logicalId,
    ...(physicalId === undefined ? {} : { PhysicalResourceId: physicalId }),
    ResourceType: declaration.Type,
    Scope: [],
    Details: [],
    AfterContext: JSON.stringify({ Properties: shown(resolved.own) }),
  };
}

function removal(row: Readonly<ResourceRow>): ResourceChange {
  const kept = row.deletionPolicy === "Retain" || row.deletionPolicy === "RetainExceptOnCreate";
  return {
    Action: "Remove",
    PolicyAction: kept ? "Retain" : "Delete",
    LogicalResourceId: row.logicalId,
    PhysicalResourceId: row.physicalId ?? "",
    ResourceType: row.type,
    Scope: [],
    Details: [],
    BeforeContext: JSON.stringify({ Properties: row.properties }),
  };
}

function modification(
  planning: Planning,
  row: Readonly<ResourceRow>,
  declaration: ResourceDeclaration,
): ResourceChange | undefined {
  const { scope, input } = planning;
  const resolved = resolveProperties(declaration, scope, input.tags);
  const details = changedProperties(row.properties, resolved.full).flatMap((name) =>
    propertyDetails(planning, row, declaration, name, row.properties[name], resolved.full[name]),
  );
  if (metadataText(declaration, scope) !== row.metadata) {
    const found = outerCauses(planning, declaration.Metadata ?? "", false);
    const own = attributeDetail("Metadata");
    const { Target } = own;
    details.push(...found.map((cause) => ({ Target, ...cause })));
    details.push(found.length > 0 ? { ...own, Evaluation: "Dynamic" } : own);
  }
  if (declaration.DeletionPolicy !== row.deletionPolicy) details.push(attributeDetail("DeletionPolicy"));
  if (declaration.UpdateReplacePolicy !== row.updateReplacePolicy) details.push(attributeDetail("UpdateReplacePolicy"));
  if (!sameValue(declaration.UpdatePolicy, row.updatePolicy)) details.push(attributeDetail("UpdatePolicy"));
  if (row.type !== declaration.Type) details.push(attributeDetail("Properties"));
  if (details.length === 0) return undefined;
  const replacement = row.type === declaration.Type ? replacementWord(details) : "True";
  const kept = declaration.UpdateReplacePolicy === "Retain";
  return {
    Action: "Modify",
    ...(replacement === "True" ? { PolicyAction: kept ? "ReplaceAndRetain" : "ReplaceAndDelete" } : {}),
    LogicalResourceId: row.logicalId,
    PhysicalResourceId: row.physicalId ?? "",
    ResourceType: declaration.Type,
    Replacement: replacement,
    Scope: [...new Set(details.map((detail) => detail.Target?.Attribute ?? "Properties"))],
    Details: details,
    BeforeContext: JSON.stringify({ Properties: row.properties }),
    AfterContext: JSON.stringify({ Properties: shown(resolved.full) }),
  };
}

function replacementWord(details: readonly ResourceChangeDetail[]): "True" | "False" | "Conditional" {
  const always = details.filter((detail) => detail.Target?.RequiresRecreation === "Always");
  if (always.some((detail) => detail.Evaluation === "Static")) return "True";
  const perhaps = details.some((detail) => detail.Target?.RequiresRecreation === "Conditionally");
  return always.length > 0 || perhaps ? "Conditional" : "False";
}

function attributeDetail(
  attribute: "Metadata" | "DeletionPolicy" | "UpdateReplacePolicy" | "UpdatePolicy" | "Properties",
): ResourceChangeDetail {
  return {
    Target: { Attribute: attribute, RequiresRecreation: "Never" },
    Evaluation: "Static",
    ChangeSource: "DirectModification",
  };
}

/** One detail for every cause of a property's change. */
function propertyDetails(
  planning: Planning,
  row: Readonly<ResourceRow>,
  declaration: ResourceDeclaration,
  name: string,
  before: unknown,
  after: unknown,
): ResourceChangeDetail[] {
  // The resource's own tags are a property like others; those of the stack are told apart.
  const isTags =
    resourceSpec(row.type)?.tags?.property === name && !sameValue(planning.input.tags, planning.before?.tags);
  const effect = propertyReplacement(row.type, name, before, after);
  const kind = before === undefined ? "Add" : after === undefined ? "Remove" : "Modify";
  const target: ResourceChangeDetail["Target"] = {
    Attribute: isTags ? "Tags" : "Properties",
    Name: name,
    RequiresRecreation: effect === "yes" ? "Always" : effect === "maybe" ? "Conditionally" : "Never",
    Path: `/Properties/${name}`,
    ...(before === undefined ? {} : { BeforeValue: valueText(before) }),
    ...(after === undefined ? {} : { AfterValue: valueText(after) }),
    AttributeChangeType: kind,
  };
  return causes(planning, row, declaration, name, after).map((cause) => ({ Target: target, ...cause }));
}

type Cause = Omit<ResourceChangeDetail, "Target">;

/** Whatever moves a property without a change of the template is told with its own cause, and once more as a whole. */
function causes(
  planning: Planning,
  row: Readonly<ResourceRow>,
  declaration: ResourceDeclaration,
  name: string,
  after: unknown,
): Cause[] {
  const { before } = planning;
  const written = declaration.Properties?.[name];
  const found = outerCauses(planning, (written ?? "") as Json, holdsUnknown(after));
  const old = before?.template.Resources[row.logicalId]?.Properties?.[name];
  const literal = found.length === 0 && !(sameValue(written, old) && holdsUnknown(after));
  return [...found, { Evaluation: literal ? "Static" : "Dynamic", ChangeSource: "DirectModification" }];
}

/** Parameters and resources that a value mentions and that change. */
function outerCauses(planning: Planning, written: Json, unknown: boolean): Cause[] {
  const { before, input, fates } = planning;
  const found: Cause[] = [];
  const changedParameters = new Set(
    Object.keys(input.parameters).filter((key) => input.parameters[key]?.value !== before?.parameters[key]?.value),
  );
  mentions(written, (mention) => {
    if (mention.kind === "ref" && changedParameters.has(mention.name))
      found.push({ Evaluation: "Static", ChangeSource: "ParameterReference", CausingEntity: mention.name });
    if ((mention.kind !== "ref" && mention.kind !== "attribute") || !unknown || !fates.has(mention.name)) return;
    const sure = fates.get(mention.name)?.replaced ? "Static" : "Dynamic";
    const entity = mention.kind === "ref" ? mention.name : `${mention.name}.${mention.attribute ?? ""}`;
    const source = mention.kind === "ref" ? "ResourceReference" : "ResourceAttribute";
    found.push({ Evaluation: sure, ChangeSource: source, CausingEntity: entity });
  });
  return found;
}

const knownAfterApply = "{{changeSet:KNOWN_AFTER_APPLY}}";

function valueText(value: unknown): string {
  const plain = shown(value);
  return typeof plain === "string" ? plain : JSON.stringify(plain);
}

/** A value as contexts show it: numbers and booleans as text, unknown parts by AWS's marker. */
function shown(value: unknown): unknown {
  if (value === UNKNOWN) return knownAfterApply;
  if (Array.isArray(value)) return value.map(shown);
  if (isObject(value)) return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, shown(member)]));
  return typeof value === "number" || typeof value === "boolean" ? String(value) : value;
}
