// Regions, zones and what the account may do there.
import type {
  AccountAttribute,
  AvailabilityZone,
  DescribeAccountAttributesRequest,
  DescribeAccountAttributesResult,
  DescribeAvailabilityZonesRequest,
  DescribeAvailabilityZonesResult,
  DescribeCapacityReservationsRequest,
  DescribeCapacityReservationsResult,
  DescribeRegionsRequest,
  DescribeRegionsResult,
  DescribeSpotPriceHistoryRequest,
  DescribeSpotPriceHistoryResult,
} from "@aws-sdk/client-ec2";
import type { Zone } from "../../../../../facts/index.ts";
import { availabilityZones, instanceType, instanceTypes, localZones } from "../../../../../facts/index.ts";
import type { Operation } from "../../../core/index.ts";
import { AwsError, operation, partitionOf } from "../../../core/index.ts";
import { applyFilters, paginate } from "../../../query/index.ts";
import { checkMaxResults } from "../describe.ts";
import { invalidValue } from "../errors.ts";
import { offeringZones } from "../offerings.ts";
import { quota } from "../quotas.ts";
import { regionNames } from "../regions.ts";
import { zonesOf } from "../zones.ts";
import { vpcs } from "../state.ts";

function zoneItem(zone: Zone): AvailabilityZone {
  return {
    OptInStatus: zone.type === "availability-zone" ? "opt-in-not-required" : "not-opted-in",
    Messages: [],
    RegionName: zone.region,
    ZoneName: zone.name,
    ZoneId: zone.id,
    GroupName: zone.type === "availability-zone" ? `${zone.region}-zg-1` : zone.group,
    NetworkBorderGroup: zone.type === "availability-zone" ? zone.region : zone.group,
    ZoneType: zone.type,
    ...(zone.parent ? { ParentZoneName: zone.parent } : {}),
    State: "available",
  };
}

export const regionOperations: Readonly<Record<string, Operation>> = {
  DescribeAvailabilityZones: operation<DescribeAvailabilityZonesRequest, DescribeAvailabilityZonesResult>(
    (input, ctx) => {
      const known = [...availabilityZones(ctx.region), ...localZones(ctx.region)];
      for (const name of input.ZoneNames ?? [])
        if (!known.some((zone) => zone.name === name))
          throw new AwsError("InvalidParameterValue", `Invalid availability zone: [${name}]`);
      for (const id of input.ZoneIds ?? [])
        if (!known.some((zone) => zone.id === id))
          throw new AwsError("InvalidParameterValue", `Invalid availability zone-id: [${id}]`);
      const named = known.filter(
        (zone) =>
          (!input.ZoneNames?.length || input.ZoneNames.includes(zone.name)) &&
          (!input.ZoneIds?.length || input.ZoneIds.includes(zone.id)) &&
          (zone.type === "availability-zone" || input.AllAvailabilityZones || input.ZoneNames?.includes(zone.name)),
      );
      const zones = applyFilters(named.map(zoneItem), input.Filters, {
        "group-name": (zone) => zone.GroupName,
        "group-long-name": (zone) => zone.GroupLongName,
        message: () => undefined,
        "opt-in-status": (zone) => zone.OptInStatus,
        "parent-zone-name": (zone) => zone.ParentZoneName,
        "parent-zone-id": () => undefined,
        "region-name": (zone) => zone.RegionName,
        state: (zone) => zone.State,
        "zone-id": (zone) => zone.ZoneId,
        "zone-name": (zone) => zone.ZoneName,
        "zone-type": (zone) => zone.ZoneType,
      });
      return { AvailabilityZones: [...zones] };
    },
  ),

  DescribeRegions: operation<DescribeRegionsRequest, DescribeRegionsResult>((input, ctx) => {
    const regions = regionNames.filter(([name]) => partitionOf(name) === ctx.partition);
    for (const name of input.RegionNames ?? [])
      if (!regions.some(([known]) => known === name))
        throw new AwsError("InvalidParameterValue", `Invalid region: [${name}]`);
    const domain = ctx.partition === "aws-cn" ? "amazonaws.com.cn" : "amazonaws.com";
    const items = regions
      .filter(([name, optIn]) =>
        input.RegionNames?.length ? input.RegionNames.includes(name) : input.AllRegions === true || !optIn,
      )
      .map(([name, optIn]) => ({
        OptInStatus: optIn ? "not-opted-in" : "opt-in-not-required",
        RegionName: name,
        Endpoint: `ec2.${name}.${domain}`,
      }));
    const Regions = applyFilters(items, input.Filters, {
      endpoint: (row) => row.Endpoint,
      "opt-in-status": (row) => row.OptInStatus,
      "region-name": (row) => row.RegionName,
    });
    return { Regions: [...Regions] };
  }),

  DescribeAccountAttributes: operation<DescribeAccountAttributesRequest, DescribeAccountAttributesResult>(
    (input, ctx) => {
      const defaultVpc = ctx.table(vpcs).find((row) => row.isDefault);
      const values: Record<string, string> = {
        "supported-platforms": "VPC",
        "default-vpc": defaultVpc?.id ?? "none",
        "max-instances": "20",
        "vpc-max-security-groups-per-interface": String(quota(ctx, "groupsPerInterface")),
        "max-elastic-ips": String(quota(ctx, "elasticAddresses")),
        "vpc-max-elastic-ips": String(quota(ctx, "elasticAddresses")),
      };
      const asked = input.AttributeNames?.length ? input.AttributeNames : Object.keys(values);
      const unknown = asked.find((name) => !Object.hasOwn(values, name));
      if (unknown !== undefined) throw invalidValue(unknown, "attributeName", "Unknown attribute.");
      return {
        AccountAttributes: asked.flatMap((name): AccountAttribute[] => {
          const value = values[name];
          return value === undefined ? [] : [{ AttributeName: name, AttributeValues: [{ AttributeValue: value }] }];
        }),
      };
    },
  ),

  DescribeSpotPriceHistory: operation<DescribeSpotPriceHistoryRequest, DescribeSpotPriceHistoryResult>((input, ctx) => {
    checkMaxResults(input.MaxResults, 1);
    const types = input.InstanceTypes?.length
      ? input.InstanceTypes.flatMap((name) => instanceType(name) ?? [])
      : instanceTypes();
    const prices = types.flatMap((type) =>
      offeringZones(type.name, ctx.region).map((AvailabilityZone, i) => ({
        AvailabilityZone,
        InstanceType: type.name,
        ProductDescription: "Linux/UNIX",
        // About a third of the on-demand price, a little different by zone: a price to calculate with, not AWS's.
        SpotPrice: ((type.usdPerHour ?? 0.1) * (0.32 + i * 0.01)).toFixed(6),
      })),
    );
    const matching = applyFilters(prices, input.Filters, {
      "availability-zone": (row) => row.AvailabilityZone,
      "availability-zone-id": (row) => zonesOf(ctx.region).get(row.AvailabilityZone)?.id,
      timestamp: () => new Date(ctx.now()).toISOString(),
      "instance-type": (row) => row.InstanceType,
      "product-description": (row) => row.ProductDescription,
      "spot-price": (row) => row.SpotPrice,
    });
    const wanted = matching.filter(
      (row) =>
        (!input.AvailabilityZone || row.AvailabilityZone === input.AvailabilityZone) &&
        (!input.ProductDescriptions?.length ||
          input.ProductDescriptions.some((text) => text.startsWith(row.ProductDescription))),
    );
    const { items, nextToken } = paginate(wanted, {
      token: input.NextToken,
      max: input.MaxResults,
      pageSize: 1000,
      scope: "ec2/DescribeSpotPriceHistory",
    });
    type Price = NonNullable<DescribeSpotPriceHistoryResult["SpotPriceHistory"]>[number];
    return {
      SpotPriceHistory: items.map((row) => ({ ...row, Timestamp: new Date(ctx.now()) }) as Price),
      NextToken: nextToken ?? "",
    };
  }),

  // Nobody can reserve capacity here, so there is none; Karpenter asks for it all the same.
  DescribeCapacityReservations: operation<DescribeCapacityReservationsRequest, DescribeCapacityReservationsResult>(
    (input) => {
      const [id] = input.CapacityReservationIds ?? [];
      if (id)
        throw new AwsError(
          "InvalidCapacityReservationId.NotFound",
          `The specified Capacity Reservation ID '${id}' does not exist.`,
        );
      return { CapacityReservations: [] };
    },
  ),
};
