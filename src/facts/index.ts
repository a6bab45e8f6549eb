// What AWS publishes as numbers and names, as data with sources and dates.
export type { InstanceTypeFacts } from "./instance-types.ts";
export { instanceTypesAsOf, instanceTypesSource } from "./generated/instance-types.ts";
export { instanceType, instanceTypes } from "./instance-types.ts";
export type { EksVersion, VersionStatus } from "./eks-versions.ts";
export {
  calendarAsOf,
  defaultVersionAt,
  eksVersion,
  eksVersions,
  minorOf,
  rollbackDays,
  supportedVersions,
  versionStatus,
} from "./eks-versions.ts";
export type { Zone } from "./zones.ts";
export { availabilityZones, eksZones, localZones, zoneIdsWithoutEks } from "./zones.ts";
export type { AddonFacts, AddonVersion } from "./addons.ts";
export { addon, addons, addonVersions } from "./addons.ts";
export {
  accessEntryTypes,
  accessPolicies,
  accessPolicyArn,
  amiTypes,
  clusterLogTypes,
  nodeEntryIdentities,
  reservedNamePrefixes,
} from "./eks-access.ts";
export type { AmiParameters } from "./ami-parameters.ts";
export {
  al2023Parameters,
  al2Parameters,
  amiTypeParameters,
  bottlerocketParameters,
  ubuntuParameters,
  windowsParameters,
} from "./ami-parameters.ts";
export type { ResourceTypeFacts } from "./cloudformation.ts";
export { resourceTypeFacts, resourceTypesWithFacts } from "./cloudformation.ts";
export type { Partition } from "./partitions.ts";
export { partitionById, partitionOfRegion, partitions } from "./partitions.ts";
export { eksRegions } from "./regions.ts";
export type { ApiFate, RemovedApi } from "./removed-apis.ts";
export { apiFate, removedApi, removedApis } from "./removed-apis.ts";
export { clusterPrices } from "./eks-prices.ts";
