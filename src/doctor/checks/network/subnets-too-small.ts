// LT-N001: Subnets of nodes are too small.
import { cniSettingsOf, maxPods, nodeAddresses, planCapacity, usableAddresses } from "../../../capacity/index.ts";
import type { CniSettings } from "../../../capacity/index.ts";
import { instanceType } from "../../../facts/index.ts";
import { nodeSubnets } from "../../account/network.ts";
import type { Check, Seen } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { cniEnvironment } from "../../account/cni.ts";
import { ofCluster, ofFile } from "../../sight.ts";

type Judgement = Pick<Seen, "text"> & { severity: "error" | "warning"; evidence: Record<string, unknown> };

/** A type that nobody knows, and one that isn't named, count as this: EKS's own default. */
const standardType = "m5.large";

/** Addresses that a full node of the hungriest of its types takes from its subnet. */
function ofFullNode(types: readonly string[], settings: CniSettings): number {
  const known = types.flatMap((name) => instanceType(name) ?? []);
  const all = known.length > 0 ? known : [instanceType(standardType)].flatMap((type) => type ?? []);
  return Math.max(
    ...all.map((type) => {
      const { recommended } = maxPods(type, settings);
      return nodeAddresses(type, Math.max(recommended - 2, 0), settings).inNodeSubnet;
    }),
  );
}

/** Too little is an error; below a fifth of reserve, or small without nodes to judge by, is to be thought about. */
function judged(needed: number, usable: number, longest: number): Judgement | undefined {
  const evidence = { needed, usable, longest };
  if (needed > usable)
    return {
      text: `Full nodes would take ${needed} addresses, and their subnets have ${usable}`,
      severity: "error",
      evidence,
    };
  if (needed > usable * 0.8)
    return {
      text: `Full nodes would take ${needed} of ${usable} addresses, which leaves less than a fifth`,
      severity: "warning",
      evidence,
    };
  if (needed === 0 && longest > 24)
    return { text: `A subnet of nodes is a /${longest}, which a few nodes fill`, severity: "warning", evidence };
  return undefined;
}

/** Subnets of nodes are too small. */
export const subnetsTooSmall: Check = defineCheck({
  id: "LT-N001",
  title: "Subnets of nodes are too small",
  area: "network",
  severity: "warning",
  why: "With the VPC CNI every pod takes an address of the node's subnet, and a node holds addresses in advance: a full m5.large takes 30. AWS keeps 5 addresses of every subnet.",
  docs: "https://docs.aws.amazon.com/eks/latest/best-practices/ip-opt.html",
  remedy:
    "Use larger subnets (lotse capacity plan says how large), add a secondary CIDR with custom networking, use prefix delegation, or IPv6.",
  file: (file) => {
    const { subnets, smallestPrefix } = planCapacity(file.cluster);
    const [worst] = subnets
      .filter(({ verdict, usable }) => usable !== undefined && (verdict === "too small" || verdict === "tight"))
      .toSorted((a, b) => b.needs.total / (b.usable ?? 1) - a.needs.total / (a.usable ?? 1));
    if (!worst) return [];
    const { name, cidr, usable = 0, needs } = worst;
    const evidence = { subnet: name, cidr, needed: needs.total, usable, smallestPrefix };
    const isSmall = worst.verdict === "too small";
    const text = isSmall
      ? `With all groups at their largest ${name} (${cidr}) needs ${needs.total} addresses, and has ${usable}`
      : `With all groups at their largest ${name} (${cidr}) needs ${needs.total} of ${usable} addresses, which leaves less than a fifth`;
    return ofFile(file, ["vpc"], { text, severity: isSmall ? "error" : "warning", evidence });
  },
  account: async (account) => {
    const [subnets, groups, cluster, env] = await Promise.all([
      nodeSubnets(account),
      account.read("nodeGroups"),
      account.read("cluster"),
      cniEnvironment(account),
    ]);
    if (cluster.kubernetesNetworkConfig?.ipFamily === "ipv6" || subnets.length === 0) return [];
    const settings = cniSettingsOf(env);
    const prefixes = subnets.map(({ CidrBlock = "" }) => Number(CidrBlock.split("/")[1])).filter(Number.isInteger);
    const usable = prefixes.reduce((sum, prefix) => sum + usableAddresses(prefix), 0);
    const sum = groups.reduce(
      (all, { scalingConfig, instanceTypes }) =>
        all + (scalingConfig?.maxSize ?? 0) * ofFullNode(instanceTypes ?? [], settings),
      0,
    );
    return ofCluster(account, judged(sum, usable, Math.max(...prefixes)));
  },
});
