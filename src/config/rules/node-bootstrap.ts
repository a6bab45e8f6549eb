// What runs on a node when it starts: scripts, kubelet and Bottlerocket settings.
import { isBottlerocket, isWindows } from "../schema/ami-families.ts";
import { anyEnabled, defineRule, groupsOf } from "./rule.ts";
import type { Breach, GroupInContext, Rule } from "./rule.ts";

const scripts: Rule = defineRule({
  code: "config/bootstrap",
  severity: "error",
  demands: "Bootstrap commands fit the AMI family.",
  remedy: "Remove it",
  *check(context) {
    for (const each of groupsOf(context)) yield* scriptBreaches(each);
  },
});

function* scriptBreaches({ group, written, managed, kind, path }: GroupInContext): Generator<Breach> {
  const family = group.amiFamily;
  const unsupported = (key: string): Breach => ({
    path: [...path, key],
    title: `${key} is not supported for ${family} nodegroups (path=${kind}[${path[1]}].${key})`,
  });
  const override = written.overrideBootstrapCommand !== undefined;
  if (isBottlerocket(family)) {
    if (written.preBootstrapCommands !== undefined) yield unsupported("preBootstrapCommands");
    if (override) yield unsupported("overrideBootstrapCommand");
  }
  if (!managed && (isBottlerocket(family) || isWindows(family)) && written.kubeletExtraConfig !== undefined)
    yield unsupported("kubeletExtraConfig");
  if (managed && isWindows(family) && override) yield unsupported("overrideBootstrapCommand");
  else if (
    managed &&
    override &&
    !group.ami &&
    !group.launchTemplate &&
    family !== "AmazonLinux2023" &&
    !isBottlerocket(family)
  )
    yield {
      path: [...path, "overrideBootstrapCommand"],
      title: `${kind}[${path[1]}].overrideBootstrapCommand can only be set when a custom AMI is specified`,
    };
  if (!managed && override && isWindows(family) && !group.ami)
    yield {
      path: [...path, "overrideBootstrapCommand"],
      title: `overrideBootstrapCommand for ${family} needs a custom AMI`,
    };
  const runtime = written.containerRuntime;
  if (!runtime) return;
  if (runtime !== "containerd")
    yield {
      path: [...path, "containerRuntime"],
      title: "only containerd is supported for container runtime, starting with EKS version 1.24",
      remedy: "Use containerd",
    };
  if (override)
    yield {
      path: [...path, "containerRuntime"],
      title: "overrideBootstrapCommand overwrites container runtime setting",
      remedy: "Remove containerRuntime and set it in the command",
    };
}

const forbiddenKubelet = [
  "kind",
  "apiVersion",
  "address",
  "clusterDomain",
  "authentication",
  "authorization",
  "serverTLSBootstrap",
];

const kubelet: Rule = defineRule({
  code: "config/kubelet-config",
  severity: "error",
  demands: "kubeletExtraConfig leaves alone what a node needs to join.",
  remedy: "Remove it",
  *check(context) {
    for (const { group, managed, path } of groupsOf(context))
      for (const key of managed ? [] : Object.keys(group.kubeletExtraConfig ?? {}))
        if (forbiddenKubelet.includes(key))
          yield {
            path: [...path, "kubeletExtraConfig", key],
            title: `cannot override ${JSON.stringify(key)} in kubelet config, as it's critical to eksctl functionality`,
          };
  },
});

const bottlerocket: Rule = defineRule({
  code: "config/bottlerocket",
  severity: "error",
  demands:
    "Bottlerocket settings are for Bottlerocket, and leave labels, taints and pod counts to the node group's fields.",
  remedy: "Use the field of the node group",
  *check(context) {
    for (const { group, written, managed, kind, path } of groupsOf(context)) {
      if (!written.bottlerocket) continue;
      const name = `${kind}[${path[1]}]`;
      if (!isBottlerocket(group.amiFamily)) {
        // eksctl looks at nodeGroups only, and leaves the settings of managed groups out; stacks refuses them.
        if (managed) continue;
        yield {
          path: [...path, "bottlerocket"],
          title: `bottlerocket config can only be used with amiFamily "Bottlerocket" or "BottlerocketFips" but found ${JSON.stringify(group.amiFamily)} (path=${name}.bottlerocket)`,
          remedy: "Set amiFamily: Bottlerocket",
        };
        continue;
      }
      const settings = written.bottlerocket.settings?.kubernetes;
      if (settings === undefined || managed) continue;
      const at = [...path, "bottlerocket", "settings", "kubernetes"];
      if (typeof settings !== "object" || settings === null || Array.isArray(settings)) {
        yield {
          path: at,
          title: "invalid kubernetes settings provided: expected a map of settings",
          remedy: "Write keys and values under it",
        };
        continue;
      }
      for (const [key, field] of [
        ["node-labels", "labels"],
        ["node-taints", "taints"],
        ["max-pods", "maxPodsPerNode"],
      ] as const)
        if (key in settings)
          yield {
            path: [...at, key],
            title: `invalid Bottlerocket setting: use ${name}.${field} instead (path=${name}.bottlerocket.settings.kubernetes.${key})`,
          };
      if ("cluster-dns-ip" in settings && group.clusterDNS)
        yield {
          path: [...at, "cluster-dns-ip"],
          title: `only one of ${name}.bottlerocket.settings.kubernetes.cluster-dns-ip or ${name}.clusterDNS can be set`,
          remedy: "Keep one",
        };
    }
  },
});

const instanceMetadata: Rule = defineRule({
  code: "config/pod-imds",
  severity: "error",
  demands: "Pods that must use the node role can reach instance metadata.",
  remedy: "Use roles for service accounts instead of iam.withAddonPolicies",
  *check(context) {
    for (const { group, kind, path } of groupsOf(context))
      if (group.disablePodIMDS && anyEnabled(group.iam?.withAddonPolicies))
        yield {
          path: [...path, "disablePodIMDS"],
          title: `${kind}[${path[1]}].disablePodIMDS and ${kind}[${path[1]}].iam.withAddonPolicies cannot be set at the same time`,
        };
  },
});

export const nodeBootstrapRules: readonly Rule[] = [scripts, kubelet, bottlerocket, instanceMetadata];
