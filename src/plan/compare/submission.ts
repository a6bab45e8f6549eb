// The template to submit for an update: the wanted one, with what must stay as it was taken from the living stack.
import type { Template, TemplateResource, TemplateValue } from "../../stacks/index.ts";
import { unruledProperties } from "./by-design.ts";
import { rollingLaunchTemplates, type ResourceChange } from "./template-diff.ts";

/** Keeps the old values of properties that the template no longer rules, so that the change set doesn't touch them. */
function withHistory(before: TemplateResource | undefined, after: TemplateResource): TemplateResource {
  if (!before || before.Type !== after.Type) return after;
  const unruled = unruledProperties(after.Type, after.Properties ?? {});
  if (unruled.length === 0) return after;
  if (unruled.includes("*")) return before;
  const properties: Record<string, TemplateValue> = { ...after.Properties };
  for (const property of unruled) {
    const old = before.Properties?.[property];
    if (old === undefined) delete properties[property];
    else properties[property] = old;
  }
  return { ...after, Properties: properties };
}

/** Makes managed groups of this stack use the newest version of their launch template, when it changes or has changed before. */
function pinLaunchTemplates(
  before: Template,
  after: Record<string, TemplateResource>,
  changed: ReadonlySet<string>,
): void {
  for (const [logicalId, resource] of Object.entries(after)) {
    if (resource.Type !== "AWS::EKS::Nodegroup") continue;
    const wanted = resource.Properties?.["LaunchTemplate"] as Record<string, TemplateValue> | undefined;
    const reference = (wanted?.["Id"] as Record<string, string> | undefined)?.["Ref"];
    if (!wanted || reference === undefined || wanted["Version"] !== undefined) continue;
    const old = before.Resources[logicalId]?.Properties?.["LaunchTemplate"] as
      | Record<string, TemplateValue>
      | undefined;
    const Version = changed.has(reference) ? { "Fn::GetAtt": [reference, "LatestVersionNumber"] } : old?.["Version"];
    if (Version === undefined) continue;
    after[logicalId] = { ...resource, Properties: { ...resource.Properties, LaunchTemplate: { ...wanted, Version } } };
  }
}

/**
 * The template that takes a stack from `before` to what `after` wants.
 *
 * @param keep logical ids that stay although `after` lacks them
 */
export function submission(
  before: Template,
  after: Template,
  changes: readonly ResourceChange[],
  keep: ReadonlySet<string> = new Set(),
): Template {
  const resources: Record<string, TemplateResource> = {};
  for (const [logicalId, resource] of Object.entries(after.Resources)) {
    resources[logicalId] = withHistory(before.Resources[logicalId], resource);
  }
  for (const logicalId of keep) {
    const old = before.Resources[logicalId];
    if (old) resources[logicalId] ??= old;
  }
  const changed = rollingLaunchTemplates(before, changes);
  pinLaunchTemplates(before, resources, changed);
  const outputs = Object.entries(before.Outputs ?? {}).filter(
    ([name, { Value }]) => !after.Outputs?.[name] && refersTo(Value, keep),
  );
  return {
    ...after,
    Resources: resources,
    ...(after.Outputs && { Outputs: { ...after.Outputs, ...Object.fromEntries(outputs) } }),
  };
}

function refersTo(value: TemplateValue, ids: ReadonlySet<string>): boolean {
  const text = JSON.stringify(value);
  return [...ids].some((id) => text.includes(`"${id}"`) || text.includes(`"${id}.`));
}
