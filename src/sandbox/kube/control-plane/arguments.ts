// Command lines of the four programs. Flags are those of Kubernetes 1.33 to 1.36 and etcd 3.6.
import type { ControlPlaneFiles } from "./files.ts";
import { clientRate } from "./files.ts";

/** What the programs must know about each other and about the cluster. */
export interface ControlPlaneSettings {
  files: ControlPlaneFiles;
  /** Of the API server, on 127.0.0.1. */
  port: number;
  /** `1.35`: the minor to behave as, when the programs are newer. */
  emulate?: string;
  /** Of services, e.g. `10.100.0.0/16`. */
  serviceCidr: string;
  /** The cluster's OIDC issuer, `https://oidc.eks.…/id/…`. */
  issuer: string;
  /** Where the issuer's keys can be fetched. */
  jwksUri: string;
  /** Judges bearer tokens and permissions beside RBAC; without them there are client certificates and RBAC only. */
  webhooks: boolean;
  /** People's logins beside IAM. */
  identityProvider?: OidcProvider;
}

/** An OIDC identity provider that is associated with the cluster, by EKS's names. */
export interface OidcProvider {
  issuerUrl: string;
  clientId: string;
  usernameClaim?: string;
  usernamePrefix?: string;
  groupsClaim?: string;
  groupsPrefix?: string;
  requiredClaims?: Readonly<Record<string, string>>;
}

/**
 * Answers of the webhooks are kept this long. The default of two minutes hides that access was just given or taken
 * away; EKS itself takes seconds.
 */
const webhookCache = "5s";

const rateFlags = [`--kube-api-qps=${clientRate.qps}`, `--kube-api-burst=${clientRate.burst}`];

const emulation = ({ emulate }: ControlPlaneSettings): string[] => (emulate ? [`--emulated-version=${emulate}`] : []);

/** etcd on Unix sockets in a folder of its owner: nobody else on the machine can read what it holds. */
export function etcdArguments({ files }: ControlPlaneSettings): string[] {
  return [
    "--name=lotse",
    `--data-dir=${files.data}`,
    // What a rehearsal loses in a power failure it makes again; without this each write waits for the disk.
    "--unsafe-no-fsync",
    `--listen-client-urls=unix://${files.etcdSocket}`,
    `--listen-peer-urls=unix://${files.etcdPeerSocket}`,
    // Demanded to look like addresses; a single member tells them nobody.
    "--advertise-client-urls=http://127.0.0.1:1",
    "--initial-advertise-peer-urls=http://127.0.0.1:2",
    "--initial-cluster=lotse=http://127.0.0.1:2",
    // A new member waits for up to an election's time before it leads itself: in six starts each 0.37 to 1.0 s at the
    // default of 1000, 0.05 to 0.24 s so. The heartbeat sends nothing to anybody and costs 2 ms of each second more.
    "--heartbeat-interval=50",
    "--election-timeout=250",
    "--auto-compaction-mode=periodic",
    "--auto-compaction-retention=5m",
    "--quota-backend-bytes=4294967296",
    "--log-level=warn",
  ];
}

function webhookArguments({ files, webhooks }: ControlPlaneSettings): string[] {
  if (!webhooks) return ["--authorization-mode=Node,RBAC"];
  return [
    `--authentication-token-webhook-config-file=${files.authenticationConfig}`,
    "--authentication-token-webhook-version=v1",
    `--authentication-token-webhook-cache-ttl=${webhookCache}`,
    "--authorization-mode=Node,RBAC,Webhook",
    `--authorization-webhook-config-file=${files.authorizationConfig}`,
    "--authorization-webhook-version=v1",
    `--authorization-webhook-cache-authorized-ttl=${webhookCache}`,
    `--authorization-webhook-cache-unauthorized-ttl=${webhookCache}`,
  ];
}

/** An issuer that can't be reached stops nobody else: the API server says so in its log and tries again. */
function oidcArguments({ identityProvider: provider, files }: ControlPlaneSettings): string[] {
  if (!provider) return [];
  const flags: [string, string | undefined][] = [
    ["issuer-url", provider.issuerUrl],
    ["client-id", provider.clientId],
    ["username-claim", provider.usernameClaim],
    ["username-prefix", provider.usernamePrefix],
    ["groups-claim", provider.groupsClaim],
    ["groups-prefix", provider.groupsPrefix],
    ["ca-file", files.issuerAuthority],
    ...Object.entries(provider.requiredClaims ?? {}).map(([claim, value]): [string, string] => [
      "required-claim",
      `${claim}=${value}`,
    ]),
  ];
  return flags.flatMap(([name, value]) => (value ? [`--oidc-${name}=${value}`] : []));
}

/** kube-apiserver, as EKS sets it up as far as a process on this machine can. */
export function apiserverArguments(settings: ControlPlaneSettings): string[] {
  const { files } = settings;
  return [
    `--etcd-servers=unix://${files.etcdSocket}`,
    "--bind-address=127.0.0.1",
    `--secure-port=${settings.port}`,
    // EKS publishes its interfaces' addresses itself; a loopback address would be refused here.
    "--endpoint-reconciler-type=none",
    `--service-cluster-ip-range=${settings.serviceCidr}`,
    `--tls-cert-file=${files.server.certificate}`,
    `--tls-private-key-file=${files.server.key}`,
    `--client-ca-file=${files.authority}`,
    `--service-account-issuer=${settings.issuer}`,
    `--service-account-jwks-uri=${settings.jwksUri}`,
    `--service-account-signing-key-file=${files.serviceAccountKey}`,
    `--service-account-key-file=${files.serviceAccountPublicKey}`,
    // As on EKS: tokens for the cluster itself name this audience or the issuer.
    `--api-audiences=https://kubernetes.default.svc,${settings.issuer}`,
    ...webhookArguments(settings),
    ...oidcArguments(settings),
    "--enable-admission-plugins=NodeRestriction",
    "--allow-privileged=true",
    "--profiling=false",
    // Simulated nodes and the people who watch them share one API server.
    "--max-requests-inflight=1600",
    "--max-mutating-requests-inflight=800",
    `--egress-selector-config-file=${files.egress}`,
    // Names of nodes are in no DNS.
    "--kubelet-preferred-address-types=InternalIP",
    `--audit-policy-file=${files.auditPolicy}`,
    `--audit-log-path=${files.auditLog}`,
    "--audit-log-maxsize=64",
    "--audit-log-maxbackup=1",
    ...(files.encryption ? [`--encryption-provider-config=${files.encryption}`] : []),
    ...emulation(settings),
  ];
}

/** kube-controller-manager without the loops that belong to the cloud. */
export function controllerManagerArguments(settings: ControlPlaneSettings): string[] {
  const { files } = settings;
  return [
    `--kubeconfig=${files.controllerManagerConfig}`,
    "--leader-elect=false",
    // Nobody asks it for health or metrics.
    "--secure-port=0",
    "--use-service-account-credentials=true",
    `--service-account-private-key-file=${files.serviceAccountKey}`,
    `--root-ca-file=${files.authority}`,
    `--cluster-signing-cert-file=${files.authority}`,
    `--cluster-signing-key-file=${files.authorityKey}`,
    // Addresses of pods come from the VPC, load balancers and nodes from the cloud's controllers.
    "--allocate-node-cidrs=false",
    "--cloud-provider=external",
    "--profiling=false",
    ...rateFlags,
    "--concurrent-deployment-syncs=20",
    "--concurrent-replicaset-syncs=20",
    ...emulation(settings),
  ];
}

/** kube-scheduler; what it is to do otherwise than by its defaults stands in its configuration. */
export function schedulerArguments(settings: ControlPlaneSettings): string[] {
  return [`--config=${settings.files.schedulerConfig}`, "--secure-port=0", ...emulation(settings)];
}
