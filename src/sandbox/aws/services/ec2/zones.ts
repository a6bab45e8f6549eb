// Zones of a region, and the one a request means.
import type { Zone } from "../../../../facts/index.ts";
import { availabilityZones, localZones } from "../../../../facts/index.ts";
import type { Context } from "../../core/index.ts";
import { invalidValue } from "./errors.ts";

const zonesByRegion = new Map<string, ReadonlyMap<string, Zone>>();

/** Zones of the region by name, local zones too. */
export function zonesOf(region: string): ReadonlyMap<string, Zone> {
  let zones = zonesByRegion.get(region);
  if (!zones) {
    zones = new Map([...availabilityZones(region), ...localZones(region)].map((zone) => [zone.name, zone]));
    zonesByRegion.set(region, zones);
  }
  return zones;
}

/** The zone asked for by name or id; else the region's first. */
export function zoneFor(ctx: Context, name: string | undefined, id: string | undefined): string {
  const zones = zonesOf(ctx.region);
  const usable = [...zones.values()].filter((zone) => zone.type === "availability-zone");
  if (name === undefined && id === undefined) return usable[0]?.name ?? "";
  const zone = name === undefined ? [...zones.values()].find((one) => one.id === id) : zones.get(name);
  if (zone) return zone.name;
  const names = usable.map((one) => (name === undefined ? one.id : one.name)).join(", ");
  throw invalidValue(
    name ?? id,
    name === undefined ? "availabilityZoneId" : "availabilityZone",
    `Subnets can currently only be created in the following availability zones: ${names}.`,
  );
}
