// Flags that every role has: where the cluster is, how to log, where to be asked for health, how to lead and to stop.
import type { FlagDefinition } from "./flags.ts";
import type { RoleDefinition } from "./role.ts";

/** Port of `/healthz`, `/readyz` and `/metrics` where a role doesn't choose another. */
export const probePort = 8080;

const common: readonly FlagDefinition[] = [
  {
    name: "kubeconfig",
    kind: "text",
    description: "Kubeconfig file of the cluster; in a pod its service account by default, else $KUBECONFIG",
  },
  { name: "context", kind: "text", description: "Context of the kubeconfig" },
  {
    name: "namespace",
    kind: "text",
    description: "Namespace that the role runs in: of its lease, its Secret, its Service",
    env: "POD_NAMESPACE",
  },
  { name: "instance", kind: "text", description: "Name of this instance; the host's by default", env: "POD_NAME" },
  { name: "region", kind: "text", description: "Region of AWS calls", env: "AWS_REGION" },
  { name: "log-level", kind: "text", description: "debug, info, warn or error", default: "info" },
  {
    name: "health-address",
    kind: "text",
    description: "Where /healthz, /readyz and /metrics listen; all addresses by default",
  },
  { name: "health-port", kind: "number", description: "Port of /healthz, /readyz and /metrics" },
  {
    name: "grace-period",
    kind: "duration",
    description: "How long requests and work under way may take after SIGTERM",
    default: "10s",
  },
  {
    name: "shutdown-delay",
    kind: "duration",
    description: "How long the role goes on serving after SIGTERM, until clients have learnt of it",
    default: "0",
  },
];

const listening: readonly FlagDefinition[] = [
  { name: "port", kind: "number", description: "Port that the role listens on" },
  { name: "address", kind: "text", description: "Address that the role listens on; all by default" },
];

const certified: readonly FlagDefinition[] = [
  {
    name: "service-name",
    kind: "text",
    description: "Service in front of the role: its certificate is for that name; lotse-ROLE by default",
  },
  {
    name: "tls-names",
    kind: "list",
    description: "Further names and addresses that the role's own certificate is for",
  },
  {
    name: "tls-cert-file",
    kind: "text",
    description: "Certificate (PEM) instead of the role's own, read anew when it changes: cert-manager's, or yours",
  },
  { name: "tls-private-key-file", kind: "text", description: "Key (PEM) of --tls-cert-file" },
];

const knowing: readonly FlagDefinition[] = [
  {
    name: "tls-ca-file",
    kind: "text",
    description: "Authority (PEM) of client certificates; without it none is trusted",
  },
];

const working: readonly FlagDefinition[] = [
  { name: "concurrency", kind: "number", description: "Objects that are worked on at once", default: 4 },
];

const electing: readonly FlagDefinition[] = [
  { name: "leader-elect", kind: "switch", description: "Lets one of several instances work at a time", default: true },
  { name: "lease-duration", kind: "duration", description: "After which a silent leader is replaced", default: "15s" },
  { name: "renew-deadline", kind: "duration", description: "After which a leader gives up", default: "10s" },
  { name: "retry-period", kind: "duration", description: "Between two tries to lead or to renew", default: "2s" },
];

/** All flags of a role: its own, and those of what it uses of the frame. Its own win over the frame's of the same name. */
export function flagsOf(role: RoleDefinition): FlagDefinition[] {
  const frame = [
    ...common,
    ...(role.listener ? listening : []),
    ...(role.listener?.certificate === "own" ? certified : []),
    ...(role.listener?.clientCertificates ? knowing : []),
    ...(role.reconcile ? working : []),
    ...(role.leaderElection ? electing : []),
  ];
  const own = new Set(role.flags.map(({ name }) => name));
  return [...role.flags, ...frame.filter(({ name }) => !own.has(name))];
}
