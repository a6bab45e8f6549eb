// Which instance types a zone has. AWS offers most of them everywhere; the exceptions here are those people run into.
import { createHash } from "node:crypto";
import { availabilityZones, instanceType } from "../../../../facts/index.ts";

/** us-east-1's old zone runs the generations before Nitro only: "t3.micro is not supported in us-east-1e". */
const oldZones: readonly string[] = ["use1-az3"];
/** Local zones have a handful of families. */
const localFamilies: readonly string[] = ["t3", "c5", "m5", "r5", "g4dn", "c5d", "c6i", "m6i", "r6i"];
/** Accelerators come to some zones of a region: about two in three. */
const scarce = /^(?:p[2-9]|trn|dl|inf|g[5-9]|hpc|u-|mac|vt|f[12])/;

/** True when `type` can be started in the zone. */
export function isOffered(type: string, zone: { name: string; id: string; type: string }): boolean {
  const facts = instanceType(type);
  if (!facts) return false;
  if (zone.type === "local-zone") return localFamilies.includes(facts.family);
  if (oldZones.includes(zone.id)) return facts.hypervisor === "xen";
  if (!scarce.test(facts.family)) return true;
  const digit = createHash("sha256").update(`${facts.family}/${zone.id}`).digest()[0] ?? 0;
  return digit % 3 !== 0;
}

/** Availability Zones of the region that have the type. */
export function offeringZones(type: string, region: string): string[] {
  return availabilityZones(region)
    .filter((zone) => isOffered(type, zone))
    .map((zone) => zone.name);
}
