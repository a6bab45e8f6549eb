// Where the next instances go and of which kind: even over zones, on demand and spot in the policy's proportion.
import type { MixedInstancesPolicy } from "@aws-sdk/client-auto-scaling";
import type { Context } from "../../core/index.ts";
import { subnets } from "../ec2/state.ts";
import type { Group, GroupInstance, TemplateReference } from "./state.ts";

/** A kind of instance that the group may start. */
export interface Choice {
  /** Absent: what the template says. */
  type?: string;
  weight: number;
  template?: Partial<TemplateReference>;
}

export interface Batch {
  subnet: string | undefined;
  zone: string;
  choice: Choice;
  spot: boolean;
  count: number;
}

/** The kinds in the order of the policy's list. */
function choicesOf(group: Readonly<Group>): readonly Choice[] {
  const overrides = group.mixed?.LaunchTemplate?.Overrides ?? [];
  if (overrides.length === 0) return [{ weight: 1 }];
  return overrides.map((override) => {
    const own = override.LaunchTemplateSpecification;
    return {
      ...(override.InstanceType ? { type: override.InstanceType } : {}),
      weight: Math.max(1, Number(override.WeightedCapacity ?? "1") || 1),
      ...(own
        ? {
            template: {
              ...(own.LaunchTemplateId ? { id: own.LaunchTemplateId } : {}),
              ...(own.LaunchTemplateName ? { name: own.LaunchTemplateName } : {}),
              version: own.Version ?? "$Default",
            },
          }
        : {}),
    };
  });
}

/** How much of `desired` is on demand: the base, and a share of what is above it. Default: all. */
export function onDemandCapacity(policy: MixedInstancesPolicy | undefined, desired: number): number {
  if (!policy) return desired;
  const { OnDemandBaseCapacity: base = 0, OnDemandPercentageAboveBaseCapacity: share = 100 } =
    policy.InstancesDistribution ?? {};
  return Math.min(desired, base + Math.ceil((Math.max(0, desired - base) * share) / 100));
}

interface Place {
  subnet: string | undefined;
  zone: string;
}

function placesOf(ctx: Context, group: Readonly<Group>): Place[] {
  if (group.subnets.length === 0) return group.zones.map((zone) => ({ subnet: undefined, zone }));
  return group.subnets.map((subnet) => ({ subnet, zone: ctx.table(subnets).get(subnet)?.zone ?? "" }));
}

export const optionKey = (place: Place, choice: Choice, spot: boolean): string =>
  `${place.subnet ?? place.zone}/${choice.type ?? ""}/${spot}`;

/**
 * Batches that bring `missing` capacity, none of them an option that failed already.
 *
 * @param present instances of the group that count
 */
export function planLaunch(
  ctx: Context,
  group: Readonly<Group>,
  present: readonly Readonly<GroupInstance>[],
  missing: number,
  failed: ReadonlySet<string>,
): Batch[] {
  const places = placesOf(ctx, group);
  const choices = choicesOf(group);
  const inZone = new Map<string, number>();
  for (const row of present) inZone.set(row.zone, (inZone.get(row.zone) ?? 0) + 1);
  let onDemand = present.filter((row) => !row.spot).reduce((sum, row) => sum + row.weight, 0);
  let spots = present.length - present.filter((row) => !row.spot).length;
  const wantedOnDemand = onDemandCapacity(group.mixed, group.desired);
  const batches = new Map<string, Batch>();
  for (let left = missing; left > 0;) {
    const spot = group.mixed !== undefined && onDemand >= wantedOnDemand;
    const seat = seatFor(places, choices, spot, inZone, spot ? spots : 0, failed);
    if (!seat) break;
    const key = optionKey(seat.place, seat.choice, spot);
    const batch = batches.get(key) ?? { ...seat.place, choice: seat.choice, spot, count: 0 };
    batches.set(key, { ...batch, count: batch.count + 1 });
    inZone.set(seat.place.zone, (inZone.get(seat.place.zone) ?? 0) + 1);
    if (spot) spots += 1;
    else onDemand += seat.choice.weight;
    left -= seat.choice.weight;
  }
  return [...batches.values()];
}

/** The emptiest zone that still has a choice; spot goes round the types, on demand takes the first. */
function seatFor(
  places: readonly Place[],
  choices: readonly Choice[],
  spot: boolean,
  inZone: ReadonlyMap<string, number>,
  turn: number,
  failed: ReadonlySet<string>,
): { place: Place; choice: Choice } | undefined {
  const byLoad = places.toSorted((a, b) => (inZone.get(a.zone) ?? 0) - (inZone.get(b.zone) ?? 0));
  for (const place of byLoad) {
    for (let i = 0; i < choices.length; i += 1) {
      const choice = choices[(turn + i) % choices.length] as Choice;
      if (!failed.has(optionKey(place, choice, spot))) return { place, choice };
    }
  }
  return undefined;
}
