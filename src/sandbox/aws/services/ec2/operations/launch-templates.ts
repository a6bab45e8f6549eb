// Launch templates and their versions.
import type {
  CreateLaunchTemplateRequest,
  CreateLaunchTemplateResult,
  CreateLaunchTemplateVersionRequest,
  CreateLaunchTemplateVersionResult,
  DeleteLaunchTemplateRequest,
  DeleteLaunchTemplateResult,
  DeleteLaunchTemplateVersionsRequest,
  DeleteLaunchTemplateVersionsResult,
  DescribeLaunchTemplatesRequest,
  DescribeLaunchTemplatesResult,
  DescribeLaunchTemplateVersionsRequest,
  DescribeLaunchTemplateVersionsResult,
  LaunchTemplate as TemplateItem,
  LaunchTemplateVersion as VersionItem,
  ModifyLaunchTemplateRequest,
  ModifyLaunchTemplateResult,
  RequestLaunchTemplateData,
} from "@aws-sdk/client-ec2";
import type { Context, Operation } from "../../../core/index.ts";
import { AwsError, operation } from "../../../core/index.ts";
import { applyFilters, paginate } from "../../../query/index.ts";
import type { Listing } from "../describe.ts";
import { checkMaxResults, describe } from "../describe.ts";
import { invalidCombination } from "../errors.ts";
import { launchTemplateKind, required } from "../kinds.ts";
import {
  checkTemplateData,
  findTemplate,
  findVersion,
  storableData,
  templateData,
  versionNumber,
} from "../launch-templates.ts";
import type { LaunchTemplate, LaunchTemplateVersion } from "../state.ts";
import { launchTemplates, launchTemplateVersions } from "../state.ts";
import { tagList, tagsFor } from "../tags.ts";

const listing: Listing<LaunchTemplate, TemplateItem> = {
  operation: "DescribeLaunchTemplates",
  kind: launchTemplateKind,
  least: 1,
  filters: () => ({
    "create-time": (row) => new Date(row.createdAt).toISOString(),
    "launch-template-id": (row) => row.id,
    "launch-template-name": (row) => row.name,
  }),
  render: (row) => ({
    LaunchTemplateId: row.id,
    LaunchTemplateName: row.name,
    CreateTime: new Date(row.createdAt),
    CreatedBy: row.createdBy,
    DefaultVersionNumber: row.defaultVersion,
    LatestVersionNumber: row.latestVersion,
    ...tagList(row.tags),
  }),
};

function versionItem(ctx: Context, row: Readonly<LaunchTemplateVersion>): VersionItem {
  const template = ctx.table(launchTemplates).get(row.templateId);
  return {
    LaunchTemplateId: row.templateId,
    LaunchTemplateName: template?.name,
    VersionNumber: row.version,
    ...(row.description === undefined ? {} : { VersionDescription: row.description }),
    CreateTime: new Date(row.createdAt),
    CreatedBy: row.createdBy,
    DefaultVersion: template?.defaultVersion === row.version,
    LaunchTemplateData: templateData(row) as NonNullable<VersionItem["LaunchTemplateData"]>,
  };
}

function putVersion(
  ctx: Context,
  templateId: string,
  version: number,
  description: string | undefined,
  data: RequestLaunchTemplateData,
): Readonly<LaunchTemplateVersion> {
  checkTemplateData(data);
  return ctx.table(launchTemplateVersions).put(`${templateId}/${version}`, {
    templateId,
    version,
    ...(description === undefined ? {} : { description }),
    createdAt: ctx.now(),
    createdBy: ctx.principal.arn,
    data: storableData(data),
  });
}

const versionFields: Record<string, (row: Readonly<LaunchTemplateVersion>) => string | undefined> = {
  "create-time": (row) => new Date(row.createdAt).toISOString(),
  "iam-instance-profile": (row) =>
    templateData(row).IamInstanceProfile?.Arn ?? templateData(row).IamInstanceProfile?.Name,
  "image-id": (row) => templateData(row).ImageId,
  "instance-type": (row) => templateData(row).InstanceType,
};

/** What AWS answers to versions without a template. */
const versionsOfWhat =
  "To describe the launch template data for all your launch templates, for ‘--versions’ specify ‘$Latest’, ‘$Default’, or both, and omit ‘--launch-template-id’, ‘--launch-template-name’, and version numbers. To describe the launch template data for a specific launch template, specify ‘--launch-template-id’ or ‘--launch-template-name’, and for ‘--versions’ specify one or more of the following values: ‘$Latest’, ‘$Default’, or one or more version numbers.";

function versionsAsked(ctx: Context, input: DescribeLaunchTemplateVersionsRequest): Readonly<LaunchTemplateVersion>[] {
  const { LaunchTemplateId: id, LaunchTemplateName: name, Versions: versions = [] } = input;
  if (id === undefined && name === undefined) {
    if (versions.length === 0) throw new AwsError("MissingParameter", versionsOfWhat);
    if (!versions.every((version) => version === "$Latest" || version === "$Default"))
      throw new AwsError("InvalidParameterValue", versionsOfWhat);
    return ctx
      .table(launchTemplates)
      .list()
      .flatMap((template) => versions.map((version) => findVersion(ctx, template, version)));
  }
  const template = findTemplate(ctx, id, name);
  if (versions.length > 0) return versions.map((version) => findVersion(ctx, template, version));
  const least = input.MinVersion === undefined ? 1 : versionNumber(template, input.MinVersion);
  const most = input.MaxVersion === undefined ? Infinity : versionNumber(template, input.MaxVersion);
  return ctx
    .table(launchTemplateVersions)
    .by("template", template.id)
    .filter(({ version }) => version >= least && version <= most)
    .toSorted((a, b) => b.version - a.version);
}

export const launchTemplateOperations: Readonly<Record<string, Operation>> = {
  CreateLaunchTemplate: operation<CreateLaunchTemplateRequest, CreateLaunchTemplateResult>((input, ctx) => {
    const name = required(input.LaunchTemplateName, "launchTemplateName");
    const data = required(input.LaunchTemplateData, "launchTemplateData");
    if (!/^[a-zA-Z0-9().\-/_]{3,128}$/.test(name))
      throw new AwsError(
        "InvalidLaunchTemplateName.MalformedException",
        "A launch template name must be between 3 and 128 characters, and may contain letters, numbers, and the following characters: - ( ) . / _.",
      );
    if (ctx.table(launchTemplates).by("name", name).length > 0)
      throw new AwsError("InvalidLaunchTemplateName.AlreadyExistsException", "Launch template name already in use.");
    const id = ctx.ids.ec2("lt");
    const row = ctx.table(launchTemplates).put(id, {
      id,
      name,
      createdAt: ctx.now(),
      createdBy: ctx.principal.arn,
      defaultVersion: 1,
      latestVersion: 1,
      tags: tagsFor(ctx, input.TagSpecifications, "launch-template"),
    });
    putVersion(ctx, id, 1, input.VersionDescription, data);
    return { LaunchTemplate: listing.render(row, ctx) };
  }),

  CreateLaunchTemplateVersion: operation<CreateLaunchTemplateVersionRequest, CreateLaunchTemplateVersionResult>(
    (input, ctx) => {
      const template = findTemplate(ctx, input.LaunchTemplateId, input.LaunchTemplateName);
      const given = required(input.LaunchTemplateData, "launchTemplateData");
      const source = input.SourceVersion ? templateData(findVersion(ctx, template, input.SourceVersion)) : {};
      const version = template.latestVersion + 1;
      ctx.table(launchTemplates).update(template.id, { latestVersion: version });
      const row = putVersion(ctx, template.id, version, input.VersionDescription, { ...source, ...given });
      return { LaunchTemplateVersion: versionItem(ctx, row) };
    },
  ),

  ModifyLaunchTemplate: operation<ModifyLaunchTemplateRequest, ModifyLaunchTemplateResult>((input, ctx) => {
    if (input.LaunchTemplateId && input.LaunchTemplateName)
      throw invalidCombination("Either provide launch template ID or launch template name to modify the template.");
    const template = findTemplate(ctx, input.LaunchTemplateId, input.LaunchTemplateName);
    const version = versionNumber(template, required(input.DefaultVersion, "setDefaultVersion"));
    if (!ctx.table(launchTemplateVersions).has(`${template.id}/${version}`))
      throw new AwsError(
        "InvalidLaunchTemplateId.VersionNotFound",
        `The launch template version ${version} is not found for the specified launch template.`,
      );
    const row = ctx.table(launchTemplates).update(template.id, { defaultVersion: version });
    return { LaunchTemplate: listing.render(row, ctx) };
  }),

  DeleteLaunchTemplate: operation<DeleteLaunchTemplateRequest, DeleteLaunchTemplateResult>((input, ctx) => {
    const template = findTemplate(ctx, input.LaunchTemplateId, input.LaunchTemplateName);
    for (const row of ctx.table(launchTemplateVersions).by("template", template.id))
      ctx.table(launchTemplateVersions).delete(`${template.id}/${row.version}`);
    ctx.table(launchTemplates).delete(template.id);
    return { LaunchTemplate: listing.render(template, ctx) };
  }),

  DeleteLaunchTemplateVersions: operation<DeleteLaunchTemplateVersionsRequest, DeleteLaunchTemplateVersionsResult>(
    (input, ctx) => {
      const template = findTemplate(ctx, input.LaunchTemplateId, input.LaunchTemplateName);
      const done: NonNullable<DeleteLaunchTemplateVersionsResult["SuccessfullyDeletedLaunchTemplateVersions"]> = [];
      const failed: NonNullable<DeleteLaunchTemplateVersionsResult["UnsuccessfullyDeletedLaunchTemplateVersions"]> = [];
      for (const text of required(input.Versions, "launchTemplateVersions")) {
        const version = versionNumber(template, text);
        const item = { LaunchTemplateId: template.id, LaunchTemplateName: template.name, VersionNumber: version };
        if (version === template.defaultVersion)
          throw new AwsError(
            "InvalidParameterValue",
            `Cannot delete default version ${version} of launch template ${template.id}. Set another default first.`,
          );
        if (ctx.table(launchTemplateVersions).delete(`${template.id}/${version}`)) done.push(item);
        else
          failed.push({
            ...item,
            ResponseError: {
              Code: "launchTemplateVersionDoesNotExist",
              Message: `The specified launch template version ${version} does not exist.`,
            },
          });
      }
      return {
        SuccessfullyDeletedLaunchTemplateVersions: done,
        UnsuccessfullyDeletedLaunchTemplateVersions: failed,
      };
    },
  ),

  DescribeLaunchTemplates: operation<DescribeLaunchTemplatesRequest, DescribeLaunchTemplatesResult>((input, ctx) => {
    const named = (input.LaunchTemplateNames ?? []).map((name) => {
      const [row] = ctx.table(launchTemplates).by("name", name);
      if (!row)
        throw new AwsError(
          "InvalidLaunchTemplateName.NotFoundException",
          "At least one of the launch templates specified in the request does not exist.",
        );
      return row.id;
    });
    const { items, ...next } = describe(ctx, listing, input, [...(input.LaunchTemplateIds ?? []), ...named]);
    return { LaunchTemplates: items, ...next };
  }),

  DescribeLaunchTemplateVersions: operation<
    DescribeLaunchTemplateVersionsRequest,
    DescribeLaunchTemplateVersionsResult
  >((input, ctx) => {
    checkMaxResults(input.MaxResults, 1);
    const matching = applyFilters(versionsAsked(ctx, input), input.Filters, {
      ...versionFields,
      "is-default-version": (row) => ctx.table(launchTemplates).get(row.templateId)?.defaultVersion === row.version,
    });
    const { items, nextToken } = paginate(matching, {
      token: input.NextToken,
      max: input.MaxResults,
      ceiling: 200,
      scope: "ec2/DescribeLaunchTemplateVersions",
      keyOf: (row) => `${row.templateId}/${row.version}`,
    });
    return {
      LaunchTemplateVersions: items.map((row) => versionItem(ctx, row)),
      ...(nextToken ? { NextToken: nextToken } : {}),
    };
  }),
};
