// Node images on the way: Amazon Linux 2 ends with 1.32, and its cgroup v1 with Kubernetes 1.35.
import { minorOf } from "../../facts/index.ts";
import type { UpgradeFinding } from "../judgement.ts";
import type { UpgradeWorld } from "../world.ts";

/** First minor without images of Amazon Linux 2, and first without cgroup v1. */
const [withoutAl2, withoutCgroupV1] = [33, 35];

/** Judges images: of managed groups, and of nodes that show what they run. */
export function judgeImages({ groups, nodes, to }: UpgradeWorld): UpgradeFinding[] {
  const want = minorOf(to);
  const remedy = "Move to AmazonLinux2023 or Bottlerocket: a new group, then drain the old one.";
  const ofGroups = ("value" in groups ? groups.value : [])
    .filter(({ amiType }) => amiType.startsWith("AL2_"))
    .map(({ name, amiType }): UpgradeFinding => ({
      code: "upgrades/no-al2",
      severity: want >= withoutAl2 ? "error" : "warning",
      subject: `nodegroup/${name}`,
      title: `Its images are ${amiType}, of which EKS makes none for 1.${withoutAl2} and later, and no new ones since 2025-11-26`,
      remedy,
    }));
  const ofNodes = ("value" in nodes ? nodes.value : [])
    .filter(({ image }) => image === "Amazon Linux 2" && want >= withoutCgroupV1)
    .map(({ name }): UpgradeFinding => ({
      code: "upgrades/cgroup-v1",
      severity: "error",
      subject: `node/${name}`,
      title: `It runs Amazon Linux 2 with cgroup v1; kubelets of 1.${withoutCgroupV1} and later want cgroup v2`,
      remedy,
    }));
  return [...ofGroups, ...ofNodes];
}
