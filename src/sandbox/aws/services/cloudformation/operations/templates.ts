// Templates: as submitted, summarised, validated. And the exports of all stacks.
import type {
  EstimateTemplateCostInput,
  EstimateTemplateCostOutput,
  Export,
  GetTemplateInput,
  GetTemplateOutput,
  GetTemplateSummaryInput,
  GetTemplateSummaryOutput,
  ListExportsInput,
  ListExportsOutput,
  ListImportsInput,
  ListImportsOutput,
  ValidateTemplateInput,
  ValidateTemplateOutput,
} from "@aws-sdk/client-cloudformation";
import type { Context, Operation } from "../../../core/index.ts";
import { AwsError, operation } from "../../../core/index.ts";
import { validationError } from "../errors.ts";
import { importersOf } from "../executor/outputs.ts";
import type { StackInput } from "../state.ts";
import { changeSets, exportsTable, inputs } from "../state.ts";
import { givenOf } from "../template-of.ts";
import { neededCapabilities } from "../template/capabilities.ts";
import { givenValues, readTemplate } from "../template/index.ts";
import { computed, languageExtensions } from "../template/language-extensions.ts";
import type { Template } from "../template/model.ts";
import { isNoEcho } from "../template/parameters.ts";
import { resourceSpec } from "../spec.ts";
import { page } from "./page.ts";
import { findStack, noTemplate, required, requireStack, stackPermissions, templateBody } from "./stack-of.ts";

const getTemplate = operation<GetTemplateInput, GetTemplateOutput>({
  permissions: stackPermissions("GetTemplate"),
  run(input, ctx) {
    const source = templateSource(ctx, input);
    const stages: ("Original" | "Processed")[] = ["Original", "Processed"];
    if (input.TemplateStage !== "Processed") return { TemplateBody: source.body, StagesAvailable: stages };
    const { template, processed } = givenOf(source);
    const transformed = template.Transform.includes(languageExtensions);
    const shown = computed(processed, (name) => source.parameters[name]?.value);
    return { TemplateBody: transformed ? JSON.stringify(shown) : source.body, StagesAvailable: stages };
  },
});

function templateSource(ctx: Context, input: GetTemplateInput): StackInput {
  const { ChangeSetName: name } = input;
  if (name === undefined) {
    if (input.StackName === undefined)
      throw validationError("StackName is required if ChangeSetName is not specified.");
    const stack = findStack(ctx, input.StackName);
    if (!stack) throw validationError(`Stack with id ${input.StackName} does not exist`);
    return ctx.table(inputs).get(stack.id) as StackInput;
  }
  if (!name.startsWith("arn:") && input.StackName === undefined)
    throw validationError("StackName is a required parameter.");
  const sets = name.startsWith("arn:")
    ? [ctx.table(changeSets).get(name)]
    : ctx
        .table(changeSets)
        .by("stack", requireStack(ctx, input.StackName).id)
        .filter((set) => set.name === name);
  const [set] = sets;
  if (!set) throw new AwsError("ChangeSetNotFound", `ChangeSet [${name}] does not exist`, { status: 404 });
  return set.input;
}

const validateTemplate = operation<ValidateTemplateInput, ValidateTemplateOutput>((input, ctx) => {
  const body = templateBody(ctx, input);
  if (body === undefined) throw validationError(noTemplate);
  const { template } = readTemplate(body);
  const { capabilities, reason } = neededCapabilities(template);
  return {
    Parameters: Object.entries(template.Parameters).map(([key, declaration]) => ({
      ParameterKey: key,
      ...(declaration.Default === undefined ? {} : { DefaultValue: String(declaration.Default) }),
      NoEcho: isNoEcho(declaration),
      ...(declaration.Description === undefined ? {} : { Description: declaration.Description }),
    })),
    ...(template.Description === undefined ? {} : { Description: template.Description }),
    ...(capabilities.length > 0 ? { Capabilities: capabilities as ["CAPABILITY_IAM"] } : {}),
    ...(reason === undefined ? {} : { CapabilitiesReason: reason }),
    ...(template.Transform.length > 0 ? { DeclaredTransforms: [...template.Transform] } : {}),
  };
});

const getTemplateSummary = operation<GetTemplateSummaryInput, GetTemplateSummaryOutput>({
  permissions: (input, ctx) => stackPermissions("GetTemplateSummary")(input, ctx),
  run(input, ctx) {
    const template = summarised(ctx, input);
    const { capabilities, reason } = neededCapabilities(template);
    const types = [...new Set(Object.values(template.Resources).map((resource) => resource.Type))];
    return {
      Parameters: Object.entries(template.Parameters).map(([key, declaration]) => ({
        ParameterKey: key,
        ...(declaration.Default === undefined ? {} : { DefaultValue: String(declaration.Default) }),
        ParameterType: declaration.Type,
        NoEcho: isNoEcho(declaration),
        ...(declaration.Description === undefined ? {} : { Description: declaration.Description }),
        ParameterConstraints: declaration.AllowedValues ? { AllowedValues: declaration.AllowedValues.map(String) } : {},
      })),
      ...(template.Description === undefined ? {} : { Description: template.Description }),
      ...(capabilities.length > 0 ? { Capabilities: capabilities as ["CAPABILITY_IAM"] } : {}),
      ...(reason === undefined ? {} : { CapabilitiesReason: reason }),
      ResourceTypes: types,
      Version: "2010-09-09",
      ...(template.Metadata === undefined ? {} : { Metadata: JSON.stringify(template.Metadata) }),
      ...(template.Transform.length > 0 ? { DeclaredTransforms: [...template.Transform] } : {}),
      ResourceIdentifierSummaries: types.map((type) => ({
        ResourceType: type,
        LogicalResourceIds: Object.entries(template.Resources).flatMap(([id, one]) => (one.Type === type ? [id] : [])),
        ResourceIdentifiers: [...(resourceSpec(type)?.id ?? [])],
      })),
    };
  },
});

function summarised(ctx: Context, input: GetTemplateSummaryInput): Template {
  const body = templateBody(ctx, input);
  if (body !== undefined) return readTemplate(body, givenValues([])).template;
  if (input.StackName === undefined) throw validationError("Either Template URL or Template Body must be specified.");
  const stack = requireStack(ctx, input.StackName);
  if (stack.status === "REVIEW_IN_PROGRESS") {
    throw validationError("GetTemplateSummary cannot be called on REVIEW_IN_PROGRESS stacks.");
  }
  return givenOf(ctx.table(inputs).get(stack.id) as StackInput).template;
}

const listExports = operation<ListExportsInput, ListExportsOutput>((input, ctx) => {
  const rows = ctx
    .table(exportsTable)
    .list()
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const { items, next } = page(rows, 100, input.NextToken);
  const found: Export[] = items.map((row) => ({ ExportingStackId: row.stackId, Name: row.name, Value: row.value }));
  return { Exports: found, ...(next ? { NextToken: next } : {}) };
});

const listImports = operation<ListImportsInput, ListImportsOutput>((input, ctx) => {
  const name = required(input.ExportName, "exportName");
  const users = importersOf(ctx, name);
  if (users.length === 0) throw validationError(`Export '${name}' is not imported by any stack.`);
  const { items, next } = page(users, 100, input.NextToken);
  return { Imports: items, ...(next ? { NextToken: next } : {}) };
});

/** A page of AWS's calculator; the sandbox knows no prices. */
const estimateTemplateCost = operation<EstimateTemplateCostInput, EstimateTemplateCostOutput>((input, ctx) => {
  const body = templateBody(ctx, input);
  if (body === undefined) throw validationError(noTemplate);
  const { template } = readTemplate(body, givenValues(input.Parameters ?? []));
  const given = new Set((input.Parameters ?? []).map((one) => one.ParameterKey));
  const missing = Object.entries(template.Parameters).filter(
    ([key, one]) => one.Default === undefined && !given.has(key),
  );
  if (missing.length > 0)
    throw validationError(`Parameters: [${missing.map(([key]) => key).join(", ")}] must have values`);
  return { Url: `http://calculator.s3.amazonaws.com/calc5.html?key=cloudformation/${ctx.ids.uuid()}` };
});

export const templateOperations: Readonly<Record<string, Operation>> = {
  EstimateTemplateCost: estimateTemplateCost,
  GetTemplate: getTemplate,
  GetTemplateSummary: getTemplateSummary,
  ListExports: listExports,
  ListImports: listImports,
  ValidateTemplate: validateTemplate,
};
