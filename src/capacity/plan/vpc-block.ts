// The file's `vpc` with a block that is large enough, ready to be pasted.
import { stringify } from "yaml";
import { formatCidr, parseCidr } from "../../base/index.ts";
import type { Cluster } from "../../config/index.ts";
import { largestPrefix } from "../subnet/arithmetic.ts";
import { subnetBits, zonesOf } from "./layout.ts";

/** The smallest VPC whose subnets are `/prefix`; undefined when it were larger than AWS makes one. */
export function vpcPrefixFor(cluster: Cluster, prefix: number): number | undefined {
  const wanted = prefix - subnetBits(zonesOf(cluster).length);
  return wanted < largestPrefix ? undefined : Math.min(wanted, 24);
}

/**
 * `vpc:` with `cidr` in place and all else as it was written. A block that is large enough stays.
 *
 * @returns null for a VPC that exists already, and where no VPC is large enough
 */
export function vpcBlock(cluster: Cluster, prefix: number | null): string | null {
  const { vpc: written = {} } = cluster.written;
  const cidr = cluster.config.vpc?.cidr;
  const current = cidr === undefined ? undefined : parseCidr(cidr);
  if (written.id !== undefined || prefix === null || current?.family !== 4) return null;
  const wanted = vpcPrefixFor(cluster, prefix);
  if (wanted === undefined) return null;
  const length = Math.min(wanted, current.prefix);
  const grown = parseCidr(`${formatCidr(current).split("/")[0] ?? ""}/${length}`);
  if (!grown) return null;
  const { subnets: _cut, ...rest } = written;
  return stringify({ vpc: { ...rest, cidr: formatCidr(grown) } }, { lineWidth: 0 });
}
