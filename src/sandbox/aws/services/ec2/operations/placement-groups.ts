// Placement groups.
import type {
  CreatePlacementGroupRequest,
  CreatePlacementGroupResult,
  DeletePlacementGroupRequest,
  DescribePlacementGroupsRequest,
  DescribePlacementGroupsResult,
  PlacementGroup as GroupItem,
} from "@aws-sdk/client-ec2";
import type { Operation } from "../../../core/index.ts";
import { AwsError, operation } from "../../../core/index.ts";
import type { Listing } from "../describe.ts";
import { describe } from "../describe.ts";
import { invalidValue } from "../errors.ts";
import { arnOf, notFound, placementGroupKind, required } from "../kinds.ts";
import type { PlacementGroup } from "../state.ts";
import { instances, placementGroups } from "../state.ts";
import { tagList, tagsFor } from "../tags.ts";

const listing: Listing<PlacementGroup, GroupItem> = {
  operation: "DescribePlacementGroups",
  kind: placementGroupKind,
  filters: (ctx) => ({
    "group-arn": (row) => arnOf(ctx, "placement-group", row.name),
    "group-name": (row) => row.name,
    strategy: (row) => row.strategy,
    "spread-level": (row) => row.spreadLevel,
    state: () => "available",
  }),
  render: (row, ctx) => ({
    GroupName: row.name,
    State: "available",
    Strategy: row.strategy,
    ...(row.partitions ? { PartitionCount: row.partitions } : {}),
    ...(row.spreadLevel ? { SpreadLevel: row.spreadLevel as "host" | "rack" } : {}),
    GroupId: row.id,
    ...tagList(row.tags),
    GroupArn: arnOf(ctx, "placement-group", row.name),
  }),
};

export const placementGroupOperations: Readonly<Record<string, Operation>> = {
  CreatePlacementGroup: operation<CreatePlacementGroupRequest, CreatePlacementGroupResult>((input, ctx) => {
    const name = required(input.GroupName, "groupName");
    const strategy = input.Strategy ?? (input.PartitionCount ? "partition" : "cluster");
    if (!["cluster", "spread", "partition"].includes(strategy)) throw invalidValue(strategy, "strategy");
    if (ctx.table(placementGroups).by("name", name).length > 0)
      throw new AwsError("InvalidPlacementGroup.Duplicate", `The Placement Group '${name}' already exists.`);
    const id = ctx.ids.ec2("pg");
    const row = ctx.table(placementGroups).put(id, {
      id,
      name,
      strategy: strategy as PlacementGroup["strategy"],
      ...(strategy === "partition" ? { partitions: input.PartitionCount ?? 2 } : {}),
      ...(strategy === "spread" ? { spreadLevel: input.SpreadLevel ?? "rack" } : {}),
      tags: tagsFor(ctx, input.TagSpecifications, "placement-group"),
    });
    return { PlacementGroup: listing.render(row, ctx) };
  }),

  DeletePlacementGroup: operation<DeletePlacementGroupRequest, object>((input, ctx) => {
    const name = required(input.GroupName, "groupName");
    const [row] = ctx.table(placementGroups).by("name", name);
    if (!row) throw notFound(placementGroupKind, name);
    if (ctx.table(instances).find((one) => one.placementGroup === name && one.state !== "terminated"))
      throw new AwsError(
        "InvalidPlacementGroup.InUse",
        `The placement group '${name}' is in use and may not be deleted.`,
      );
    ctx.table(placementGroups).delete(row.id);
    return {};
  }),

  DescribePlacementGroups: operation<DescribePlacementGroupsRequest, DescribePlacementGroupsResult>((input, ctx) => {
    const named = (input.GroupNames ?? []).map((name) => {
      const [row] = ctx.table(placementGroups).by("name", name);
      if (!row) throw notFound(placementGroupKind, name);
      return row.id;
    });
    const { items } = describe(ctx, listing, { Filters: input.Filters }, [...(input.GroupIds ?? []), ...named]);
    return { PlacementGroups: items };
  }),
};
