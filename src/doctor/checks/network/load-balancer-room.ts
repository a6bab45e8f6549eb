// LT-N013: No room for load balancers.
import { tagOfResource } from "../../account/network.ts";
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { inList } from "../../sight.ts";

/** No room for load balancers. */
export const loadBalancerRoom: Check = defineCheck({
  id: "LT-N013",
  title: "No room for load balancers",
  area: "network",
  severity: "warning",
  why: "A load balancer needs a subnet of at least /27 with 8 free addresses in each of its zones.",
  docs: "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/application-load-balancers.html",
  remedy: "Tag larger subnets for load balancers.",
  account: async (account) =>
    inList(
      "Subnet",
      await account.read("subnets"),
      ({ SubnetId }) => SubnetId,
      (subnet) => {
        const tagged = ["elb", "internal-elb"].some(
          (role) => tagOfResource(subnet, `kubernetes.io/role/${role}`) !== undefined,
        );
        const { AvailableIpAddressCount: free = 0, CidrBlock = "" } = subnet;
        const small = Number(CidrBlock.split("/")[1]) > 27;
        return (
          tagged &&
          (small || free < 8) && {
            text: `${CidrBlock} with ${free} free addresses is for load balancers`,
            evidence: { free },
          }
        );
      },
    ),
});
