// Which host names the sandbox answers for when it is somebody's proxy: AWS's own, in all partitions, and nobody else's.

/** Domains of AWS's APIs and of what belongs to EKS clusters. */
const domains = [
  "amazonaws.com",
  "amazonaws.com.cn",
  "api.aws",
  "api.amazonwebservices.com.cn",
  "amazonaws.eu",
  "api.amazonwebservices.eu",
  "c2s.ic.gov",
  "sc2s.sgov.gov",
  "cloud.adc-e.uk",
  "csp.hci.ic.gov",
];

const label = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/;

/** True for `sts.eu-central-1.amazonaws.com` and the like. */
export function isAwsHost(host: string): boolean {
  const name = host.toLowerCase();
  if (name.length > 253 || !name.split(".").every((each) => label.test(each))) return false;
  return domains.some((domain) => name.endsWith(`.${domain}`));
}

/** Region of an OIDC issuer's host, `oidc.eks.eu-central-1.amazonaws.com`. */
export function issuerRegion(host: string): string | undefined {
  return /^oidc\.eks(?:-fips)?\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?$/.exec(host.toLowerCase())?.[1];
}
