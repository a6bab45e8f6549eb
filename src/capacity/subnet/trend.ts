// Where the free addresses of subnets are going, by two looks at them.

/** A subnet at a moment. */
export interface FreeAddresses {
  subnetId: string;
  free: number;
}

/** What became of a subnet between the two looks. */
export interface SubnetTrend {
  subnetId: string;
  /** Addresses an hour; negative where they get fewer. */
  perHour: number;
  /** Hours until none is left, if it goes on; null where they don't get fewer. */
  hoursLeft: number | null;
}

/** Trends of the subnets that both looks saw. */
export function trendsOf(
  before: readonly FreeAddresses[],
  after: readonly FreeAddresses[],
  seconds: number,
): SubnetTrend[] {
  const earlier = new Map(before.map(({ subnetId, free }) => [subnetId, free]));
  return after.flatMap(({ subnetId, free }) => {
    const was = earlier.get(subnetId);
    if (was === undefined || seconds <= 0) return [];
    const perHour = ((free - was) * 3600) / seconds;
    return [{ subnetId, perHour, hoursLeft: perHour < 0 ? free / -perHour : null }];
  });
}
