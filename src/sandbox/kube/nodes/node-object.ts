// A node as the kubelet and the cloud's node controller write it.
import { createHash } from "node:crypto";
import type { KubeObject } from "../client.ts";
import type { NodeSpec } from "./membership.ts";

/** A Node, as far as the sandbox reads and writes it. */
export interface NodeObject extends KubeObject {
  spec?: { providerID?: string; taints?: object[]; unschedulable?: boolean };
  status?: object;
}

const kibibytes = (value: number): string => `${value}Ki`;

function quantities(size: NodeSpec["size"]["capacity"]): Record<string, string> {
  return {
    cpu: size.cpu % 1000 === 0 ? String(size.cpu / 1000) : `${size.cpu}m`,
    memory: kibibytes(size.memory),
    "ephemeral-storage": kibibytes(size.storage),
    pods: String(size.pods),
    "hugepages-1Gi": "0",
    "hugepages-2Mi": "0",
  };
}

/** Labels that the kubelet and the cloud provider set on every node. */
export function wellKnownLabels(node: NodeSpec): Record<string, string> {
  return {
    "kubernetes.io/hostname": node.name,
    "kubernetes.io/os": node.os,
    "kubernetes.io/arch": node.architecture,
    "beta.kubernetes.io/os": node.os,
    "beta.kubernetes.io/arch": node.architecture,
    "beta.kubernetes.io/instance-type": node.instanceType,
    "node.kubernetes.io/instance-type": node.instanceType,
    "topology.kubernetes.io/region": node.region,
    "topology.kubernetes.io/zone": node.zone,
    "failure-domain.beta.kubernetes.io/region": node.region,
    "failure-domain.beta.kubernetes.io/zone": node.zone,
    // One hash for all nodes of a cluster's cloud configuration; its value means nothing.
    "k8s.io/cloud-provider-aws": createHash("md5").update(node.region).digest("hex"),
  };
}

function systemOf(node: NodeSpec): { osImage: string; kernelVersion: string } {
  if (node.os === "windows") return { osImage: "Windows Server 2022 Datacenter", kernelVersion: "10.0.20348" };
  if (node.bottlerocket) return { osImage: "Bottlerocket OS (lotse simulation)", kernelVersion: "6.1" };
  return { osImage: "Amazon Linux 2023 (lotse simulation)", kernelVersion: "6.12" };
}

/** Why a node isn't Ready, or undefined. */
export type NodeTrouble = { reason: string; message: string } | undefined;

/** The conditions of a node that has no trouble but the one given. */
export function nodeConditions(trouble: NodeTrouble, now: string): object[] {
  const calm = (type: string, reason: string, message: string): object => ({
    type,
    status: "False",
    reason,
    message,
    lastHeartbeatTime: now,
    lastTransitionTime: now,
  });
  return [
    calm("MemoryPressure", "KubeletHasSufficientMemory", "kubelet has sufficient memory available"),
    calm("DiskPressure", "KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
    calm("PIDPressure", "KubeletHasSufficientPID", "kubelet has sufficient PID available"),
    {
      type: "Ready",
      status: trouble ? "False" : "True",
      reason: trouble?.reason ?? "KubeletReady",
      message: trouble?.message ?? "kubelet is posting ready status",
      lastHeartbeatTime: now,
      lastTransitionTime: now,
    },
  ];
}

/** The status a kubelet reports. */
export function nodeStatus(node: NodeSpec, kubeletVersion: string, trouble: NodeTrouble, now: string): object {
  return {
    capacity: quantities(node.size.capacity),
    allocatable: quantities(node.size.allocatable),
    conditions: nodeConditions(trouble, now),
    addresses: [
      { type: "InternalIP", address: node.privateIp },
      { type: "InternalDNS", address: node.name },
      { type: "Hostname", address: node.name },
    ],
    daemonEndpoints: { kubeletEndpoint: { Port: 10_250 } },
    nodeInfo: {
      machineID: createHash("md5").update(node.instanceId).digest("hex"),
      systemUUID: `ec2-${node.instanceId}`,
      bootID: createHash("md5").update(`${node.instanceId} boot`).digest("hex"),
      ...systemOf(node),
      containerRuntimeVersion: "containerd://2.1.0",
      kubeletVersion,
      kubeProxyVersion: "",
      operatingSystem: node.os,
      architecture: node.architecture,
    },
  };
}

/** The object a kubelet registers. */
export function nodeObject(node: NodeSpec, kubeletVersion: string, trouble: NodeTrouble, now: string): NodeObject {
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: {
      name: node.name,
      labels: { ...wellKnownLabels(node), ...node.labels },
      annotations: {
        "volumes.kubernetes.io/controller-managed-attach-detach": "true",
        "alpha.kubernetes.io/provided-node-ip": node.privateIp,
      },
    },
    spec: { providerID: node.providerId, taints: [...node.taints] },
    status: nodeStatus(node, kubeletVersion, trouble, now),
  };
}
