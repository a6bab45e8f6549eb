// What lives otherwise than a new cluster would, while the file says nothing about it. It stays, because a missing line is
// no order; but nobody should have to guess that.
import type { Cluster as EksCluster } from "@aws-sdk/client-eks";
import type { ConfigPath } from "../../config/index.ts";
import { shown } from "../compare/differences.ts";
import { isWritten, type Draft, type Planning } from "../planning.ts";

interface Setting {
  path: ConfigPath;
  /** What lives, or undefined when it is as in any new cluster. */
  text: string | undefined;
}

function ofControlPlane(cluster: EksCluster, retentionDays: number | undefined): Setting[] {
  const network = cluster.resourcesVpcConfig;
  const [isPublic, isPrivate] = [network?.endpointPublicAccess ?? true, network?.endpointPrivateAccess ?? false];
  const cidrs = (network?.publicAccessCidrs ?? []).filter((cidr) => !/^(0\.0\.0\.0|::)\/0$/.test(cidr));
  const logs = (cluster.logging?.clusterLogging ?? []).flatMap(({ enabled, types = [] }) => (enabled ? types : []));
  const key = cluster.encryptionConfig?.map(({ provider }) => provider?.keyArn).find((arn) => arn !== undefined);
  const mode = cluster.accessConfig?.authenticationMode;
  const support = cluster.upgradePolicy?.supportType;
  return [
    {
      path: ["vpc", "clusterEndpoints"],
      text: isPublic && !isPrivate ? undefined : `endpoint access (public ${isPublic}, private ${isPrivate})`,
    },
    {
      path: ["vpc", "publicAccessCIDRs"],
      text: isPublic && cidrs.length > 0 ? `public access from ${cidrs.join(", ")} only` : undefined,
    },
    {
      path: ["cloudWatch", "clusterLogging", "enableTypes"],
      text: logs.length > 0 ? `control plane logs (${logs.join(", ")})` : undefined,
    },
    {
      path: ["cloudWatch", "clusterLogging", "logRetentionInDays"],
      text: retentionDays === undefined ? undefined : `retention of ${retentionDays} days for control plane logs`,
    },
    {
      path: ["secretsEncryption", "keyARN"],
      text: key === undefined ? undefined : `encryption of secrets with ${key} (EKS never takes it back)`,
    },
    {
      path: ["accessConfig", "authenticationMode"],
      text: mode === undefined || mode === "API_AND_CONFIG_MAP" ? undefined : `authentication mode ${mode}`,
    },
    {
      path: ["upgradePolicy", "supportType"],
      text: support === undefined || support === "EXTENDED" ? undefined : `support type ${support}`,
    },
    {
      path: ["zonalShiftConfig", "enabled"],
      text: cluster.zonalShiftConfig?.enabled ? "zonal shift is on" : undefined,
    },
  ];
}

function ofNodeGroups(planning: Planning): Setting[] {
  return planning.stacks
    .filter(({ kind }) => kind === "nodegroup")
    .flatMap(({ name, source: [path = []] }): Setting[] => {
      const update = planning.found.nodeGroups.get(name)?.updateConfig;
      const percentage = update?.maxUnavailablePercentage;
      const suspended = planning.found.autoScalingGroups.get(name)?.suspended ?? [];
      const zones = planning.known.offeredZones?.[name] ?? [];
      const offered = planning.looked.offeredZones[name];
      const all = (planning.known.zones ?? []).filter((zone) => offered?.includes(zone) ?? true);
      const lives = planning.found.stacks.has(`eksctl-${planning.found.name}-nodegroup-${name}`);
      const isWhole = !lives || zones.length === 0 || all.every((zone) => zones.includes(zone));
      const isFree = !isWritten(planning.cluster, [...path, "subnets"]);
      return [
        {
          path: [...path, "updateConfig"],
          text:
            percentage === undefined && (update?.maxUnavailable ?? 1) === 1
              ? undefined
              : `max unavailable ${percentage === undefined ? update?.maxUnavailable : `${percentage}%`} of node group ${name}`,
        },
        {
          path: [...path, "asgSuspendProcesses"],
          text:
            suspended.length > 0 ? `suspended processes (${suspended.join(", ")}) of node group ${name}` : undefined,
        },
        {
          path: [...path, "availabilityZones"],
          text: isFree && !isWhole ? `node group ${name} is in ${zones.join(", ")} only` : undefined,
        },
      ];
    });
}

function ofAddons(planning: Planning): Setting[] {
  return planning.objects.aws.flatMap((object): Setting[] => {
    const living = object.kind === "addon" ? planning.found.addons.get(object.name) : undefined;
    if (object.kind !== "addon" || !living || object.configurationValues !== undefined) return [];
    const values = living.configurationValues ?? "";
    const text = values === "" ? undefined : `configuration ${shown(values)} of add-on ${object.name}`;
    return [{ path: [...(object.source[0] ?? []), "configurationValues"], text }];
  });
}

/** Tags that the file doesn't have, or has no longer: nothing tells those of a former file from other people's. */
function ofTags(planning: Planning): Setting[] {
  return planning.objects.aws.flatMap((object): Setting[] => {
    if (object.kind !== "addon" && object.kind !== "fargate-profile") return [];
    const [what, living] =
      object.kind === "addon"
        ? ["add-on", planning.found.addons.get(object.name)]
        : ["Fargate profile", planning.found.fargateProfiles.get(object.name)];
    return Object.entries(living?.tags ?? {})
      .filter(([key]) => !(key in object.tags) && !/^(aws:|(alpha\.)?eksctl\.)/.test(key))
      .map(([key, value]) => ({
        path: [...(object.source[0] ?? []), "tags", key],
        text: `tag ${key}=${value} of ${what} ${object.name}`,
      }));
  });
}

/** Notes of settings that stay; makes no steps. */
export function leftAlone(planning: Planning): Draft[] {
  const { cluster, logGroup } = planning.found;
  if (!cluster || cluster.status !== "ACTIVE") return [];
  const settings = [
    ...ofControlPlane(cluster, logGroup?.retentionDays),
    ...ofNodeGroups(planning),
    ...ofAddons(planning),
    ...ofTags(planning),
  ];
  for (const { path, text } of settings) {
    if (text === undefined || isWritten(planning.cluster, path)) continue;
    const name = path.map((key) => (typeof key === "number" ? `[${key}]` : `.${key}`)).join("");
    planning.notes.push({
      code: "plan/left-alone",
      text: `Left as it is, for the file doesn't say ${name.slice(1)}: ${text}`,
    });
  }
  return [];
}
