// Add-ons on the way: which version fits each minor, what has to move first, what after the control plane.
import type { UpgradeFinding } from "../judgement.ts";
import { minorsBetween } from "../versions.ts";
import type { AddonSeen, UpgradeWorld } from "../world.ts";

/** A row of the matrix. */
export interface AddonPlan {
  name: string;
  version: string;
  /** Whether the version of today is offered for each minor on the way. */
  fits: Readonly<Record<string, boolean>>;
  /** The default version at the end. */
  wanted: string | undefined;
  /** A version that both the cluster of today and the target take; undefined when none is needed, or there is none. */
  bridge: string | undefined;
}

function planOf({ name, version, offered }: AddonSeen, from: string, minors: readonly string[]): AddonPlan {
  const list = (minor: string): readonly { version: string; isDefault: boolean }[] => offered[minor] ?? [];
  const has = (minor: string, wanted: string): boolean => list(minor).some((each) => each.version === wanted);
  const last = minors.at(-1) ?? from;
  const fits = Object.fromEntries(minors.map((minor) => [minor, has(minor, version)]));
  const bridge = has(last, version)
    ? undefined
    : list(from).find((each) => each.version !== version && minors.every((minor) => has(minor, each.version)))?.version;
  return { name, version, fits, wanted: list(last).find(({ isDefault }) => isDefault)?.version, bridge };
}

/** Judges add-ons; the matrix beside it. */
export function judgeAddons({ addons, cluster, to }: UpgradeWorld): { plans: AddonPlan[]; findings: UpgradeFinding[] } {
  if (!("value" in addons)) return { plans: [], findings: [] };
  const minors = minorsBetween(cluster.version, to);
  const plans = addons.value.map((seen) => planOf(seen, cluster.version, minors));
  const findings = plans.flatMap(({ name, version, fits, wanted, bridge }): UpgradeFinding[] => {
    const lacking = minors.filter((minor) => fits[minor] !== true);
    if (lacking.length === 0) return [];
    const found = { subject: `addon/${name}`, data: { version, fits, wanted, bridge } };
    const offered = addons.value.find((each) => each.name === name)?.offered[to] ?? [];
    if (offered.length === 0)
      return [
        {
          ...found,
          code: "upgrades/addon-not-offered",
          severity: "error",
          title: `EKS offers no version of it for Kubernetes ${to}`,
          remedy: "Take it out, install it another way, or wait for its version.",
        },
      ];
    const title = `${version} isn't offered for Kubernetes ${lacking.join(", ")}`;
    const command = `lotse upgrade addon --cluster ${cluster.name} --name ${name}`;
    // kube-proxy follows the control plane by its nature, and may be behind.
    if (bridge === undefined || name === "kube-proxy")
      return [
        {
          ...found,
          code: "upgrades/addon-later",
          severity: "warning",
          title,
          remedy: `Move it right after the control plane: ${command}`,
        },
      ];
    return [
      {
        ...found,
        code: "upgrades/addon-first",
        severity: "error",
        title,
        detail: `${bridge} runs on ${cluster.version} and on ${to}.`,
        remedy: `Move it before the control plane: ${command} --version ${bridge}`,
      },
    ];
  });
  return { plans, findings };
}
