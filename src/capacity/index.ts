// How many pods, nodes and addresses there is room for. Pure: facts and files in, numbers and pictures out.
export { capacityCodes } from "./errors.ts";
export type { CniSettings } from "./pods/cni.ts";
export { cniAtLeast, defaultCooldownSeconds } from "./pods/cni.ts";
export type { MaxPods, NetworkLimits, PodMode } from "./pods/max-pods.ts";
export { fargatePods, maxPods, podCeiling, tableMaxPods, takesPrefixes, usesPrefixes } from "./pods/max-pods.ts";
export { nearestTypes } from "./pods/nearest.ts";
export type { Allocatable } from "./node/reserved.ts";
export { allocatable, allocatableStorageGiB, reservedMemoryMiB, reservedMillicores } from "./node/reserved.ts";
export type { NodeAddresses } from "./node/addresses.ts";
export { nodeAddresses } from "./node/addresses.ts";
export type { Need } from "./subnet/arithmetic.ts";
export {
  addressesOf,
  controlPlaneAddresses,
  fits,
  loadBalancerAddresses,
  smallestPrefix,
  usableAddresses,
  wholePrefixes,
} from "./subnet/arithmetic.ts";
export { freePrefixes } from "./subnet/free-prefixes.ts";
export { coolingAddresses, sustainedChurn } from "./subnet/churn.ts";
export type { FreeAddresses, SubnetTrend } from "./subnet/trend.ts";
export { trendsOf } from "./subnet/trend.ts";
export type {
  Bound,
  CapacityNote,
  CapacityPlan,
  CapacityQuestion,
  ClusterSubnet,
  PlannedGroup,
  PlannedSubnet,
  SubnetNeeds,
} from "./plan/model.ts";
export { typesOfFile } from "./plan/groups.ts";
export { planCapacity } from "./plan/plan.ts";
export { cniSettingsOf } from "./plan/settings.ts";
export type { FittingType, InstanceQuestion, SpotGroup } from "./instances/model.ts";
export { fittingTypes, spotGroups } from "./instances/fitting.ts";
export { mebibytesOf, millicoresOf } from "./instances/quantity.ts";
export { barParts, capacitySvg } from "./picture/svg.ts";
