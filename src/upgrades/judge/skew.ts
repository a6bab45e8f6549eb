// Skew: what may be older than the API server, and by how much (https://kubernetes.io/releases/version-skew-policy/).
import { minorOf } from "../../facts/index.ts";
import type { UpgradeFinding } from "../judgement.ts";
import { minorIn } from "../versions.ts";
import type { UpgradeWorld } from "../world.ts";

/** Minors that a kubelet may be behind: three since 1.25, two before. */
const allowance = (kubelet: number): number => (kubelet >= 25 ? 3 : 2);

function nodes({ nodes: read, cluster, to }: UpgradeWorld): UpgradeFinding[] {
  const [now, then] = [minorOf(cluster.version), minorOf(to)];
  return ("value" in read ? read.value : []).flatMap(({ name, kubelet }): UpgradeFinding[] => {
    const own = minorIn(kubelet);
    if (!Number.isFinite(own)) return [];
    const found = { code: "upgrades/kubelet-skew", subject: `node/${name}`, data: { kubelet, to } };
    if (own > now)
      return [
        {
          ...found,
          severity: "error",
          title: `Its kubelet ${kubelet} is newer than the API server ${cluster.version}`,
          remedy: "A kubelet may never be newer: upgrade the control plane, or replace the node.",
        },
      ];
    if (then - own > allowance(own))
      return [
        {
          ...found,
          severity: "error",
          title: `Its kubelet ${kubelet} would be ${then - own} minors behind ${to}; ${allowance(own)} are allowed`,
          remedy: `Upgrade its node group first: lotse upgrade nodegroup --cluster ${cluster.name}`,
        },
      ];
    return [];
  });
}

function groups({ groups: read, cluster }: UpgradeWorld): UpgradeFinding[] {
  return ("value" in read ? read.value : []).flatMap(({ name, version }): UpgradeFinding[] =>
    minorIn(version) < minorOf(cluster.version)
      ? [
          {
            code: "upgrades/group-behind",
            severity: "warning",
            subject: `nodegroup/${name}`,
            title: `It has ${version}, the control plane ${cluster.version}`,
            detail: "EKS's guide wants managed groups at the control plane's version before its next step.",
            remedy: `lotse upgrade nodegroup --cluster ${cluster.name} --name ${name}`,
          },
        ]
      : [],
  );
}

function proxy({ kubeProxy, cluster, to }: UpgradeWorld): UpgradeFinding[] {
  const image = "value" in kubeProxy ? kubeProxy.value : undefined;
  const behind = minorOf(to) - minorIn(image?.slice(image.lastIndexOf(":")) ?? "");
  if (!(behind > 3)) return [];
  return [
    {
      code: "upgrades/proxy-skew",
      severity: "error",
      subject: "daemonset/kube-system/kube-proxy",
      title: `${image} would be ${behind} minors behind ${to}; three are allowed`,
      remedy: `Update it first: lotse upgrade addon --cluster ${cluster.name} --name kube-proxy`,
    },
  ];
}

function kubectl({ kubectl: read, to }: UpgradeWorld): UpgradeFinding[] {
  const version = "value" in read ? read.value : undefined;
  const distance = Math.abs(minorOf(to) - minorIn(version ?? ""));
  if (!(distance > 1)) return [];
  return [
    {
      code: "upgrades/kubectl-skew",
      severity: "warning",
      subject: "kubectl",
      title: `kubectl ${version} is ${distance} minors away from ${to}; one is allowed`,
      remedy: `Install kubectl ${to} beside the upgrade.`,
    },
  ];
}

/** Judges versions against each other. */
export function judgeSkew(world: UpgradeWorld): UpgradeFinding[] {
  return [...nodes(world), ...groups(world), ...proxy(world), ...kubectl(world)];
}
