// A stack's outputs and exports, computed when all its resources stand.
import type { Context } from "../../../core/index.ts";
import { validationError } from "../errors.ts";
import type { OperationRow, OutputRow, StackInput, StackRow } from "../state.ts";
import { exportsTable, inputs, stacks } from "../state.ts";
import { givenOf } from "../template-of.ts";
import { evaluate } from "../template/intrinsics.ts";
import type { Template } from "../template/model.ts";
import { hasAttribute, mentions } from "../template/references.ts";
import type { Scope } from "../template/scope.ts";
import { NO_VALUE } from "../template/scope.ts";
import { stackScope } from "./scope.ts";

/** The outputs of a template. @throws AwsError ValidationError */
export function computeOutputs(template: Template, scope: Scope): OutputRow[] {
  return Object.entries(template.Outputs).flatMap(([key, output]) => {
    if (output.Condition !== undefined && scope.conditions[output.Condition] !== true) return [];
    mentions(output.Value, (mention) => {
      if (mention.kind !== "attribute" || mention.attribute === undefined) return;
      const type = template.Resources[mention.name]?.Type ?? "";
      if (hasAttribute(type, mention.attribute)) return;
      throw validationError(
        `[Error] /Outputs/${key}/Value/Fn::GetAtt: Resource type ${type} does not support attribute {${mention.attribute}}.`,
      );
    });
    const value = evaluate(output.Value, scope);
    if (value === NO_VALUE) return [];
    const exported = output.Export === undefined ? undefined : evaluate(output.Export.Name, scope);
    const row: OutputRow = { key, value: outputText(key, value) };
    if (output.Description !== undefined) row.description = output.Description;
    if (exported !== undefined) row.exportName = String(exported as string);
    return [row];
  });
}

function outputText(key: string, value: unknown): string {
  if (typeof value === "object" || typeof value === "symbol") {
    throw validationError(
      `Template format error: The Value field of every Outputs member must evaluate to a String. (${key})`,
    );
  }
  return String(value as string);
}

/**
 * Writes the outputs of a stack that has come to its end, and its exports.
 *
 * @throws AwsError ValidationError when an export is taken, or one that others import would go or change
 */
export function publishOutputs(ctx: Context, operation: Readonly<OperationRow>): void {
  const { stackId } = operation;
  const stack = ctx.table(stacks).get(stackId) as StackRow;
  const input = ctx.table(inputs).get(stackId) as StackInput;
  const { template } = givenOf(input);
  const imports: string[] = [];
  const scope = stackScope(ctx, stack, input, template, { heard: (name) => imports.push(name) });
  const outputs = computeOutputs(template, scope);
  const table = ctx.table(exportsTable);
  const wanted = new Map(outputs.flatMap((row) => (row.exportName === undefined ? [] : [[row.exportName, row.value]])));
  for (const old of table.by("stack", stackId)) {
    const value = wanted.get(old.name);
    if (value === old.value) continue;
    const [user] = importersOf(ctx, old.name);
    if (user !== undefined) {
      throw validationError(
        value === undefined
          ? `Export ${old.name} cannot be deleted as it is in use by ${user}`
          : `Cannot update export ${old.name} as it is in use by ${user}`,
      );
    }
    table.delete(old.name);
  }
  for (const [name, value] of wanted) {
    const other = table.get(name);
    if (other && other.stackId !== stackId) {
      throw validationError(
        `Export with name ${name} is already exported by stack ${stackNameOf(ctx, other.stackId)}.`,
      );
    }
    table.put(name, { name, value, stackId });
  }
  const used = new Set([...importsOf(template, scope), ...imports]);
  ctx.table(stacks).put(stackId, { ...stack, outputs, imports: [...used] });
}

/** Names of all exports that a template's living resources import, as far as they can be told now. */
export function importsOf(template: Template, scope: Scope): string[] {
  const names: string[] = [];
  for (const declaration of Object.values(template.Resources)) {
    if (declaration.Condition !== undefined && scope.conditions[declaration.Condition] !== true) continue;
    mentions(
      declaration.Properties ?? {},
      (mention) => {
        if (mention.kind === "import") names.push(String(evaluate(mention.name, scope) as string));
      },
      scope.conditions,
    );
  }
  return names;
}

/** Names of the stacks that import an export. */
export function importersOf(ctx: Context, exportName: string): string[] {
  return ctx
    .table(stacks)
    .by("imports", exportName)
    .filter((stack) => stack.status !== "DELETE_COMPLETE")
    .map((stack) => stack.name);
}

function stackNameOf(ctx: Context, stackId: string): string {
  return ctx.table(stacks).get(stackId)?.name ?? stackId;
}

/** The first export of a stack that another one uses, with its user. */
export function lockedExport(ctx: Context, stackId: string): { name: string; user: string } | undefined {
  for (const { name } of ctx.table(exportsTable).by("stack", stackId)) {
    const [user] = importersOf(ctx, name);
    if (user !== undefined) return { name, user };
  }
  return undefined;
}

/** Takes a stack's exports away. */
export function releaseExports(ctx: Context, stackId: string): void {
  for (const { name } of ctx.table(exportsTable).by("stack", stackId)) ctx.table(exportsTable).delete(name);
}
