// How many addresses and blocks of 16 a subnet has. https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html

/** Network, router, DNS, one for the future, broadcast. */
export const reservedAddresses = 5;
/** Sizes that AWS takes for subnets and for VPCs. */
export const largestPrefix = 16;
/** The smallest subnet that AWS makes. */
export const smallestSubnet = 28;
/** What EKS wants of each of a cluster's subnets: while it upgrades, when the cluster is made, and what it recommends. */
export const controlPlaneAddresses = { upgrade: 5, create: 6, recommended: 16 } as const;
/** Free addresses that an application or classic load balancer wants of each of its subnets, which is a /27 at least. */
export const loadBalancerAddresses = 8;

/** Addresses that somebody can have: 251 of a /24. */
export function usableAddresses(prefix: number): number {
  return Math.max(2 ** (32 - prefix) - reservedAddresses, 0);
}

/** Whole, aligned blocks of 16 in a new subnet: the first and the last are broken by what AWS keeps. 14 in a /24. */
export function wholePrefixes(prefix: number): number {
  return Math.max(2 ** (28 - prefix) - 2, 0);
}

/** What has to find room in a subnet. */
export interface Need {
  /** Single addresses. */
  addresses: number;
  /** Whole blocks of 16. */
  prefixes: number;
}

/** Addresses of a need, those of its blocks included. */
export const addressesOf = ({ addresses, prefixes }: Need): number => addresses + prefixes * 16;

/** Sum of needs. */
export function together(...needs: readonly Need[]): Need {
  return {
    addresses: needs.reduce((sum, need) => sum + need.addresses, 0),
    prefixes: needs.reduce((sum, need) => sum + need.prefixes, 0),
  };
}

/** Addresses in the first and the last block of a new subnet of /27 and larger: 12 and 15. */
const inBrokenBlocks = 27;

/**
 * True when a new subnet holds the need, single addresses in broken blocks first: as it is when whole blocks are reserved for
 * prefixes (CreateSubnetCidrReservation). Without a reservation single addresses break blocks as AWS likes.
 */
export function fits(need: Need, prefix: number): boolean {
  if (addressesOf(need) > usableAddresses(prefix)) return false;
  if (need.prefixes === 0) return true;
  const broken = Math.ceil(Math.max(need.addresses - inBrokenBlocks, 0) / 16);
  return need.prefixes + broken <= wholePrefixes(prefix);
}

/** Prefix of the smallest subnet that holds the need; undefined when not even a /16 does. */
export function smallestPrefix(need: Need): number | undefined {
  for (let prefix = smallestSubnet; prefix >= largestPrefix; prefix -= 1) if (fits(need, prefix)) return prefix;
  return undefined;
}
