// Stacks as files: the CloudFormation export of `lotse stacks`.
import { stringify } from "yaml";
import type { DesiredStack, StackCapability, Tag } from "./desired.ts";
import type { Template } from "./template.ts";

/** A stack as it is submitted, without what only lotse needs of it. */
export interface ExportedStack {
  readonly stackName: string;
  readonly capabilities: readonly StackCapability[];
  readonly tags: readonly Tag[];
  readonly enableTerminationProtection: boolean;
  readonly template: Template;
}

/** The stacks as plain data. */
export function exportStacks(stacks: readonly DesiredStack[]): ExportedStack[] {
  return stacks.map(({ stackName, capabilities, tags, enableTerminationProtection, template }) => ({
    stackName,
    capabilities,
    tags,
    enableTerminationProtection,
    template,
  }));
}

/** JSON text of an array of stacks. */
export function stacksToJson(stacks: readonly DesiredStack[]): string {
  return `${JSON.stringify(exportStacks(stacks), undefined, 2)}\n`;
}

/** The same array as YAML. */
export function stacksToYaml(stacks: readonly DesiredStack[]): string {
  return stringify(exportStacks(stacks), { lineWidth: 0, aliasDuplicateObjects: false });
}

/** One template per stack, by file name: `eksctl-prod-cluster.json`. */
export function stacksToFiles(stacks: readonly DesiredStack[]): Map<string, string> {
  return new Map(
    stacks.map(({ stackName, template }) => [`${stackName}.json`, `${JSON.stringify(template, undefined, 2)}\n`]),
  );
}
