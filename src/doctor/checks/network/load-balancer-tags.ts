// LT-N012: Subnets lack the tags that load balancers look for.
import type { AccountParts } from "../../account/facts.ts";
import { isPublic, tagOfResource } from "../../account/network.ts";
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { inList } from "../../sight.ts";

const roleTag = (subnet: string, tables: AccountParts["routeTables"]): string =>
  `kubernetes.io/role/${isPublic(subnet, tables) ? "elb" : "internal-elb"}`;

/** Subnets lack the tags that load balancers look for. */
export const loadBalancerTags: Check = defineCheck({
  id: "LT-N012",
  title: "Subnets lack the tags that load balancers look for",
  area: "network",
  severity: "warning",
  why: "The load balancer controller finds public subnets by kubernetes.io/role/elb and private ones by kubernetes.io/role/internal-elb.",
  docs: "https://docs.aws.amazon.com/eks/latest/best-practices/load-balancing.html",
  remedy: "Tag public subnets kubernetes.io/role/elb=1 and private ones kubernetes.io/role/internal-elb=1.",
  fix: async ({ resource: { name } }, { account }) => {
    const tables = (await account?.read("routeTables")) ?? [];
    return [{ do: "tag-subnet", subnet: name, tags: { [roleTag(name, tables)]: "1" } }];
  },
  together: async (account, cluster) => {
    const [services, ingresses] = await Promise.all([cluster.list("services"), cluster.list("ingresses")]);
    if (ingresses.length === 0 && !services.some(({ spec }) => spec?.type === "LoadBalancer")) return [];
    const [{ resourcesVpcConfig }, subnets, tables] = await Promise.all([
      account.read("cluster"),
      account.read("subnets"),
      account.read("routeTables"),
    ]);
    const own = subnets.filter(({ SubnetId = "" }) => resourcesVpcConfig?.subnetIds?.includes(SubnetId));
    return inList(
      "Subnet",
      own,
      ({ SubnetId }) => SubnetId,
      (subnet) => {
        const id = subnet.SubnetId ?? "";
        const key = roleTag(id, tables);
        if (tagOfResource(subnet, key) !== undefined) return undefined;
        return {
          text: `The tag ${key} is missing`,
          command: `aws ec2 create-tags --resources ${id} --tags Key=${key},Value=1`,
        };
      },
    );
  },
});
