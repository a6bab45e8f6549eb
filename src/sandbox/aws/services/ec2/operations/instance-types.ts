// Instance types and where they are offered.
import type {
  DescribeInstanceTypeOfferingsRequest,
  DescribeInstanceTypeOfferingsResult,
  DescribeInstanceTypesRequest,
  DescribeInstanceTypesResult,
  GetInstanceTypesFromInstanceRequirementsRequest,
  GetInstanceTypesFromInstanceRequirementsResult,
  InstanceTypeInfo,
  InstanceTypeOffering,
} from "@aws-sdk/client-ec2";
import type { InstanceTypeFacts } from "../../../../../facts/index.ts";
import { availabilityZones, instanceType, instanceTypes, localZones } from "../../../../../facts/index.ts";
import type { Operation } from "../../../core/index.ts";
import { AwsError, operation } from "../../../core/index.ts";
import { applyFilters, paginate } from "../../../query/index.ts";
import { checkMaxResults, refuseIdsWithPages } from "../describe.ts";
import { invalidValue } from "../errors.ts";
import { instanceTypeItemFilters } from "../filter-names.ts";
import { itemFilters } from "../item-filters.ts";
import { checkRequirements, cpuOf, instanceTypeItem, isOldGeneration, matchesRequirements } from "../instance-types.ts";
import { isOffered } from "../offerings.ts";

const fields = {
  ...itemFilters(instanceTypeItemFilters, (row: Readonly<InstanceTypeFacts>) => instanceTypeItem(row, "")),
  "instance-type": (row: Readonly<InstanceTypeFacts>) => row.name,
  "bare-metal": (row: Readonly<InstanceTypeFacts>) => row.bareMetal,
  "burstable-performance-supported": (row: Readonly<InstanceTypeFacts>) => /^t[2-9]/.test(row.family),
  "current-generation": (row: Readonly<InstanceTypeFacts>) => !isOldGeneration(row.family),
  hypervisor: (row: Readonly<InstanceTypeFacts>) => (row.hypervisor === "unknown" ? undefined : row.hypervisor),
  "instance-storage-supported": (row: Readonly<InstanceTypeFacts>) => row.nvmeGB !== undefined,
  "memory-info.size-in-mib": (row: Readonly<InstanceTypeFacts>) => row.memoryMiB,
  "network-info.efa-supported": (row: Readonly<InstanceTypeFacts>) => row.efa !== undefined,
  "network-info.maximum-network-interfaces": (row: Readonly<InstanceTypeFacts>) => row.enis,
  "network-info.ipv4-addresses-per-interface": (row: Readonly<InstanceTypeFacts>) => row.ipv4PerEni,
  "processor-info.supported-architecture": (row: Readonly<InstanceTypeFacts>) =>
    row.arch === "arm64" ? "arm64" : "x86_64",
  "supported-usage-class": () => ["on-demand", "spot"],
  "supported-virtualization-type": () => "hvm",
  "vcpu-info.default-cores": (row: Readonly<InstanceTypeFacts>) => cpuOf(row).cores,
  "vcpu-info.default-threads-per-core": (row: Readonly<InstanceTypeFacts>) => cpuOf(row).threads,
  "vcpu-info.default-vcpus": (row: Readonly<InstanceTypeFacts>) => row.vcpu,
};

export const instanceTypeOperations: Readonly<Record<string, Operation>> = {
  DescribeInstanceTypes: operation<DescribeInstanceTypesRequest, DescribeInstanceTypesResult>((input, ctx) => {
    checkMaxResults(input.MaxResults);
    const names = input.InstanceTypes ?? [];
    refuseIdsWithPages(names, input.MaxResults, "instanceTypes");
    const unknown = names.filter((name) => !instanceType(name));
    if (unknown.length > 0)
      throw new AwsError(
        "InvalidInstanceType",
        `The following supplied instance types do not exist: [${unknown.join(", ")}]`,
      );
    const all = names.length > 0 ? names.flatMap((name) => instanceType(name) ?? []) : instanceTypes();
    const { items, nextToken } = paginate(applyFilters(all, input.Filters, fields), {
      token: input.NextToken,
      max: input.MaxResults,
      pageSize: 100,
      ceiling: 100,
      scope: "ec2/DescribeInstanceTypes",
      keyOf: (row) => row.name,
    });
    return {
      InstanceTypes: items.map((row): InstanceTypeInfo => instanceTypeItem(row, ctx.region)),
      ...(nextToken ? { NextToken: nextToken } : {}),
    };
  }),

  DescribeInstanceTypeOfferings: operation<DescribeInstanceTypeOfferingsRequest, DescribeInstanceTypeOfferingsResult>(
    (input, ctx) => {
      checkMaxResults(input.MaxResults);
      const kind = input.LocationType ?? "region";
      if (kind === "outpost") return { InstanceTypeOfferings: [] };
      const zones = [...availabilityZones(ctx.region), ...localZones(ctx.region)];
      const places: [string, (type: string) => boolean][] =
        kind === "region"
          ? [[ctx.region, (type) => zones.some((zone) => isOffered(type, zone))]]
          : zones.map((zone) => [kind === "availability-zone" ? zone.name : zone.id, (type) => isOffered(type, zone)]);
      if (!["region", "availability-zone", "availability-zone-id"].includes(kind))
        throw invalidValue(kind, "locationType");
      // The types asked for first: else every call would look at all of them in all zones.
      const byType = (input.Filters ?? []).filter(({ Name }) => Name === "instance-type");
      const types = applyFilters(instanceTypes(), byType, { "instance-type": (row) => row.name });
      const offerings = types.flatMap(({ name }) =>
        places.filter(([, has]) => has(name)).map(([location]) => ({ type: name, location })),
      );
      const matching = applyFilters(offerings, input.Filters, {
        "instance-type": (row) => row.type,
        location: (row) => row.location,
      });
      const { items, nextToken } = paginate(matching, {
        token: input.NextToken,
        max: input.MaxResults,
        pageSize: 1000,
        ceiling: 1000,
        scope: "ec2/DescribeInstanceTypeOfferings",
        keyOf: (row) => `${row.type}/${row.location}`,
      });
      return {
        InstanceTypeOfferings: items.map(({ type, location }) => ({
          InstanceType: type as NonNullable<InstanceTypeOffering["InstanceType"]>,
          LocationType: kind,
          Location: location,
        })),
        ...(nextToken ? { NextToken: nextToken } : {}),
      };
    },
  ),

  GetInstanceTypesFromInstanceRequirements: operation<
    GetInstanceTypesFromInstanceRequirementsRequest,
    GetInstanceTypesFromInstanceRequirementsResult
  >({
    readOnly: true,
    run: (input) => {
      const architectures = input.ArchitectureTypes ?? [];
      checkMaxResults(input.MaxResults, 1);
      checkRequirements(input.InstanceRequirements ?? {});
      const matching = instanceTypes().filter(
        (row) =>
          architectures.includes(row.arch === "arm64" ? "arm64" : "x86_64") &&
          matchesRequirements(row, input.InstanceRequirements ?? {}),
      );
      const { items, nextToken } = paginate(matching, {
        token: input.NextToken,
        max: input.MaxResults,
        pageSize: 1000,
        scope: "ec2/GetInstanceTypesFromInstanceRequirements",
        keyOf: (row) => row.name,
      });
      return {
        InstanceTypes: items.map(({ name }) => ({ InstanceType: name })),
        ...(nextToken ? { NextToken: nextToken } : {}),
      };
    },
  }),
};
