// AWS::EKS::Cluster and Nodegroup. What belongs to a cluster and is smaller: eks-objects.ts.
import type {
  Cluster,
  DescribeClusterResponse,
  DescribeNodegroupResponse,
  DescribeUpdateResponse,
  Nodegroup,
  UpdateClusterConfigResponse,
} from "@aws-sdk/client-eks";
import { camelProperties, pick, present, tagChanges, toCamel, toModel } from "../adapter.ts";
import { changedProperties, sameValue } from "../values.ts";
import type { ResourceHandler, ResourceRequest, Stability } from "../handler.ts";
import { resource } from "../handler.ts";
import { isObject } from "../template/model.ts";

type Properties = Record<string, unknown>;

/** Brings the tags of an EKS object from one set to another. */
export function retagEks(
  request: Pick<ResourceRequest, "call">,
  resourceArn: string,
  before: unknown,
  after: unknown,
): void {
  const { put, remove } = tagChanges(before, after);
  if (remove.length > 0) request.call("UntagResource", { resourceArn, tagKeys: remove });
  const tags = Object.fromEntries(put.map(({ Key, Value }) => [Key, Value]));
  if (put.length > 0) request.call("TagResource", { resourceArn, tags });
}

/** `tag` of EKS's types: the object's ARN is read first. */
export function tagEks(
  request: ResourceRequest,
  arn: string | undefined,
  tags: readonly { Key: string; Value: string }[],
): void {
  const own = Object.fromEntries(tags.map(({ Key, Value }) => [Key, Value]));
  request.call("TagResource", { resourceArn: arn, tags: own });
}

function clusterOf(request: Pick<ResourceRequest, "find" | "physicalId">): Cluster | undefined {
  return request.find<DescribeClusterResponse>("DescribeCluster", { name: request.physicalId })?.cluster;
}

/** CloudFormation lists the log types that are on; the API says on or off of each. */
function logging(value: unknown, before?: unknown): object {
  const on = logTypes(value);
  const off = logTypes(before).filter((type) => !on.includes(type));
  return {
    clusterLogging: [
      ...(on.length > 0 ? [{ types: on, enabled: true }] : []),
      ...(off.length > 0 ? [{ types: off, enabled: false }] : []),
    ],
  };
}

function logTypes(value: unknown): string[] {
  const logs = isObject(value) ? value["ClusterLogging"] : undefined;
  const types = isObject(logs) ? logs["EnabledTypes"] : undefined;
  return Array.isArray(types) ? (types as { Type: string }[]).map(({ Type }) => Type) : [];
}

/** The first update that isn't over; one object takes one at a time. */
interface Pending {
  /** Calls still to be made, in order. */
  queue: { operation: string; input: object }[];
  updateId?: string;
}

/** One kind of change a call: UpdateClusterConfig refuses two at once. */
function clusterChanges(request: ResourceRequest, old: Properties): Pending["queue"] {
  const { properties, physicalId: name } = request;
  const config = (input: object): Pending["queue"][number] => ({
    operation: "UpdateClusterConfig",
    input: { name, ...input },
  });
  const queue: Pending["queue"] = [];
  const changed = changedProperties(old, properties);
  const has = (property: string): boolean => changed.includes(property);
  if (has("ResourcesVpcConfig")) queue.push(...vpcChanges(request, old).map(config));
  if (has("Logging")) queue.push(config({ logging: logging(properties["Logging"], old["Logging"]) }));
  if (has("AccessConfig")) {
    const access = properties["AccessConfig"] as Properties | undefined;
    queue.push(config({ accessConfig: { authenticationMode: access?.["AuthenticationMode"] ?? "CONFIG_MAP" } }));
  }
  const auto = ["ComputeConfig", "StorageConfig", "KubernetesNetworkConfig"].filter(has);
  if (auto.length > 0) {
    const network = properties["KubernetesNetworkConfig"] as Properties | undefined;
    const balancing = network?.["ElasticLoadBalancing"];
    queue.push(
      config(
        present({
          computeConfig: toCamel(request.type, "ComputeConfig", properties["ComputeConfig"]),
          storageConfig: toCamel(request.type, "StorageConfig", properties["StorageConfig"]),
          kubernetesNetworkConfig: isObject(balancing)
            ? { elasticLoadBalancing: { enabled: balancing["Enabled"] } }
            : undefined,
        }),
      ),
    );
  }
  const single = [
    "UpgradePolicy",
    "ZonalShiftConfig",
    "RemoteNetworkConfig",
    "DeletionProtection",
    "ControlPlaneScalingConfig",
  ];
  for (const property of single.filter(has)) {
    const member = property.slice(0, 1).toLowerCase() + property.slice(1);
    queue.push(config({ [member]: toCamel(request.type, property, properties[property]) }));
  }
  if (has("EncryptionConfig")) {
    const encryptionConfig = toCamel(request.type, "EncryptionConfig", properties["EncryptionConfig"]);
    queue.push({ operation: "AssociateEncryptionConfig", input: { clusterName: name, encryptionConfig } });
  }
  if (has("Version")) {
    queue.push({
      operation: "UpdateClusterVersion",
      input: { name, version: properties["Version"], ...pick(properties, []) },
    });
  }
  return queue;
}

const endpointMembers = ["EndpointPublicAccess", "EndpointPrivateAccess", "PublicAccessCidrs"];
const placeMembers = ["SubnetIds", "SecurityGroupIds"];

function vpcChanges(request: ResourceRequest, old: Properties): object[] {
  const [before, after] = [old, request.properties].map((one) => (one["ResourcesVpcConfig"] ?? {}) as Properties) as [
    Properties,
    Properties,
  ];
  return [endpointMembers, placeMembers].flatMap((members) => {
    const changed = members.filter((name) => !sameValue(before[name], after[name]));
    if (changed.length === 0) return [];
    const value = toCamel(request.type, "ResourcesVpcConfig", pick(after, members));
    return [{ resourcesVpcConfig: value }];
  });
}

/** Waits for the update that was sent, then sends the next. `at` names the object that DescribeUpdate wants. */
function workOff(request: ResourceRequest, at: object): Stability {
  const pending = request.memo as Pending | undefined;
  if (!pending) return true;
  if (pending.updateId !== undefined) {
    const { update } = request.call<DescribeUpdateResponse>("DescribeUpdate", { ...at, updateId: pending.updateId });
    if (update?.status === "InProgress") return { memo: pending };
    if (update?.status !== "Successful") {
      const reasons = (update?.errors ?? []).map((error) => error.errorMessage ?? error.errorCode ?? "");
      return { failed: `Update ${pending.updateId} ended ${update?.status ?? ""}: ${reasons.join("; ")}` };
    }
  }
  const [next, ...queue] = pending.queue;
  if (!next) return true;
  const { update } = request.call<UpdateClusterConfigResponse>(next.operation, next.input);
  return { memo: present({ queue, updateId: update?.id }) };
}

const cluster = resource("AWS::EKS::Cluster", "eks", {
  name: "Name",
  seconds: 480,
  writeOnly: ["BootstrapSelfManagedAddons", "Force"],
  create(request) {
    const { properties } = request;
    const name = (properties["Name"] as string | undefined) ?? request.generatedName({ max: 100 });
    const { logging: _logging, tags: _tags, force: _force, ...input } = camelProperties(request.type, properties);
    const logs = logTypes(properties["Logging"]);
    const tags = Object.fromEntries(
      ((properties["Tags"] ?? []) as { Key: string; Value: string }[]).map((tag) => [tag.Key, tag.Value]),
    );
    request.call("CreateCluster", {
      ...input,
      name,
      ...(logs.length > 0 ? { logging: logging(properties["Logging"]) } : {}),
      ...(Object.keys(tags).length > 0 ? { tags } : {}),
    });
    return name;
  },
  stable(request) {
    const found = clusterOf(request);
    if (found?.status === "FAILED") {
      return {
        failed: `Cluster ${request.physicalId} failed: ${(found.health?.issues ?? []).map((one) => one.message ?? "").join("; ")}`,
      };
    }
    if (found?.status === "CREATING") return false;
    const pending = workOff(request, { name: request.physicalId });
    return pending === true ? found?.status === "ACTIVE" : pending;
  },
  read(request) {
    const found = clusterOf(request);
    if (!found) return undefined;
    const vpc = found.resourcesVpcConfig;
    const { Tags: _tags, Logging: _logging, ...model } = toModel(request.type, found);
    const types = (found.logging?.clusterLogging ?? []).flatMap((one) => (one.enabled ? (one.types ?? []) : []));
    return {
      ...model,
      ...(types.length > 0 ? { Logging: { ClusterLogging: { EnabledTypes: types.map((Type) => ({ Type })) } } } : {}),
      Arn: found.arn,
      Endpoint: found.endpoint,
      CertificateAuthorityData: found.certificateAuthority?.data,
      "CertificateAuthority.Data": found.certificateAuthority?.data,
      ClusterSecurityGroupId: vpc?.clusterSecurityGroupId,
      EncryptionConfigKeyArn: found.encryptionConfig?.[0]?.provider?.keyArn ?? "",
      OpenIdConnectIssuerUrl: found.identity?.oidc?.issuer,
      "KubernetesNetworkConfig.ServiceIpv6Cidr": found.kubernetesNetworkConfig?.serviceIpv6Cidr ?? "",
      Tags: Object.entries(found.tags ?? {}).map(([Key, Value]) => ({ Key, Value })),
    };
  },
  update(request, old) {
    const found = clusterOf(request);
    retagEks(request, found?.arn ?? "", old["Tags"], request.properties["Tags"]);
    remember(request, clusterChanges(request, old));
  },
  delete(request) {
    request.call("DeleteCluster", { name: request.physicalId });
  },
  gone: (request) => clusterOf(request) === undefined,
  tag: (request, tags) => tagEks(request, clusterOf(request)?.arn, tags),
  // Immutable parts of structures that may otherwise change, and parts that may change of structures that may not.
  replaces(property, before, after) {
    const [old, wanted] = [before, after].map((value) => (isObject(value) ? value : {})) as [Properties, Properties];
    const differs = (name: string): boolean => !sameValue(old[name], wanted[name]);
    if (property === "AccessConfig") return differs("BootstrapClusterCreatorAdminPermissions") ? "yes" : "no";
    if (property === "KubernetesNetworkConfig") {
      return differs("ServiceIpv4Cidr") || differs("IpFamily") ? "yes" : "no";
    }
    // A key may be given to a cluster that has none; it can't be changed or taken back.
    return property === "EncryptionConfig" && before === undefined ? "no" : undefined;
  },
});

/** The first call goes out at once, so that what EKS refuses fails the resource; the rest waits its turn. */
function remember(request: ResourceRequest, queue: Pending["queue"]): void {
  const [first, ...rest] = queue;
  if (!first) return;
  const { update } = request.call<UpdateClusterConfigResponse>(first.operation, first.input);
  request.remember(present({ queue: rest, updateId: update?.id }));
}

function nodegroupNames(request: Pick<ResourceRequest, "physicalId">): { clusterName: string; nodegroupName: string } {
  const [clusterName = "", nodegroupName = ""] = request.physicalId.split("/");
  return { clusterName, nodegroupName };
}

function nodegroupOf(request: Pick<ResourceRequest, "find" | "physicalId">): Nodegroup | undefined {
  return request.find<DescribeNodegroupResponse>("DescribeNodegroup", nodegroupNames(request))?.nodegroup;
}

/** CloudFormation's Effect is the API's. */
function nodegroupInput(request: ResourceRequest): Record<string, unknown> {
  const { tags, forceUpdateEnabled: _force, ...input } = camelProperties(request.type, request.properties);
  return present({ ...input, tags });
}

function nodegroupChanges(request: ResourceRequest, old: Properties): Pending["queue"] {
  const { properties } = request;
  const names = nodegroupNames(request);
  const changed = changedProperties(old, properties);
  const configMembers = ["Labels", "Taints", "ScalingConfig", "UpdateConfig", "NodeRepairConfig"];
  const queue: Pending["queue"] = [];
  if (changed.some((name) => configMembers.includes(name))) {
    queue.push({
      operation: "UpdateNodegroupConfig",
      input: {
        ...names,
        ...present({
          labels: labelChanges(old["Labels"], properties["Labels"]),
          taints: taintChanges(request.type, old["Taints"], properties["Taints"]),
          scalingConfig: changed.includes("ScalingConfig")
            ? toCamel(request.type, "ScalingConfig", properties["ScalingConfig"])
            : undefined,
          updateConfig: changed.includes("UpdateConfig")
            ? toCamel(request.type, "UpdateConfig", properties["UpdateConfig"])
            : undefined,
          nodeRepairConfig: changed.includes("NodeRepairConfig")
            ? toCamel(request.type, "NodeRepairConfig", properties["NodeRepairConfig"])
            : undefined,
        }),
      },
    });
  }
  const versionMembers = ["Version", "ReleaseVersion", "LaunchTemplate"];
  if (changed.some((name) => versionMembers.includes(name))) {
    queue.push({
      operation: "UpdateNodegroupVersion",
      input: {
        ...names,
        ...present({
          version: (changed.includes("Version") ? properties["Version"] : undefined) ?? versionOfRelease(request),
          releaseVersion: changed.includes("ReleaseVersion") ? properties["ReleaseVersion"] : undefined,
          launchTemplate: changed.includes("LaunchTemplate")
            ? toCamel(request.type, "LaunchTemplate", properties["LaunchTemplate"])
            : undefined,
          force: properties["ForceUpdateEnabled"],
        }),
      },
    });
  }
  return queue;
}

/**
 * eksctl upgrades a group by its ReleaseVersion alone: `1.34.2-20260815` asks for Kubernetes 1.34, which EKS wants to be
 * told where it isn't the group's own version.
 */
function versionOfRelease(request: ResourceRequest): string | undefined {
  const release = request.properties["ReleaseVersion"] as string | undefined;
  const minor = /^\d+\.\d+/.exec(release ?? "")?.[0];
  return minor === nodegroupOf(request)?.version ? undefined : minor;
}

function labelChanges(before: unknown, after: unknown): object | undefined {
  const [old, wanted] = [before, after].map((value) => (isObject(value) ? value : {})) as [Properties, Properties];
  const put = Object.fromEntries(Object.entries(wanted).filter(([key, value]) => old[key] !== value));
  const remove = Object.keys(old).filter((key) => !(key in wanted));
  if (Object.keys(put).length === 0 && remove.length === 0) return undefined;
  return {
    ...(Object.keys(put).length > 0 ? { addOrUpdateLabels: put } : {}),
    ...(remove.length > 0 ? { removeLabels: remove } : {}),
  };
}

function taintChanges(type: string, before: unknown, after: unknown): object | undefined {
  const [old, wanted] = [before, after].map(
    (value) => (toCamel(type, "Taints", value) ?? []) as { key?: string; effect?: string }[],
  ) as [{ key?: string }[], { key?: string }[]];
  const put = wanted.filter((taint) => !old.some((other) => sameValue(taint, other)));
  const same = (a: { key?: string; effect?: string }, b: { key?: string; effect?: string }): boolean =>
    a.key === b.key && a.effect === b.effect;
  const remove = old.filter((taint) => !wanted.some((other) => same(taint, other)));
  if (put.length === 0 && remove.length === 0) return undefined;
  return {
    ...(put.length > 0 ? { addOrUpdateTaints: put } : {}),
    ...(remove.length > 0 ? { removeTaints: remove } : {}),
  };
}

const nodegroup = resource("AWS::EKS::Nodegroup", "eks", {
  name: "NodegroupName",
  seconds: 120,
  writeOnly: ["ForceUpdateEnabled"],
  create(request) {
    const { properties } = request;
    const nodegroupName = (properties["NodegroupName"] as string | undefined) ?? request.generatedName({ max: 63 });
    request.call("CreateNodegroup", { ...nodegroupInput(request), nodegroupName });
    return `${String(properties["ClusterName"] as string)}/${nodegroupName}`;
  },
  stable(request) {
    const found = nodegroupOf(request);
    if (found?.status === "CREATE_FAILED") {
      const issues = (found.health?.issues ?? []).map(
        (one) =>
          `[Issue(Code=${one.code ?? ""}, Message=${one.message ?? ""}, ResourceIds=[${(one.resourceIds ?? []).join(", ")}])]`,
      );
      return { failed: issues.join(", ") };
    }
    const pending = workOff(request, {
      name: nodegroupNames(request).clusterName,
      nodegroupName: nodegroupNames(request).nodegroupName,
    });
    return pending === true ? found?.status === "ACTIVE" || found?.status === "DEGRADED" : pending;
  },
  read(request) {
    const found = nodegroupOf(request);
    if (!found) return undefined;
    return {
      ...toModel(request.type, { ...found, nodegroupArn: undefined }),
      Id: request.physicalId,
      Arn: found.nodegroupArn,
      ClusterName: found.clusterName,
      NodegroupName: found.nodegroupName,
      Tags: found.tags ?? {},
    };
  },
  update(request, old) {
    const found = nodegroupOf(request);
    retagEks(request, found?.nodegroupArn ?? "", old["Tags"], request.properties["Tags"]);
    remember(request, nodegroupChanges(request, old));
  },
  delete(request) {
    request.call("DeleteNodegroup", nodegroupNames(request));
  },
  gone(request) {
    const found = nodegroupOf(request);
    if (found?.status !== "DELETE_FAILED") return found === undefined;
    return { failed: (found.health?.issues ?? []).map((one) => one.message ?? "").join("; ") };
  },
  tag: (request, tags) => tagEks(request, nodegroupOf(request)?.nodegroupArn, tags),
  // A group can't be given a launch template, nor another one; only another version of its own.
  replaces(property, before, after) {
    if (property !== "LaunchTemplate") return undefined;
    if (!isObject(before) || !isObject(after)) return "yes";
    return before["Id"] === after["Id"] && before["Name"] === after["Name"] ? "no" : "yes";
  },
});

export const eksTypes: readonly ResourceHandler[] = [cluster, nodegroup];
