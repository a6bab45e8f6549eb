// Sentences about a capacity plan: what doesn't fit, what isn't known, and what helps.
import type { Cluster } from "../../config/index.ts";
import { zonesOf } from "./layout.ts";
import type { GroupOfNodes } from "./groups.ts";
import type { CapacityNote, CapacityQuestion, PlannedSubnet } from "./model.ts";

/** What notes are made from. */
export interface NoteFacts {
  cluster: Cluster;
  question: CapacityQuestion;
  groups: readonly GroupOfNodes[];
  subnets: readonly PlannedSubnet[];
  pods: number;
  /** Subnets that hold everything, and nothing of a lost zone's. */
  lost: readonly string[];
  vpc: string | null;
  cniUnread: boolean;
  onFargate: boolean;
}

/** What takes fewer addresses, or has more of them. */
const relief =
  "have fewer addresses kept warm (WARM_IP_TARGET with MINIMUM_IP_TARGET), or pods in a range of their own such as 100.64.0.0/16 (custom networking)";

function sizes({ cluster, subnets, vpc }: NoteFacts): CapacityNote[] {
  const at = cluster.locate(["vpc"]);
  const small = subnets.filter(({ verdict }) => verdict === "too small");
  const notes = small.map(({ name, cidr, usable, needs, prefixes, wholePrefixes, smallestPrefix }): CapacityNote => {
    const blocks =
      prefixes > 0 && prefixes > (wholePrefixes ?? 0) ? `, and ${prefixes} whole /28 of ${wholePrefixes ?? 0}` : "";
    const size = smallestPrefix === null ? "not even a /16 holds that" : `a /${smallestPrefix} holds that`;
    const text = `Subnet ${name} (${cidr ?? "?"}) has ${usable ?? "?"} addresses and needs ${needs.total}${blocks}; ${size}`;
    return { code: "capacity/subnet-too-small", text, at };
  });
  if (small.length > 0 && vpc === null && cluster.config.vpc?.id === undefined)
    notes.push({
      code: "capacity/vpc-too-small",
      text: `No VPC of AWS is large enough for these subnets: ${relief}`,
      at,
    });
  const unknown = subnets.filter(({ verdict, topology }) => verdict === "unknown" && topology !== "pods");
  if (unknown.length > 0) {
    const names = unknown.map(({ name }) => name).join(", ");
    notes.push({
      code: "capacity/subnet-size",
      text: `The file doesn't say how large these subnets are: ${names}`,
      at,
    });
  }
  const pods = subnets.filter(({ topology }) => topology === "pods");
  if (pods.length > 0) {
    const text = `Pods have subnets of their own, which the file doesn't name: ${pods.map(({ zone, smallestPrefix }) => `/${smallestPrefix ?? "16 is too small"} in ${zone}`).join(", ")}`;
    notes.push({ code: "capacity/custom-networking", text });
  }
  return notes;
}

/** What a person should know beside the numbers. */
export function notesOf(facts: NoteFacts): CapacityNote[] {
  const { cluster, question, groups, pods, lost, onFargate } = facts;
  const { config } = cluster;
  const notes = sizes(facts);
  if (facts.subnets.length === 0) {
    const text = `vpc.cidr ${config.vpc?.cidr ?? ""} can't be cut into subnets for ${zonesOf(cluster).length} zones`;
    notes.push({ code: "capacity/bad-cidr", text, at: cluster.locate(["vpc", "cidr"]) });
  }
  for (const { planned } of groups.filter((group) => group.planned.subnets.length === 0)) {
    const text = `${planned.name}: the file doesn't name the subnets of its nodes, which aren't in these numbers`;
    notes.push({ code: "capacity/subnet-size", text });
  }
  if (question.pods !== undefined && !onFargate && question.pods > pods) {
    const bounds = groups.map(({ planned }) => `${planned.name}: ${planned.podsPerNode} a node by ${planned.binds}`);
    const text = `${question.pods} pods are asked for, and all groups at their largest hold ${pods} (${bounds.join("; ") || "there is none"})`;
    notes.push({ code: "capacity/no-room", text });
  }
  if (lost.length > 0) {
    const text = `When a zone is lost and the others take its nodes, these subnets are too small: ${lost.join(", ")}`;
    notes.push({ code: "capacity/zone-lost", text });
  }
  if (groups.some(({ planned }) => planned.mode.endsWith("prefix-delegation"))) {
    const text =
      "Prefixes are whole blocks of 16, and single addresses break blocks: reserve the space before use (aws ec2 create-subnet-cidr-reservation --reservation-type prefix)";
    notes.push({ code: "capacity/fragmented", text });
  }
  if (facts.cniUnread)
    notes.push({ code: "capacity/cni-unread", text: "Values of add-on vpc-cni are no YAML; its defaults are taken" });
  if (config.autoModeConfig?.enabled)
    notes.push({
      code: "capacity/auto-mode",
      text: "EKS Auto Mode chooses nodes of its own, which aren't in these numbers",
    });
  if (config.karpenter !== undefined)
    notes.push({
      code: "capacity/auto-mode",
      text: "Karpenter chooses nodes of its own, which aren't in these numbers",
    });
  if ((config.fargateProfiles ?? []).length > 0 && (!onFargate || question.pods === undefined))
    notes.push({
      code: "capacity/fargate",
      text: "Every pod on Fargate takes one address of its profile's subnets; they aren't in these numbers",
    });
  if (groups.length === 0 && !onFargate && !config.autoModeConfig?.enabled)
    notes.push({ code: "capacity/no-nodes", text: "The file has no node group whose nodes could be reckoned" });
  return notes;
}
