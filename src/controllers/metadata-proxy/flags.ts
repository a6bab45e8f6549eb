// Flags of the metadata proxy: kube2iam's names and defaults where they mean the same.
import type { PodRoleSettings } from "../../identity/index.ts";
import type { FlagDefinition, FlagValues } from "../frame/index.ts";

/** kube2iam's `--app-port`. */
export const defaultPort = 8181;

export const flags: readonly FlagDefinition[] = [
  { name: "node", kind: "text", env: "NODE_NAME", required: true, description: "node whose pods are served" },
  {
    name: "host-ip",
    kind: "list",
    env: "HOST_IP",
    default: [],
    description: "the node's addresses of IPv4 and IPv6, where packets are redirected to; a family without is shut",
  },
  { name: "host-ipv6", kind: "text", env: "HOST_IPV6", description: "the node's IPv6 address by itself" },
  { name: "port", kind: "number", default: defaultPort, description: "port that pods' requests are redirected to" },
  {
    name: "host-interface",
    kind: "text",
    default: "eni+",
    description: "interface of pods: eni+ VPC CNI, cali+ Calico, lxc+ Cilium, cni0 bridge",
  },
  {
    name: "firewall",
    kind: "text",
    default: "iptables",
    description: "how packets are redirected: iptables, nftables or none",
  },
  {
    name: "remove-rules-on-exit",
    kind: "switch",
    default: false,
    description: "take the rules away at the end; pods then get the node's role",
  },
  { name: "metadata-addr", kind: "text", default: "169.254.169.254", description: "the node's metadata service" },
  { name: "metadata-addr-ipv6", kind: "text", default: "fd00:ec2::254", description: "the same by IPv6" },
  {
    name: "allow-path",
    kind: "list",
    default: [],
    description: "other metadata that pods may read, below the version: meta-data/placement/*",
  },
  {
    name: "base-role-arn",
    kind: "text",
    description: "what roles without an ARN are below: arn:aws:iam::123456789012:role/",
  },
  {
    name: "auto-discover-base-arn",
    kind: "switch",
    default: false,
    description: "take the base from the node's instance profile",
  },
  { name: "default-role", kind: "text", description: "role of pods that ask for none; without it they get nothing" },
  {
    name: "iam-role-key",
    kind: "text",
    default: "iam.amazonaws.com/role",
    description: "annotation of pods with their role",
  },
  {
    name: "iam-external-id",
    kind: "text",
    default: "iam.amazonaws.com/external-id",
    description: "annotation of pods with their external id",
  },
  {
    name: "iam-session-name",
    kind: "text",
    default: "iam.amazonaws.com/session-name",
    description: "annotation of pods with a session name of their own",
  },
  {
    name: "iam-role-session-ttl",
    kind: "duration",
    default: "15m",
    description: "when credentials are renewed; they live twice as long, between 15m and 1h",
  },
  {
    name: "namespace-restrictions",
    kind: "switch",
    default: true,
    description: "a namespace has to allow its pods' roles",
  },
  {
    name: "namespace-restriction-format",
    kind: "text",
    default: "glob",
    description: "how the list is read: glob, or regexp (anchored)",
  },
  {
    name: "namespace-key",
    kind: "text",
    default: "iam.amazonaws.com/allowed-roles",
    description: "annotation of namespaces with a JSON list of roles",
  },
  {
    name: "startup-taint",
    kind: "text",
    default: "lotse.dev/metadata-proxy",
    description: "taint that is taken from the node once the rules are set; nodes join with it",
  },
];

/** Pods' annotations by which they say what they want. */
export function annotationKeys(
  flags: FlagValues,
): Pick<PodRoleSettings, "roleKey" | "externalIdKey" | "sessionNameKey"> {
  return {
    roleKey: flags.text("iam-role-key"),
    externalIdKey: flags.text("iam-external-id"),
    sessionNameKey: flags.text("iam-session-name"),
  };
}
