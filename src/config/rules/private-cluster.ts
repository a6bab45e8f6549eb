// Fully private clusters.
import { defineRule, groupsOf, isSet } from "./rule.ts";
import type { Rule } from "./rule.ts";

const privateCluster: Rule = defineRule({
  code: "config/private-cluster",
  severity: "error",
  demands: "A fully private cluster has private node groups only, and lotse manages its endpoints.",
  remedy: "Remove it, or set privateCluster.enabled: false",
  *check(context) {
    const { config, written } = context;
    if (!config.privateCluster?.enabled) return;
    if (isSet(written.vpc?.clusterEndpoints) || written.vpc?.clusterEndpoints?.publicAccess === false)
      yield {
        path: ["vpc", "clusterEndpoints"],
        title:
          "vpc.clusterEndpoints cannot be set for a fully-private cluster (privateCluster.enabled) as the endpoint access defaults to private-only",
      };
    if (config.vpc?.id && !isSet(config.vpc.subnets?.private))
      yield {
        path: ["vpc", "id"],
        title: "vpc.subnets.private must be specified in a fully-private cluster when a pre-existing VPC is supplied",
        remedy: "List the private subnets",
      };
    for (const { group, kind, path } of groupsOf(context))
      if (!group.privateNetworking)
        yield {
          path: [...path],
          title: `${kind}[${path[1]}].privateNetworking must be enabled for a fully-private cluster`,
          remedy: "Add privateNetworking: true",
        };
  },
});

const privateServices: Rule = defineRule({
  code: "config/endpoint-services",
  severity: "error",
  demands: "additionalEndpointServices names each service once, and only where endpoints are made.",
  remedy: "Remove privateCluster.additionalEndpointServices or what is double in it",
  *check({ config }) {
    const services = config.privateCluster?.additionalEndpointServices ?? [];
    const path = ["privateCluster", "additionalEndpointServices"];
    if (services.length > 0 && config.privateCluster?.enabled && config.privateCluster.skipEndpointCreation)
      yield {
        path,
        title:
          "privateCluster.additionalEndpointServices cannot be set when privateCluster.skipEndpointCreation is true",
      };
    for (const [index, name] of services.entries())
      if (services.indexOf(name) !== index)
        yield { path: [...path, index], title: `found duplicate endpoint service ${JSON.stringify(name)}` };
  },
});

export const privateClusterRules: readonly Rule[] = [privateCluster, privateServices];
