// NodeConfig documents of nodeadm, which joins Amazon Linux 2023 nodes to a cluster:
// https://awslabs.github.io/amazon-eks-ami/nodeadm/doc/api/
import { parse } from "yaml";
import { errorMessage, LotseError } from "../../base/index.ts";
import type { Binder } from "../binder.ts";
import type { SelfManagedGroup } from "./group.ts";
import type { Group } from "./group.ts";

type Document = Readonly<Record<string, unknown>>;

/** A NodeConfig with the members that nodeadm's own writer never leaves out. */
function nodeConfig(spec: {
  cluster?: Document;
  kubelet?: Document;
  instance?: Document;
  containerd?: Document;
}): Document {
  return {
    apiVersion: "node.eks.aws/v1alpha1",
    kind: "NodeConfig",
    metadata: {},
    spec: {
      ...spec,
      cluster: spec.cluster ?? {},
      containerd: spec.containerd ?? {},
      instance: { localStorage: {}, network: {}, ...spec.instance },
      kubelet: spec.kubelet ?? {},
    },
  };
}

function flags(group: Group): string[] {
  const labels = Object.entries(group.labels)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}=${value}`);
  const taints = group.taints.map(({ key, value, effect }) => `${key}=${value}:${effect}`);
  return [
    `--node-labels=${labels.join(",")}`,
    ...(taints.length > 0 ? [`--register-with-taints=${taints.join(",")}`] : []),
  ];
}

/** How a self-managed node finds and joins its cluster. EKS gives managed nodes this part itself. */
export function joinConfig(group: SelfManagedGroup, clusterName: string, binder: Binder): Document {
  return nodeConfig({
    cluster: {
      apiServerEndpoint: binder.endpoint(),
      certificateAuthority: binder.ca(),
      cidr: binder.serviceCidr(),
      name: clusterName,
    },
    kubelet: {
      config: { ...group.spec.kubeletExtraConfig, clusterDNS: [group.spec.clusterDNS || binder.clusterDns()] },
      flags: flags(group),
    },
  });
}

/** `maxPodsPerNode` as a document of its own; nodeadm merges them. */
export function maxPodsConfig(maxPods: number): Document {
  return nodeConfig({ kubelet: { config: { maxPods } } });
}

/**
 * `overrideBootstrapCommand` of an Amazon Linux 2023 group: a NodeConfig written by the user.
 *
 * @throws LotseError `stacks/node-config` when the text is none.
 */
export function ownConfig(text: string): Document {
  let document: unknown;
  try {
    document = parse(text);
  } catch (error) {
    throw notNodeConfig(errorMessage(error), error);
  }
  if (typeof document !== "object" || document === null || Array.isArray(document)) throw notNodeConfig("no mapping");
  const { spec = {}, ...rest } = document as { spec?: Record<string, Document> };
  return { ...nodeConfig(spec), ...rest, metadata: {} };
}

function notNodeConfig(why: string, cause?: unknown): LotseError {
  return new LotseError(
    "stacks/node-config",
    {
      title: "overrideBootstrapCommand of an AmazonLinux2023 group is no NodeConfig document",
      detail: why,
      remedy: "Write a document with apiVersion node.eks.aws/v1alpha1 and kind NodeConfig",
    },
    { cause },
  );
}
