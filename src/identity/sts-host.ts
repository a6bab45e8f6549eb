// Host names of STS: where tokens are presigned for, and which of them a verifier believes.
import type { Partition } from "../facts/index.ts";
import { partitionOfRegion } from "../facts/index.ts";

/** The regional host that tokens are presigned for: `sts.eu-central-1.amazonaws.com`. */
export function stsHost(region: string): string {
  return `sts.${region}.${partitionOfRegion(region).domain}`;
}

/** The hosts of STS in a region: plain, FIPS, dual-stack, and both. */
function hostsOf(region: string, { id, domain, dualStackDomain }: Partition): string[] {
  // In GovCloud the plain host is the FIPS one.
  const fips = id === "aws-us-gov" ? [] : [`sts-fips.${region}.${domain}`];
  const dual = dualStackDomain ? [`sts.${region}.${dualStackDomain}`, `sts-fips.${region}.${dualStackDomain}`] : [];
  return [`sts.${region}.${domain}`, ...fips, ...dual];
}

const regionLabel = /^[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?$/;

/** A host of STS, or why it is none. */
export type HostVerdict = { ok: true; region: string } | { ok: false; problem: string };

/**
 * Judges the host of a presigned URL. In partition aws every well-formed region passes, existing or not: AWS adds some
 * every year, and a name under amazonaws.com is AWS's own.
 *
 * @param partition the verifier's own
 * @param ownRegion the verifier's own, allowed even if the endpoint rules don't know it
 */
export function judgeStsHost(host: string, partition: Partition, ownRegion?: string): HostVerdict {
  const no = (problem: string): HostVerdict => ({ ok: false, problem });
  if (host === "sts.amazonaws.com")
    return partition.id === "aws"
      ? { ok: true, region: "global" }
      : no(`global endpoint unsupported in partition ${partition.id}`);
  const labels = host.split(".");
  const region = labels[1];
  if (region === undefined || labels.length < 3)
    return no(`could not parse region for pre-signed URL ${host}, invalid host format: ${host}`);
  if (!regionLabel.test(region)) return no(`invalid region identifier format provided: ${region}`);
  const suffix = labels.slice(2).join(".");
  const ours = suffix === partition.domain || suffix === partition.dualStackDomain;
  if (hostsOf(region, partitionOfRegion(region)).includes(host))
    return ours ? { ok: true, region } : no(`partition {${partition.id}} does not support hostname ${host}`);
  if (ours && ownRegion !== undefined && host === `sts.${ownRegion}.${suffix}`) return { ok: true, region };
  return no(`unexpected hostname ${JSON.stringify(host)} in pre-signed URL`);
}
