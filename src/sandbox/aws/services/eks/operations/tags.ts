// Tags of everything in EKS that has an ARN.
import type {
  ListTagsForResourceRequest,
  ListTagsForResourceResponse,
  TagResourceRequest,
  TagResourceResponse,
  UntagResourceRequest,
  UntagResourceResponse,
} from "@aws-sdk/client-eks";
import type { Context, Operation, Sent, TableDefinition } from "../../../core/index.ts";
import { AwsError, operation } from "../../../core/index.ts";
import { eksArn } from "../lookup.ts";
import { checkTags } from "../rules/text.ts";
import {
  accessEntries,
  addonTable,
  capabilities,
  clusters,
  fargateProfiles,
  identityProviders,
  nodegroups,
  podIdentities,
} from "../state.ts";

type Tags = Record<string, string>;

interface Taggable {
  table: TableDefinition<{ tags: Tags }>;
  arn: (row: object) => string | undefined;
}

const taggable = <Row extends { tags: Tags }>(table: TableDefinition<Row>, arn: (row: Row) => string): Taggable => ({
  table: table as unknown as Taggable["table"],
  arn: arn as unknown as Taggable["arn"],
});

/** By the first part of the ARN's path. */
const kinds: Readonly<Record<string, Taggable>> = {
  cluster: taggable(clusters, (row) => row.arn),
  nodegroup: taggable(nodegroups, (row) => row.nodegroupArn),
  fargateprofile: taggable(fargateProfiles, (row) => row.fargateProfileArn),
  addon: taggable(addonTable, (row) => row.addonArn),
  "access-entry": taggable(accessEntries, (row) => row.accessEntryArn),
  podidentityassociation: taggable(podIdentities, (row) => row.associationArn),
  identityproviderconfig: taggable(identityProviders, (row) => row.identityProviderConfigArn),
  capability: taggable(capabilities, (row) => row.arn),
};

interface Found {
  kind: Taggable;
  key: string;
  tags: Tags;
}

function search(ctx: Context, arn: string): Found | undefined {
  const prefix = eksArn(ctx, "");
  const kind = arn.startsWith(prefix) ? kinds[arn.slice(prefix.length).split("/")[0] ?? ""] : undefined;
  for (const [key, row] of kind ? ctx.table(kind.table).entries() : []) {
    if (kind?.arn(row) === arn) return { kind, key, tags: row.tags };
  }
  return undefined;
}

/** Tags of a resource, for policies that look at them. */
export function tagsOfArn(arn: string, ctx: Context): Readonly<Tags> | undefined {
  return search(ctx, arn)?.tags;
}

/** Tag operations have errors of their own: BadRequestException and NotFoundException. */
function find(ctx: Context, arn: string): Found {
  if (!arn.startsWith("arn:") || arn.split(":")[2] !== "eks")
    throw new AwsError("BadRequestException", `Invalid Resource Arn, ${arn}`, { status: 400 });
  const found = search(ctx, arn);
  if (found) return found;
  throw new AwsError("NotFoundException", `Resource ${arn} was not found`, { status: 404 });
}

/** The same rules as of tags at creation, under the name that these operations have for a bad request. */
function refused(check: () => void): void {
  try {
    check();
  } catch (error) {
    if (!(error instanceof AwsError) || error.code !== "InvalidParameterException") throw error;
    throw new AwsError("BadRequestException", error.message, { status: 400 });
  }
}

const onArn = (action: string) => (input: { resourceArn?: string | undefined }) => [
  { action: `eks:${action}`, resource: input.resourceArn ?? "*" },
];

export const tagOperations: Readonly<Record<string, Operation>> = {
  TagResource: operation<Sent<TagResourceRequest>, TagResourceResponse>({
    permissions: onArn("TagResource"),
    run: ({ resourceArn, tags }, ctx) => {
      const { kind, key, tags: before } = find(ctx, resourceArn);
      if (Object.keys(tags).length === 0)
        throw new AwsError("BadRequestException", "tags must have between 1 and 50 elements", { status: 400 });
      refused(() => checkTags(tags, before, ctx.principal.type === "AWSService"));
      ctx.table(kind.table).update(key, { tags: { ...before, ...tags } });
      return {};
    },
  }),
  UntagResource: operation<Sent<UntagResourceRequest>, UntagResourceResponse>({
    permissions: onArn("UntagResource"),
    run: ({ resourceArn, tagKeys }, ctx) => {
      const { kind, key, tags: before } = find(ctx, resourceArn);
      if (tagKeys.length === 0 || tagKeys.length > 50)
        throw new AwsError("BadRequestException", "tagKeys must have between 1 and 50 elements", { status: 400 });
      const tags = Object.fromEntries(Object.entries(before).filter(([name]) => !tagKeys.includes(name)));
      ctx.table(kind.table).update(key, { tags });
      return {};
    },
  }),
  ListTagsForResource: operation<Sent<ListTagsForResourceRequest>, ListTagsForResourceResponse>({
    permissions: onArn("ListTagsForResource"),
    run: ({ resourceArn }, ctx) => ({ tags: find(ctx, resourceArn).tags }),
  }),
};
