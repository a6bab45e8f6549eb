// Prefix lists of customers, and reading AWS's own beside them.
// https://docs.aws.amazon.com/vpc/latest/userguide/managed-prefix-lists.html
import type {
  CreateManagedPrefixListRequest,
  CreateManagedPrefixListResult,
  DeleteManagedPrefixListRequest,
  DeleteManagedPrefixListResult,
  DescribeManagedPrefixListsRequest,
  DescribeManagedPrefixListsResult,
  GetManagedPrefixListAssociationsRequest,
  GetManagedPrefixListAssociationsResult,
  GetManagedPrefixListEntriesRequest,
  GetManagedPrefixListEntriesResult,
  ManagedPrefixList,
  ModifyManagedPrefixListRequest,
  ModifyManagedPrefixListResult,
  PrefixListState,
  RestoreManagedPrefixListVersionRequest,
  RestoreManagedPrefixListVersionResult,
} from "@aws-sdk/client-ec2";
import { formatCidr, parseCidr } from "../../../../../base/index.ts";
import type { Context, Operation } from "../../../core/index.ts";
import { AwsError, operation } from "../../../core/index.ts";
import { applyFilters, paginate } from "../../../query/index.ts";
import { checkMaxResults } from "../describe.ts";
import { prefixLists } from "../endpoint-services.ts";
import { invalidCombination, invalidValue } from "../errors.ts";
import { arnOf, find, notFound, prefixListKind, required } from "../kinds.ts";
import type { PrefixList, PrefixListEntry } from "../state.ts";
import { managedPrefixLists, routeTables, securityGroupRules } from "../state.ts";
import { tagList, tagsFor } from "../tags.ts";

function item(ctx: Context, row: Readonly<PrefixList>, State: PrefixListState = row.state): ManagedPrefixList {
  return {
    PrefixListId: row.id,
    AddressFamily: row.family,
    State,
    ...(State === "delete-failed" && row.stateMessage ? { StateMessage: row.stateMessage } : {}),
    PrefixListArn: arnOf(ctx, "prefix-list", row.id),
    PrefixListName: row.name,
    MaxEntries: row.maxEntries,
    Version: row.versions.length,
    Tags: tagList(row.tags).Tags ?? [],
    OwnerId: ctx.account,
  };
}

/** AWS's own lists have no size and no version. */
function amazonItems(ctx: Context): ManagedPrefixList[] {
  return prefixLists(ctx.region, ctx.partition).map((list) => ({
    PrefixListId: list.id,
    AddressFamily: "IPv4",
    State: "create-complete",
    PrefixListArn: `arn:${ctx.partition}:ec2:${ctx.region}:aws:prefix-list/${list.id}`,
    PrefixListName: list.name,
    Tags: [],
    OwnerId: "AWS",
  }));
}

function checkedEntry(
  family: PrefixList["family"],
  given: { Cidr?: string | undefined; Description?: string | undefined },
): PrefixListEntry {
  const block = parseCidr(given.Cidr ?? "");
  if (!block || block.family !== (family === "IPv4" ? 4 : 6))
    throw invalidValue(given.Cidr, "cidr", `This is not a valid ${family} CIDR block.`);
  const cidr = formatCidr(block);
  return given.Description === undefined ? { cidr } : { cidr, description: given.Description };
}

function checkName(name: string): void {
  if (name.startsWith("com.amazonaws"))
    throw invalidValue(name, "PrefixListName", "The name cannot start with com.amazonaws.");
}

function checkSize(entries: number, max: number): void {
  if (entries > max)
    throw new AwsError(
      "PrefixListMaxEntriesExceeded",
      `You've reached the maximum number of entries for the prefix list.`,
    );
}

function checkVersion(row: Readonly<PrefixList>, version: number | undefined): void {
  if (version !== undefined && version !== row.versions.length)
    throw new AwsError("PrefixListVersionMismatch", "The prefix list has the incorrect version number.");
}

/** A list of the account's own; AWS's can be read and not changed. */
function own(ctx: Context, id: string | undefined): Readonly<PrefixList> {
  if (prefixLists(ctx.region, ctx.partition).some((list) => list.id === id))
    throw new AwsError("OperationNotPermitted", `You can't change the AWS-managed prefix list ${id}.`);
  return find(ctx, prefixListKind, id, "prefixListId");
}

/** Who names the list: security groups and route tables. */
function users(ctx: Context, id: string): string[] {
  const groups = ctx.table(securityGroupRules).list((rule) => rule.prefixListId === id);
  const tables = ctx.table(routeTables).list((table) => table.routes.some(({ destination }) => destination === id));
  return [...new Set([...groups.map(({ groupId }) => groupId), ...tables.map((table) => table.id)])];
}

function changed(row: Readonly<PrefixList>, input: ModifyManagedPrefixListRequest): readonly PrefixListEntry[] {
  const removed = new Set((input.RemoveEntries ?? []).map((entry) => checkedEntry(row.family, entry).cidr));
  const added = (input.AddEntries ?? []).map((entry) => checkedEntry(row.family, entry));
  const renewed = new Set(added.map(({ cidr }) => cidr));
  const kept = (row.versions.at(-1) ?? []).filter(({ cidr }) => !removed.has(cidr) && !renewed.has(cidr));
  return [...kept, ...added];
}

export const prefixListOperations: Readonly<Record<string, Operation>> = {
  CreateManagedPrefixList: operation<CreateManagedPrefixListRequest, CreateManagedPrefixListResult>((input, ctx) => {
    const name = required(input.PrefixListName, "prefixListName");
    const family = required(input.AddressFamily, "addressFamily");
    const maxEntries = required(input.MaxEntries, "maxEntries");
    checkName(name);
    if (family !== "IPv4" && family !== "IPv6") throw invalidValue(family, "addressFamily");
    if (maxEntries < 1 || maxEntries > 1000)
      throw invalidValue(maxEntries, "maxEntries", "Must be between 1 and 1000.");
    const entries = (input.Entries ?? []).map((entry) => checkedEntry(family, entry));
    checkSize(entries.length, maxEntries);
    const tags = tagsFor(ctx, input.TagSpecifications, "prefix-list");
    const id = ctx.ids.ec2("pl");
    const row: PrefixList = { id, name, family, maxEntries, versions: [entries], state: "create-complete", tags };
    return { PrefixList: item(ctx, ctx.table(managedPrefixLists).put(id, row), "create-in-progress") };
  }),

  ModifyManagedPrefixList: operation<ModifyManagedPrefixListRequest, ModifyManagedPrefixListResult>((input, ctx) => {
    const row = own(ctx, input.PrefixListId);
    const moves = (input.AddEntries?.length ?? 0) + (input.RemoveEntries?.length ?? 0) > 0;
    if (moves && input.MaxEntries !== undefined)
      throw invalidCombination(
        "You cannot modify the entries of a prefix list and modify the size of a prefix list at the same time.",
      );
    if (input.PrefixListName) checkName(input.PrefixListName);
    if (moves) checkVersion(row, input.CurrentVersion);
    const entries = changed(row, input);
    const maxEntries = input.MaxEntries ?? row.maxEntries;
    checkSize(entries.length, maxEntries);
    const next = ctx.table(managedPrefixLists).update(row.id, {
      name: input.PrefixListName ?? row.name,
      maxEntries,
      versions: moves ? [...row.versions, entries] : row.versions,
      state: "modify-complete",
    });
    return { PrefixList: item(ctx, next, moves || input.MaxEntries !== undefined ? "modify-in-progress" : next.state) };
  }),

  RestoreManagedPrefixListVersion: operation<
    RestoreManagedPrefixListVersionRequest,
    RestoreManagedPrefixListVersionResult
  >((input, ctx) => {
    const row = own(ctx, input.PrefixListId);
    checkVersion(row, required(input.CurrentVersion, "currentVersion"));
    const entries = row.versions[required(input.PreviousVersion, "previousVersion") - 1];
    if (!entries) throw invalidValue(input.PreviousVersion, "previousVersion", "There is no such version.");
    const next = ctx
      .table(managedPrefixLists)
      .update(row.id, { versions: [...row.versions, entries], state: "restore-complete" });
    return { PrefixList: item(ctx, next, "restore-in-progress") };
  }),

  DeleteManagedPrefixList: operation<DeleteManagedPrefixListRequest, DeleteManagedPrefixListResult>((input, ctx) => {
    const row = own(ctx, input.PrefixListId);
    // The request is taken; that something still names the list is found on the way.
    const [user] = users(ctx, row.id);
    const stateMessage = `The prefix list ${row.id} is referenced by ${user}.`;
    if (user) ctx.table(managedPrefixLists).update(row.id, { state: "delete-failed", stateMessage });
    else ctx.table(managedPrefixLists).delete(row.id);
    return { PrefixList: item(ctx, row, "delete-in-progress") };
  }),

  DescribeManagedPrefixLists: operation<DescribeManagedPrefixListsRequest, DescribeManagedPrefixListsResult>(
    (input, ctx) => {
      checkMaxResults(input.MaxResults, 1);
      const all = [
        ...ctx
          .table(managedPrefixLists)
          .list()
          .map((row) => item(ctx, row)),
        ...amazonItems(ctx),
      ];
      const missing = input.PrefixListIds?.find((id) => !all.some((list) => list.PrefixListId === id));
      if (missing !== undefined) throw notFound(prefixListKind, missing);
      const asked = all.filter(
        (list) => !input.PrefixListIds?.length || input.PrefixListIds.includes(list.PrefixListId ?? ""),
      );
      const matching = applyFilters(
        asked,
        input.Filters,
        {
          "owner-id": (list) => list.OwnerId,
          "prefix-list-id": (list) => list.PrefixListId,
          "prefix-list-name": (list) => list.PrefixListName,
        },
        (list) => Object.fromEntries((list.Tags ?? []).map(({ Key = "", Value = "" }) => [Key, Value])),
      );
      const { items, nextToken } = paginate(matching, {
        token: input.NextToken,
        max: input.MaxResults,
        ceiling: 100,
        scope: "ec2/DescribeManagedPrefixLists",
        keyOf: (list) => list.PrefixListId ?? "",
      });
      return { PrefixLists: [...items], ...(nextToken ? { NextToken: nextToken } : {}) };
    },
  ),

  GetManagedPrefixListEntries: operation<GetManagedPrefixListEntriesRequest, GetManagedPrefixListEntriesResult>(
    (input, ctx) => {
      checkMaxResults(input.MaxResults, 1);
      const amazon = prefixLists(ctx.region, ctx.partition).find(({ id }) => id === input.PrefixListId);
      const { items, nextToken } = paginate(amazon ? amazon.cidrs.map((cidr) => ({ cidr })) : entriesOf(ctx, input), {
        token: input.NextToken,
        max: input.MaxResults,
        ceiling: 100,
        scope: `ec2/GetManagedPrefixListEntries/${input.PrefixListId}`,
        keyOf: ({ cidr }) => cidr,
      });
      return {
        Entries: items.map(({ cidr, description }: PrefixListEntry) => ({
          Cidr: cidr,
          ...(description === undefined ? {} : { Description: description }),
        })),
        ...(nextToken ? { NextToken: nextToken } : {}),
      };
    },
  ),

  GetManagedPrefixListAssociations: operation<
    GetManagedPrefixListAssociationsRequest,
    GetManagedPrefixListAssociationsResult
  >((input, ctx) => {
    const { id } = find(ctx, prefixListKind, input.PrefixListId, "prefixListId");
    return {
      PrefixListAssociations: users(ctx, id).map((user) => ({ ResourceId: user, ResourceOwner: ctx.account })),
    };
  }),
};

function entriesOf(ctx: Context, input: GetManagedPrefixListEntriesRequest): readonly PrefixListEntry[] {
  const row = find(ctx, prefixListKind, input.PrefixListId, "prefixListId");
  const version = input.TargetVersion ?? row.versions.length;
  const entries = row.versions[version - 1];
  if (!entries) throw invalidValue(version, "targetVersion", "There is no such version.");
  return entries;
}
