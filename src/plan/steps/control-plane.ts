// Changes of a living control plane, each by the EKS call that eksctl uses for it. What the file doesn't name is left as
// it is: nothing opens an endpoint or drops logs because a line is missing.
import type { Cluster as EksCluster } from "@aws-sdk/client-eks";
import type { ConfigPath } from "../../config/index.ts";
import type { TemplateValue } from "../../stacks/index.ts";
import type { StepEffect, StepKind } from "../plan.ts";
import { draft, isWritten, refuse, why, type Draft, type Planning } from "../planning.ts";
import type { Work } from "../work.ts";
import { tagDifference } from "./tags.ts";

type Properties = Readonly<Record<string, TemplateValue>>;

interface Living {
  planning: Planning;
  cluster: EksCluster;
  /** The wanted `AWS::EKS::Cluster`. */
  wanted: Properties;
}

/** Minutes that EKS takes for a kind of update (experience, inferred). */
const minutes = { version: 10, endpoints: 8, logging: 1, access: 1, encryption: 15, other: 1 };

interface Change {
  kind: StepKind;
  path: ConfigPath;
  texts: string[];
  effect?: StepEffect;
  minutes: number;
  actions: string[];
  work: Work;
}

function step({ planning }: Living, change: Change): Draft {
  return draft({
    kind: change.kind,
    name: planning.found.name,
    action: "update",
    effect: change.effect ?? "in place",
    phase: "control-plane",
    why: change.texts.map((text) => why(planning, "plan/changed", text, change.path)),
    duration: change.minutes * 60,
    iamActions: ["eks:DescribeCluster", "eks:DescribeUpdate", ...change.actions],
    work: change.work,
  });
}

const at = (properties: Properties | undefined, ...keys: string[]): TemplateValue | undefined =>
  keys.reduce<TemplateValue | undefined>((value, key) => (value as Properties | undefined)?.[key], properties);

const minorOf = (version: string): number => Number(version.split(".")[1]);

function version(living: Living): Draft[] {
  const { planning, cluster } = living;
  const path = ["metadata", "version"];
  const [have, want] = [cluster.version ?? "", planning.cluster.config.metadata.version ?? ""];
  if (!isWritten(planning.cluster, path) || have === want) return [];
  const distance = minorOf(want) - minorOf(have);
  if (distance > 1) {
    const next = `1.${minorOf(have) + 1}`;
    refuse(
      planning,
      "plan/version-skips",
      `Kubernetes ${have} can't go to ${want} in one step`,
      path,
      `EKS upgrades one minor at a time: set metadata.version to "${next}", apply, then go on`,
    );
  } else if (distance < 0) {
    refuse(
      planning,
      "plan/version-downgrade",
      `Kubernetes ${have} can't go back to ${want}`,
      path,
      `Set metadata.version to "${have}"; EKS rolls back to the previous minor only within 7 days, with \`aws eks update-cluster-version\``,
    );
  }
  if (distance !== 1) return [];
  for (const [name, group] of planning.found.nodeGroups) {
    if (group.version !== undefined && group.version !== want) {
      planning.notes.push({
        code: "plan/nodes-stay",
        text: `Node group ${name} stays at ${group.version}; the control plane may be up to three minors ahead`,
      });
    }
  }
  for (const { tags } of planning.found.stacks.values()) {
    const name = tags["alpha.eksctl.io/nodegroup-name"];
    if (name === undefined || planning.found.nodeGroups.has(name)) continue;
    planning.notes.push({ code: "plan/nodes-stay", text: `Node group ${name} keeps the image of Kubernetes ${have}` });
  }
  return [
    step(living, {
      kind: "cluster-version",
      path,
      texts: [`Kubernetes version: ${have} → ${want}`],
      minutes: minutes.version,
      actions: ["eks:UpdateClusterVersion"],
      work: {
        do: "upgrade-cluster",
        version: want,
        force: planning.cluster.config.metadata.forceUpdateVersion === true,
      },
    }),
  ];
}

function endpoints(living: Living): Draft[] {
  const { planning, cluster, wanted } = living;
  const have = cluster.resourcesVpcConfig;
  const change: { publicAccess?: boolean; privateAccess?: boolean; publicAccessCidrs?: string[] } = {};
  const texts: string[] = [];
  if (isWritten(planning.cluster, ["vpc", "clusterEndpoints"])) {
    const publicAccess = at(wanted, "ResourcesVpcConfig", "EndpointPublicAccess") ?? true;
    const privateAccess = at(wanted, "ResourcesVpcConfig", "EndpointPrivateAccess") ?? false;
    if (publicAccess !== have?.endpointPublicAccess || privateAccess !== have.endpointPrivateAccess) {
      change.publicAccess = publicAccess === true;
      change.privateAccess = privateAccess === true;
      if (publicAccess !== have?.endpointPublicAccess)
        texts.push(`public endpoint: ${have?.endpointPublicAccess} → ${change.publicAccess}`);
      if (privateAccess !== have?.endpointPrivateAccess)
        texts.push(`private endpoint: ${have?.endpointPrivateAccess} → ${change.privateAccess}`);
    }
  }
  if (isWritten(planning.cluster, ["vpc", "publicAccessCIDRs"])) {
    const cidrs = [
      ...((at(wanted, "ResourcesVpcConfig", "PublicAccessCidrs") as string[] | undefined) ?? []),
    ].toSorted();
    const living = [...(have?.publicAccessCidrs ?? [])].toSorted();
    // With the public endpoint off, EKS forgets them.
    const open = change.publicAccess ?? have?.endpointPublicAccess;
    if (open && cidrs.length > 0 && cidrs.join() !== living.join()) {
      change.publicAccessCidrs = cidrs;
      texts.push(`public access from: ${living.join(", ") || "nowhere"} → ${cidrs.join(", ")}`);
    }
  }
  if (texts.length === 0) return [];
  return [
    step(living, {
      kind: "cluster-endpoints",
      path: change.publicAccess === undefined ? ["vpc", "publicAccessCIDRs"] : ["vpc", "clusterEndpoints"],
      texts,
      minutes: minutes.endpoints,
      actions: ["eks:UpdateClusterConfig"],
      work: { do: "update-cluster", change: { endpoints: change } },
    }),
  ];
}

const allLogTypes = ["api", "audit", "authenticator", "controllerManager", "scheduler"];

function logging(living: Living): Draft[] {
  const { planning, cluster, wanted } = living;
  const path = ["cloudWatch", "clusterLogging", "enableTypes"];
  if (!isWritten(planning.cluster, path)) return [];
  const types = at(wanted, "Logging", "ClusterLogging", "EnabledTypes") as { Type: string }[] | undefined;
  const want = new Set((types ?? []).map(({ Type }) => Type));
  const have = new Set(
    (cluster.logging?.clusterLogging ?? []).flatMap(({ enabled, types: of = [] }) => (enabled ? of : [])) as string[],
  );
  if (allLogTypes.every((type) => want.has(type) === have.has(type))) return [];
  const names = (set: ReadonlySet<string>): string => allLogTypes.filter((type) => set.has(type)).join(", ") || "none";
  return [
    step(living, {
      kind: "cluster-logging",
      path,
      texts: [`control plane logs: ${names(have)} → ${names(want)}`],
      effect: "none",
      minutes: minutes.logging,
      actions: ["eks:UpdateClusterConfig"],
      work: {
        do: "update-cluster",
        change: {
          logging: {
            enable: allLogTypes.filter((type) => want.has(type)),
            disable: allLogTypes.filter((type) => !want.has(type)),
          },
        },
      },
    }),
  ];
}

const modes = ["CONFIG_MAP", "API_AND_CONFIG_MAP", "API"];

function access(living: Living): Draft[] {
  const { planning, cluster, wanted } = living;
  const path = ["accessConfig", "authenticationMode"];
  const want = at(wanted, "AccessConfig", "AuthenticationMode");
  const have = cluster.accessConfig?.authenticationMode ?? "CONFIG_MAP";
  // A cluster of the time before access entries takes none until its mode allows them.
  const wantsEntries = have === "CONFIG_MAP" && (planning.cluster.config.accessConfig?.accessEntries ?? []).length > 0;
  if (typeof want !== "string" || want === have || !(wantsEntries || isWritten(planning.cluster, path))) return [];
  if (modes.indexOf(want) < modes.indexOf(have)) {
    refuse(
      planning,
      "plan/immutable",
      `Authentication mode ${have} can't go back to ${want}`,
      path,
      `Set accessConfig.authenticationMode to ${have}`,
    );
    return [];
  }
  return [
    step(living, {
      kind: "cluster-access",
      path,
      texts: [`authentication mode: ${have} → ${want}`],
      minutes: minutes.access,
      actions: ["eks:UpdateClusterConfig"],
      work: { do: "update-cluster", change: { authenticationMode: want } },
    }),
  ];
}

function encryption(living: Living): Draft[] {
  const { planning, cluster, wanted } = living;
  const path = ["secretsEncryption", "keyARN"];
  const [provider] = (at(wanted, "EncryptionConfig") as { Provider?: { KeyArn?: TemplateValue } }[] | undefined) ?? [];
  const want = provider?.Provider?.KeyArn;
  const have = cluster.encryptionConfig?.find(({ provider: { keyArn } = {} }) => keyArn !== undefined)?.provider
    ?.keyArn;
  if (typeof want !== "string" || want === have) return [];
  if (have !== undefined) {
    refuse(
      planning,
      "plan/immutable",
      `The key that encrypts secrets can't change: ${have} → ${want}`,
      path,
      `Set secretsEncryption.keyARN to ${have}`,
    );
    return [];
  }
  return [
    step(living, {
      kind: "cluster-encryption",
      path,
      texts: [`secrets encryption: none → ${want}`],
      minutes: minutes.encryption,
      actions: ["eks:AssociateEncryptionConfig", "kms:DescribeKey", "kms:CreateGrant"],
      work: { do: "encrypt-cluster", keyArn: want },
    }),
  ];
}

function support(living: Living): Draft[] {
  const want = at(living.wanted, "UpgradePolicy", "SupportType");
  const have = living.cluster.upgradePolicy?.supportType;
  if (typeof want !== "string" || want === have) return [];
  return [
    step(living, {
      kind: "cluster-support",
      path: ["upgradePolicy", "supportType"],
      texts: [`support type: ${have ?? "EXTENDED"} → ${want}`],
      effect: "none",
      minutes: minutes.other,
      actions: ["eks:UpdateClusterConfig"],
      work: { do: "update-cluster", change: { supportType: want } },
    }),
  ];
}

function zonalShift(living: Living): Draft[] {
  const want = at(living.wanted, "ZonalShiftConfig", "Enabled");
  const have = living.cluster.zonalShiftConfig?.enabled ?? false;
  if (typeof want !== "boolean" || want === have) return [];
  return [
    step(living, {
      kind: "cluster-zonal-shift",
      path: ["zonalShiftConfig", "enabled"],
      texts: [`zonal shift: ${have} → ${want}`],
      effect: "none",
      minutes: minutes.other,
      actions: ["eks:UpdateClusterConfig"],
      work: { do: "update-cluster", change: { zonalShift: want } },
    }),
  ];
}

function tags(living: Living): Draft[] {
  const { planning, cluster } = living;
  const stackTags = planning.found.stacks.get(`eksctl-${planning.found.name}-cluster`)?.tags ?? {};
  const difference = tagDifference(
    cluster.tags ?? {},
    planning.cluster.config.metadata.tags ?? {},
    Object.keys(stackTags),
  );
  if (!difference) return [];
  return [
    step(living, {
      kind: "cluster-tags",
      path: ["metadata", "tags"],
      texts: difference.lines,
      effect: "none",
      minutes: 0,
      actions: ["eks:TagResource", ...(difference.remove.length > 0 ? ["eks:UntagResource"] : [])],
      work: { do: "tag-resource", arn: cluster.arn ?? "", set: difference.set, remove: difference.remove },
    }),
  ];
}

/** Steps for a living control plane, in the order in which they are done: one at a time, the version last. */
export function controlPlane(planning: Planning): Draft[] {
  const { cluster } = planning.found;
  const wanted = planning.stacks.find(({ kind }) => kind === "cluster")?.template.Resources["ControlPlane"]?.Properties;
  if (!cluster || !wanted || cluster.status === "DELETING" || cluster.status === "CREATING") return [];
  const living: Living = { planning, cluster, wanted };
  return [tags, endpoints, logging, access, encryption, support, zonalShift, version].flatMap((area) => area(living));
}
