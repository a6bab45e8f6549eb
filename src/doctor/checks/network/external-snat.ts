// LT-N025: No source NAT, and nodes in public subnets.
import { isPublic, nodeSubnets } from "../../account/network.ts";
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { cniOf } from "../../objects/cni.ts";
import { ofObject } from "../../sight.ts";

/** No source NAT, and nodes in public subnets. */
export const externalSnat: Check = defineCheck({
  id: "LT-N025",
  title: "No source NAT, and nodes in public subnets",
  area: "network",
  severity: "warning",
  why: "With AWS_VPC_K8S_CNI_EXTERNALSNAT pods keep their private address on the way out, and an internet gateway lets only public ones through.",
  docs: "https://docs.aws.amazon.com/eks/latest/userguide/external-snat.html",
  remedy: "Move nodes to private subnets behind a NAT gateway, or switch the variable off.",
  together: async (account, cluster) => {
    const cni = await cniOf(cluster);
    if (cni?.env["AWS_VPC_K8S_CNI_EXTERNALSNAT"] !== "true") return [];
    const [subnets, tables] = await Promise.all([nodeSubnets(account), account.read("routeTables")]);
    const open = subnets.filter(({ SubnetId = "" }) => isPublic(SubnetId, tables));
    return ofObject(
      cluster,
      cni.object,
      open.length > 0 && `AWS_VPC_K8S_CNI_EXTERNALSNAT is true, and ${open.length} subnets of nodes are public`,
    );
  },
});
