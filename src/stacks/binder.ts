// Late-bound values: what is known is put in, what isn't shows by name in angle brackets and is noted.
import { dnsSuffixOf, partitionOf } from "./partitions.ts";
import { parseCidr, formatAddress } from "../base/index.ts";
import type { Known, LateBound } from "./desired.ts";

/** Gives the values that only an account or a living cluster knows; one binder per stack. */
export interface Binder {
  readonly partition: string;
  account(): string;
  /** Issuer without `https://`, e.g. `oidc.eks.eu-central-1.amazonaws.com/id/0123…`. */
  issuer(): string;
  /** ARN of the cluster's OIDC provider. */
  oidcProviderArn(): string;
  endpoint(): string;
  ca(): string;
  serviceCidr(): string;
  /** Address of the cluster's DNS service: the tenth of the service network. */
  clusterDns(): string;
  ami(nodeGroup: string): string;
  /** Physical id of a resource of the cluster stack. */
  physicalId(logicalId: string): string;
  /** What was asked for and isn't known. */
  readonly missing: ReadonlySet<LateBound>;
}

/** What the file says about values that are otherwise late-bound. */
export interface BinderFacts {
  readonly region: string;
  /** `kubernetesNetworkConfig.serviceIPv4CIDR`. */
  readonly serviceCidr?: string | undefined;
  /** The VPC's network: EKS's choice of service network depends on it. */
  readonly vpcCidr: string;
}

/**
 * Service network that EKS gives a cluster whose file names none: 10.100.0.0/16, or 172.20.0.0/16 when the VPC is in
 * 10.0.0.0/8 (Amazon EKS API, KubernetesNetworkConfigRequest).
 */
function eksServiceCidr(vpcCidr: string): string {
  return vpcCidr.startsWith("10.") ? "172.20.0.0/16" : "10.100.0.0/16";
}

function dnsAddress(serviceCidr: string): string {
  const cidr = parseCidr(serviceCidr);
  if (!cidr) return serviceCidr;
  // The last octet becomes 10, which is the tenth address in every service network EKS accepts (/12 to /24).
  return formatAddress(cidr.family, ((cidr.base >> 8n) << 8n) + 10n);
}

/** A {@link Binder} over what is known. */
export function createBinder(known: Known, facts: BinderFacts): Binder {
  const missing = new Set<LateBound>();
  const bind = (name: LateBound, value: string | undefined, shown: string): string => {
    if (value !== undefined && value !== "") return value;
    missing.add(name);
    return shown;
  };
  const { region } = facts;
  const partition = known.partition ?? partitionOf(region);
  const issuer = (): string => {
    const id = `oidc.eks.${region}.${dnsSuffixOf(region)}/id/<issuer>`;
    return bind("issuer", known.issuer?.replace(/^https:\/\//, ""), id);
  };
  const account = (): string => bind("account", known.account, "<account>");
  return {
    partition,
    missing,
    account,
    issuer,
    oidcProviderArn: () => `arn:${partition}:iam::${account()}:oidc-provider/${issuer()}`,
    endpoint: () => bind("endpoint", known.endpoint, "<endpoint>"),
    ca: () => bind("ca", known.ca, "<ca>"),
    serviceCidr: () => known.serviceCidr ?? facts.serviceCidr ?? bind("serviceCidr", undefined, "<service-cidr>"),
    clusterDns: () => dnsAddress(known.serviceCidr ?? facts.serviceCidr ?? eksServiceCidr(facts.vpcCidr)),
    ami: (nodeGroup) => bind("ami", known.amis?.[nodeGroup], "<ami>"),
    physicalId: (logicalId) => bind("physicalIds", known.physicalIds?.[logicalId], `<${logicalId}>`),
  };
}
