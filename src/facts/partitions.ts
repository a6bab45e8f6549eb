// AWS partitions: which regions they hold and what their host names end in (the SDKs' endpoint rules, July 2026).

/** One separate AWS: commercial, China, government and the isolated ones. */
export interface Partition {
  /** Second field of ARNs. */
  readonly id: string;
  /** What service host names end in. */
  readonly domain: string;
  /** What host names with IPv4 and IPv6 end in, where the partition has them. */
  readonly dualStackDomain?: string;
  /** Names that its regions have. */
  readonly regions: RegExp;
}

/** Every partition; `aws` comes last, for a region that no other claims belongs to it. */
export const partitions: readonly Partition[] = [
  {
    id: "aws-cn",
    domain: "amazonaws.com.cn",
    dualStackDomain: "api.amazonwebservices.com.cn",
    regions: /^cn-\w+-\d+$/,
  },
  { id: "aws-us-gov", domain: "amazonaws.com", dualStackDomain: "api.aws", regions: /^us-gov-\w+-\d+$/ },
  { id: "aws-iso", domain: "c2s.ic.gov", regions: /^us-iso-\w+-\d+$/ },
  { id: "aws-iso-b", domain: "sc2s.sgov.gov", regions: /^us-isob-\w+-\d+$/ },
  { id: "aws-iso-e", domain: "cloud.adc-e.uk", regions: /^eu-isoe-\w+-\d+$/ },
  { id: "aws-iso-f", domain: "csp.hci.ic.gov", regions: /^us-isof-\w+-\d+$/ },
  {
    id: "aws-eusc",
    domain: "amazonaws.eu",
    dualStackDomain: "api.amazonwebservices.eu",
    regions: /^eusc-(de)-\w+-\d+$/,
  },
  {
    id: "aws",
    domain: "amazonaws.com",
    dualStackDomain: "api.aws",
    regions: /^(us|eu|ap|sa|ca|me|af|il|mx)-\w+-\d+$/,
  },
];

const commercial = partitions.at(-1) as Partition;

/** The partition of that id; undefined for a name that AWS doesn't have. */
export function partitionById(id: string): Partition | undefined {
  return partitions.find((partition) => partition.id === id);
}

/** The partition that a region belongs to; unknown regions count as commercial, as in the SDKs. */
export function partitionOfRegion(region: string): Partition {
  return partitions.find(({ regions }) => regions.test(region)) ?? commercial;
}
