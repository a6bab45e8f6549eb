// Who goes first when a group shrinks.
// https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-termination-policies.html
import { NotEmulatedError } from "../../core/index.ts";
import { validationError } from "./lookup.ts";
import type { Group, GroupInstance } from "./state.ts";

type Row = Readonly<GroupInstance>;

/** What the policies look at besides the instances themselves. */
export interface TerminationFacts {
  /** True of an instance that was started from what the group starts from now. */
  isCurrent(row: Row): boolean;
  /** True of a spot instance where the group has too many of these, of one on demand where it has too few spot ones. */
  isTooMany(row: Row): boolean;
  /** Virtual epoch ms. */
  now: number;
}

/** Narrows the candidates; the next policy chooses among what is left. */
type Policy = (rows: readonly Row[], facts: TerminationFacts) => readonly Row[];

const least = (rows: readonly Row[], value: (row: Row) => number): readonly Row[] => {
  const lowest = Math.min(...rows.map(value));
  return rows.filter((row) => value(row) === lowest);
};
const some = (rows: readonly Row[], wanted: (row: Row) => boolean): readonly Row[] => {
  const found = rows.filter(wanted);
  return found.length > 0 ? found : rows;
};

const hour = 3_600_000;
const allocation: Policy = (rows, { isTooMany }) => some(rows, isTooMany);
const oldestSource: Policy = (rows, { isCurrent }) =>
  least(
    some(rows, (row) => !isCurrent(row)),
    (row) => (isCurrent(row) ? 0 : row.since),
  );
const nextHour: Policy = (rows, { now }) => least(rows, (row) => (hour - ((now - row.since) % hour)) % hour);

const policies: Readonly<Record<string, Policy>> = {
  AllocationStrategy: allocation,
  ClosestToNextInstanceHour: nextHour,
  Default: (rows, facts) => nextHour(oldestSource(allocation(rows, facts), facts), facts),
  NewestInstance: (rows) => least(rows, (row) => -row.since),
  OldestInstance: (rows) => least(rows, (row) => row.since),
  OldestLaunchConfiguration: (rows, facts) => oldestSource(rows, facts),
  OldestLaunchTemplate: (rows, facts) => oldestSource(rows, facts),
};

/** Names of the policies, as DescribeTerminationPolicyTypes lists them. */
export const terminationPolicyTypes: readonly string[] = Object.keys(policies);

/** @throws AwsError ValidationError for a policy that there isn't; a Lambda function's ARN can't be asked here */
export function checkTerminationPolicies(names: readonly string[] | undefined): void {
  for (const name of names ?? []) {
    if (name.startsWith("arn:")) throw new NotEmulatedError(`the custom termination policy ${name}`);
    if (!Object.hasOwn(policies, name)) throw validationError(`Invalid termination policy: ${name}`);
  }
}

/** The instances that go, by the fullest zone and then the group's policies; protected ones stay. */
export function chooseVictims(
  group: Readonly<Group>,
  present: readonly Row[],
  surplus: number,
  facts: TerminationFacts,
): Row[] {
  let pool = present.filter((row) => !row.protected);
  const victims: Row[] = [];
  for (let left = surplus; left > 0;) {
    const load = new Map<string, number>();
    for (const row of pool) load.set(row.zone, (load.get(row.zone) ?? 0) + 1);
    // Zones that the group has left go before any other.
    const weightOf = (zone: string): number =>
      (group.zones.includes(zone) ? 0 : Number.MAX_SAFE_INTEGER / 2) + (load.get(zone) ?? 0);
    const fitting = pool.filter((row) => row.weight <= left);
    if (fitting.length === 0) break;
    let candidates = least(fitting, (row) => -weightOf(row.zone));
    for (const name of group.terminationPolicies) candidates = policies[name]?.(candidates, facts) ?? candidates;
    const [victim] = candidates;
    if (!victim) break;
    victims.push(victim);
    pool = pool.filter((row) => row !== victim);
    left -= victim.weight;
  }
  return victims;
}
