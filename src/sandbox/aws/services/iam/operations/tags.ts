// Tags of everything in IAM that has them: three operations each, made from one table.
import type { Context, Operation, TableDefinition } from "../../../core/index.ts";
import { operation } from "../../../core/index.ts";
import { getOwnPolicy, getPolicy } from "../documents.ts";
import { getOwnRole, getRole, getUser } from "../entities.ts";
import type { Tags } from "../state.ts";
import { instanceProfiles, oidcProviders, policies, roles, users } from "../state.ts";
import type { Paging } from "../values.ts";
import { mergeTags, page, removeTags, tagList } from "../values.ts";
import { getInstanceProfile } from "./instance-profiles.ts";
import { getOidcProvider } from "./oidc-providers.ts";

interface TagInput extends Paging {
  RoleName?: string;
  UserName?: string;
  PolicyArn?: string;
  InstanceProfileName?: string;
  OpenIDConnectProviderArn?: string;
  Tags?: { Key?: string; Value?: string }[];
  TagKeys?: string[];
}

interface Taggable {
  word: string;
  table: TableDefinition<{ tags: Tags }>;
  /** Row and its key; `change` is true when the tags are to be changed. */
  find(ctx: Context, input: TagInput, change: boolean): { key: string; tags: Tags };
}

const at = (key: string, row: { tags: Tags }): { key: string; tags: Tags } => ({ key, tags: row.tags });
const untyped = (table: unknown): TableDefinition<{ tags: Tags }> => table as TableDefinition<{ tags: Tags }>;

const taggables: readonly Taggable[] = [
  {
    word: "Role",
    table: untyped(roles),
    find: (ctx, input, change) => {
      const role = change ? getOwnRole(ctx, input.RoleName) : getRole(ctx, input.RoleName);
      return at(role.name.toLowerCase(), role);
    },
  },
  {
    word: "User",
    table: untyped(users),
    find: (ctx, input) => {
      const user = getUser(ctx, input.UserName);
      return at(user.name.toLowerCase(), user);
    },
  },
  {
    word: "Policy",
    table: untyped(policies),
    find: (ctx, input, change) => {
      const policy = change ? getOwnPolicy(ctx, input.PolicyArn, "TagPolicy") : getPolicy(ctx, input.PolicyArn);
      return at(policy.arn, policy);
    },
  },
  {
    word: "InstanceProfile",
    table: untyped(instanceProfiles),
    find: (ctx, input) => {
      const profile = getInstanceProfile(ctx, input.InstanceProfileName);
      return at(profile.name.toLowerCase(), profile);
    },
  },
  {
    word: "OpenIDConnectProvider",
    table: untyped(oidcProviders),
    find: (ctx, input) => {
      const provider = getOidcProvider(ctx, input.OpenIDConnectProviderArn);
      return at(provider.arn, provider);
    },
  },
];

function family({ word, table, find }: Taggable): Record<string, Operation> {
  return {
    [`Tag${word}`]: operation<TagInput, object>((input, ctx) => {
      const { key, tags } = find(ctx, input, true);
      ctx.table(table).update(key, { tags: mergeTags(tags, input.Tags) });
      return {};
    }),
    [`Untag${word}`]: operation<TagInput, object>((input, ctx) => {
      const { key, tags } = find(ctx, input, true);
      ctx.table(table).update(key, { tags: removeTags(tags, input.TagKeys) });
      return {};
    }),
    [`List${word}Tags`]: operation<TagInput, object>((input, ctx) => {
      const { key, tags } = find(ctx, input, false);
      return page("Tags", tagList(tags), input, `List${word}Tags/${key}`);
    }),
  };
}

export const tagOperations: Readonly<Record<string, Operation>> = Object.assign({}, ...taggables.map(family)) as Record<
  string,
  Operation
>;
