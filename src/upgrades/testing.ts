// A world in which an upgrade is ready, for tests that change one thing of it.
import { calendarOn } from "./calendar/model.ts";
import type { UpgradeFinding } from "./judgement.ts";
import { judgeUpgrade } from "./judgement.ts";
import type { UpgradeWorld } from "./world.ts";

/** The day of every world. */
export const today = "2026-11-21";

const ready: UpgradeWorld = {
  calendar: calendarOn(today),
  cluster: { name: "demo", version: "1.35", support: undefined },
  to: "1.36",
  nodes: { value: [{ name: "a", kubelet: "v1.35.2-eks-1", image: "Amazon Linux 2023.9" }] },
  inside: { value: { nodes: [], workloads: [] } },
  groups: { value: [{ name: "web", version: "1.35", amiType: "AL2023_x86_64_STANDARD" }] },
  addons: { value: [] },
  kubeProxy: { value: "602401143452.dkr.ecr.eu-central-1.amazonaws.com/eks/kube-proxy:v1.35.0-eksbuild.2" },
  kubectl: { value: "1.36.1" },
  insights: { value: [] },
  live: { value: [] },
  helm: { value: [] },
  manifests: [],
  checks: { value: [] },
  unreadChecks: [],
};

/** The world with something else in it. */
export const worldWith = (change: Partial<UpgradeWorld>): UpgradeWorld => ({ ...ready, ...change });

/** `error upgrades/removed-api`, as found in such a world. */
export const foundIn = (change: Partial<UpgradeWorld>): string[] =>
  judgeUpgrade(worldWith(change)).findings.map(({ severity, code }: UpgradeFinding) => `${severity} ${code}`);
