// A node as the kubelet and the cloud's node controller write it.
import { createHash } from "node:crypto";
import type { KubeObject } from "../client.ts";
import type { NodeSpec, NodeSystem } from "./membership.ts";
import type { NodeSize } from "./size.ts";

/** A Node, as far as the sandbox reads and writes it. */
export interface NodeObject extends KubeObject {
  spec?: { providerID?: string; taints?: NodeTaint[]; unschedulable?: boolean };
  status?: { conditions?: { type: string; status: string }[]; [member: string]: unknown };
}

export interface NodeTaint {
  key: string;
  value?: string;
  effect: string;
}

/** Port of a kubelet's API. */
export const kubeletPort = 10_250;

const kibibytes = (value: number): string => `${value}Ki`;

function quantities(size: NodeSize["capacity"]): Record<string, string> {
  return {
    cpu: size.cpu % 1000 === 0 ? String(size.cpu / 1000) : `${size.cpu}m`,
    memory: kibibytes(size.memory),
    "ephemeral-storage": kibibytes(size.storage),
    pods: String(size.pods),
    "hugepages-1Gi": "0",
    "hugepages-2Mi": "0",
  };
}

const osOf = (system: NodeSystem): "linux" | "windows" => (system === "windows" ? "windows" : "linux");

/** Labels that the kubelet and the cloud provider set on every node. */
export function wellKnownLabels(node: NodeSpec): Record<string, string> {
  const os = osOf(node.system);
  return {
    "kubernetes.io/hostname": node.name,
    "kubernetes.io/os": os,
    "kubernetes.io/arch": node.architecture,
    "beta.kubernetes.io/os": os,
    "beta.kubernetes.io/arch": node.architecture,
    ...(node.system === "windows" ? { "node.kubernetes.io/windows-build": "10.0.20348" } : {}),
    ...(node.instanceType === ""
      ? {}
      : {
          "beta.kubernetes.io/instance-type": node.instanceType,
          "node.kubernetes.io/instance-type": node.instanceType,
          // One hash for all nodes of a cluster's cloud configuration; its value means nothing.
          "k8s.io/cloud-provider-aws": createHash("md5").update(node.region).digest("hex"),
        }),
    "topology.kubernetes.io/region": node.region,
    "topology.kubernetes.io/zone": node.zone,
    "failure-domain.beta.kubernetes.io/region": node.region,
    "failure-domain.beta.kubernetes.io/zone": node.zone,
  };
}

const systems: Readonly<Record<NodeSystem, { osImage: string; kernelVersion: string; runtime: string }>> = {
  al2023: { osImage: "Amazon Linux 2023 (lotse simulation)", kernelVersion: "6.12", runtime: "2.1.5" },
  al2: { osImage: "Amazon Linux 2 (lotse simulation)", kernelVersion: "5.10", runtime: "1.7.29" },
  bottlerocket: { osImage: "Bottlerocket OS (lotse simulation)", kernelVersion: "6.12", runtime: "2.1.5" },
  windows: { osImage: "Windows Server 2022 Datacenter", kernelVersion: "10.0.20348", runtime: "1.7.29" },
  fargate: { osImage: "Amazon Linux 2 (lotse simulation)", kernelVersion: "5.10", runtime: "1.7.29" },
};

/** Why a node isn't Ready, or undefined. */
export type NodeTrouble = { reason: string; message: string } | undefined;

/** What a kubelet says before the network plugin has put its configuration down. */
export const networkNotReady: NonNullable<NodeTrouble> = {
  reason: "KubeletNotReady",
  message:
    "container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady message:Network plugin returns error: cni plugin not initialized",
};

/** The Ready condition of a node that has no trouble but the one given. */
export function readyCondition(trouble: NodeTrouble, now: string): { type: string; status: string } {
  const condition = {
    type: "Ready",
    status: trouble ? "False" : "True",
    reason: trouble?.reason ?? "KubeletReady",
    message: trouble?.message ?? "kubelet is posting ready status",
    lastHeartbeatTime: now,
    lastTransitionTime: now,
  };
  return condition;
}

/** All conditions, in the kubelet's order: Ready is the last. */
export function nodeConditions(trouble: NodeTrouble, now: string): { type: string; status: string }[] {
  const calm = (type: string, reason: string, message: string): { type: string; status: string } => {
    const times = { reason, message, lastHeartbeatTime: now, lastTransitionTime: now };
    return { type, status: "False", ...times };
  };
  return [
    calm("MemoryPressure", "KubeletHasSufficientMemory", "kubelet has sufficient memory available"),
    calm("DiskPressure", "KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
    calm("PIDPressure", "KubeletHasSufficientPID", "kubelet has sufficient PID available"),
    readyCondition(trouble, now),
  ];
}

/** What the node controller writes of a kubelet that is silent. */
export function unknownConditions(now: string): object[] {
  return nodeConditions(undefined, now).map((condition) => ({
    ...condition,
    status: "Unknown",
    reason: "NodeStatusUnknown",
    message: "Kubelet stopped posting node status.",
  }));
}

export interface NodeFacts {
  /** `v1.35.6-eks-…`. */
  kubeletVersion: string;
  size: NodeSize;
  trouble: NodeTrouble;
  now: string;
}

/** The status a kubelet reports. */
export function nodeStatus(node: NodeSpec, facts: NodeFacts): NonNullable<NodeObject["status"]> {
  const { osImage, kernelVersion, runtime } = systems[node.system];
  return {
    capacity: quantities(facts.size.capacity),
    allocatable: quantities(facts.size.allocatable),
    conditions: nodeConditions(facts.trouble, facts.now),
    addresses: [
      { type: "InternalIP", address: node.address },
      { type: "InternalDNS", address: node.name },
      { type: "Hostname", address: node.name },
    ],
    daemonEndpoints: { kubeletEndpoint: { Port: kubeletPort } },
    nodeInfo: {
      machineID: createHash("md5").update(node.instanceId).digest("hex"),
      systemUUID: `ec2-${node.instanceId}`,
      bootID: createHash("md5").update(`${node.instanceId} boot`).digest("hex"),
      osImage,
      kernelVersion,
      containerRuntimeVersion: `containerd://${runtime}`,
      kubeletVersion: facts.kubeletVersion,
      kubeProxyVersion: "",
      operatingSystem: osOf(node.system),
      architecture: node.architecture,
    },
  };
}

/** The object a kubelet registers. */
export function nodeObject(node: NodeSpec, facts: NodeFacts): NodeObject {
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: {
      name: node.name,
      labels: { ...wellKnownLabels(node), ...node.labels },
      annotations: {
        "volumes.kubernetes.io/controller-managed-attach-detach": "true",
        "alpha.kubernetes.io/provided-node-ip": node.address,
      },
    },
    spec: { providerID: node.providerId, taints: node.taints.map((taint) => ({ ...taint })) },
    status: nodeStatus(node, facts),
  };
}
