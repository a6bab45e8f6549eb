// Addresses, subnets, the API endpoint, load balancers and network policies.
import type { Check } from "../../check.ts";
import { accidentalInternet } from "./accidental-internet.ts";
import { addressesNearlyGone } from "./addresses-nearly-gone.ts";
import { churn } from "./churn.ts";
import { clusterSubnets } from "./cluster-subnets.ts";
import { defaultDeny } from "./default-deny.ts";
import { eniconfigMissing } from "./eniconfig-missing.ts";
import { externalSnat } from "./external-snat.ts";
import { flowLogs } from "./flow-logs.ts";
import { ingressNginx } from "./ingress-nginx.ts";
import { ingressWithoutService } from "./ingress-without-service.ts";
import { kubeProxyIpvs } from "./kube-proxy-ipvs.ts";
import { loadBalancerRoom } from "./load-balancer-room.ts";
import { loadBalancerTags } from "./load-balancer-tags.ts";
import { missingEndpoints } from "./missing-endpoints.ts";
import { openEndpoint } from "./open-endpoint.ts";
import { plainHttp } from "./plain-http.ts";
import { policiesNotEnforced } from "./policies-not-enforced.ts";
import { policyWithoutPods } from "./policy-without-pods.ts";
import { prefixFragments } from "./prefix-fragments.ts";
import { prefixesOnXen } from "./prefixes-on-xen.ts";
import { prefixesUnused } from "./prefixes-unused.ts";
import { privateAccessOff } from "./private-access-off.ts";
import { publicNodes } from "./public-nodes.ts";
import { securityGroupRules } from "./security-group-rules.ts";
import { serviceRangeOverlap } from "./service-range-overlap.ts";
import { serviceWithoutPods } from "./service-without-pods.ts";
import { singleNat } from "./single-nat.ts";
import { smallInstances } from "./small-instances.ts";
import { subnetsTooSmall } from "./subnets-too-small.ts";
import { targetTypes } from "./target-types.ts";
import { unusedSubnets } from "./unused-subnets.ts";
import { upgradeHeadroom } from "./upgrade-headroom.ts";
import { vpcDns } from "./vpc-dns.ts";
import { warmTargets } from "./warm-targets.ts";

/** Checks of the area, by id. */
export const networkChecks: readonly Check[] = [
  subnetsTooSmall,
  addressesNearlyGone,
  churn,
  upgradeHeadroom,
  clusterSubnets,
  smallInstances,
  prefixesOnXen,
  prefixesUnused,
  prefixFragments,
  warmTargets,
  unusedSubnets,
  loadBalancerTags,
  loadBalancerRoom,
  openEndpoint,
  privateAccessOff,
  publicNodes,
  singleNat,
  missingEndpoints,
  vpcDns,
  serviceRangeOverlap,
  flowLogs,
  defaultDeny,
  policiesNotEnforced,
  policyWithoutPods,
  externalSnat,
  eniconfigMissing,
  securityGroupRules,
  plainHttp,
  accidentalInternet,
  targetTypes,
  serviceWithoutPods,
  ingressWithoutService,
  ingressNginx,
  kubeProxyIpvs,
];
