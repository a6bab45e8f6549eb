// What a control plane has on disk: etcd's data, keys, configurations, logs. Its owner alone may read it.
import { createHash } from "node:crypto";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { KeyedCertificate } from "../../../base/index.ts";
import { issueCertificate } from "../../../base/index.ts";

/** Paths; every one of them is absolute. */
export interface ControlPlaneFiles {
  folder: string;
  data: string;
  etcdSocket: string;
  etcdPeerSocket: string;
  authority: string;
  authorityKey: string;
  server: { certificate: string; key: string };
  serviceAccountKey: string;
  serviceAccountPublicKey: string;
  controllerManagerConfig: string;
  schedulerConfig: string;
  authenticationConfig: string;
  authorizationConfig: string;
  auditPolicy: string;
  auditLog: string;
  /** Only with secrets encryption. */
  encryption?: string;
  /** Only with an authority of one's own for issuers. */
  issuerAuthority?: string;
  /** How the API server reaches the cluster's network, and the Unix socket where it asks. */
  egress: string;
  networkSocket: string;
  /** Log of a program. */
  log(program: string): string;
}

/** What the files are made from. */
export interface ControlPlaneIdentity {
  /** Short name of the cluster. */
  cluster: string;
  authority: KeyedCertificate;
  serviceAccountKey: { privateKey: string; publicKey: string };
  /** First address of the service range: where pods find the API server. */
  serviceAddress: string;
  /** Host names of the API server beside localhost, such as EKS's own for the cluster. */
  hostNames: readonly string[];
  /** A key that stands for the cluster's KMS key, base64 of 32 bytes; secrets are then encrypted in etcd. */
  encryptionKey?: string;
  webhooks?: { authenticate: string; authorize: string };
}

/** A client certificate as PEM, and the authority to believe. */
export interface ClientFiles {
  certificate: string;
  key: string;
  authority: string;
}

/** Everything is recorded but what nobody reads: events, leases and the health of the server. */
const auditPolicy = `apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
  - level: None
    nonResourceURLs: ["/healthz*", "/livez*", "/readyz*", "/version", "/openapi/*"]
  - level: None
    resources:
      - { group: "", resources: [events] }
      - { group: events.k8s.io, resources: [events] }
      - { group: coordination.k8s.io, resources: [leases] }
  - level: None
    users: ["system:kube-controller-manager", "system:kube-scheduler", "lotse:sandbox"]
  - level: None
    userGroups: ["system:serviceaccounts:kube-system"]
    verbs: [get, list, watch]
  - level: Metadata
    resources: [{ group: "", resources: [secrets, configmaps, serviceaccounts/token] }]
  - level: Request
`;

function encryptionConfig(key: string): string {
  return `apiVersion: apiserver.config.k8s.io/v1
kind: EncryptionConfiguration
resources:
  - resources: [secrets]
    providers:
      - aesgcm: { keys: [{ name: cluster-key, secret: ${key} }] }
      - identity: {}
`;
}

/** Nothing goes to the addresses of nodes, pods and services, which are the emulated VPC's: see kubelet/network.ts. */
function egressConfig(socket: string): string {
  return `apiVersion: apiserver.k8s.io/v1beta1
kind: EgressSelectorConfiguration
egressSelections:
  - name: cluster
    connection:
      proxyProtocol: HTTPConnect
      transport: { uds: { udsName: ${JSON.stringify(socket)} } }
`;
}

/** A thousand simulated nodes would take 500 s at the programs' defaults of 20 to 50 and 30 to 100. */
export const clientRate: Readonly<{ qps: number; burst: number }> = { qps: 1000, burst: 2000 };

const base64 = (text: string): string => Buffer.from(text).toString("base64");

/** A kubeconfig of one cluster and one user; JSON is YAML. */
function kubeconfig(cluster: object, user: object): string {
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "cluster", cluster }],
    users: [{ name: "user", user }],
    contexts: [{ name: "context", context: { cluster: "cluster", user: "user" } }],
    "current-context": "context",
  });
}

/** A client certificate of the cluster's authority. */
export function clientCertificate(
  identity: ControlPlaneIdentity,
  name: string,
  groups: readonly string[] = [],
): ClientFiles {
  const request = { commonName: name, organizations: groups, usage: "client" } as const;
  const { certificate, privateKey } = issueCertificate(identity.authority, request, Date.now());
  return { certificate, key: privateKey, authority: identity.authority.certificate };
}

function programConfig(identity: ControlPlaneIdentity, port: number, user: string): string {
  const { certificate, key, authority } = clientCertificate(identity, user);
  return kubeconfig(
    { server: `https://127.0.0.1:${port}`, "certificate-authority-data": base64(authority) },
    { "client-certificate-data": base64(certificate), "client-key-data": base64(key) },
  );
}

/**
 * Pods that found no node are tried again after a second, and not after up to ten: pods live ten times as fast as a clock
 * here, and nobody is to wait longer for the scheduler than for an image. All else is as the scheduler has it.
 */
function schedulerConfiguration(kubeconfigFile: string): string {
  return JSON.stringify({
    apiVersion: "kubescheduler.config.k8s.io/v1",
    kind: "KubeSchedulerConfiguration",
    clientConnection: { kubeconfig: kubeconfigFile, ...clientRate },
    leaderElection: { leaderElect: false },
    enableProfiling: false,
    podInitialBackoffSeconds: 1,
    podMaxBackoffSeconds: 1,
  });
}

/** Paths of Unix sockets end after 107 characters: those of long folders are elsewhere. */
const longestSocketFolder = 90;

function socketFolder(folder: string): string {
  const own = join(folder, "run");
  // Elsewhere the name follows from the folder, so that the next run finds what one that was killed has left.
  const elsewhere = join(tmpdir(), `lotse-${createHash("sha256").update(folder).digest("hex").slice(0, 16)}`);
  const sockets = own.length > longestSocketFolder ? elsewhere : own;
  // Sockets of a run that was killed are in the way of the next. A folder that isn't ours can't be removed.
  rmSync(sockets, { recursive: true, force: true });
  mkdirSync(sockets, { mode: 0o700 });
  return sockets;
}

/**
 * Writes everything the programs read. Keys and configurations are made anew at each start; `data` stays.
 *
 * @param folder of this cluster; its parent must exist
 */
export function writeFiles(
  folder: string,
  identity: ControlPlaneIdentity,
  port: number,
  issuerAuthority?: string,
): ControlPlaneFiles {
  const at = (name: string): string => join(folder, name);
  mkdirSync(at("logs"), { recursive: true, mode: 0o700 });
  const sockets = socketFolder(folder);
  const write = (name: string, text: string): string => {
    writeFileSync(at(name), text, { mode: 0o600 });
    return at(name);
  };
  const server = issueCertificate(
    identity.authority,
    {
      commonName: "kube-apiserver",
      names: [
        "localhost",
        "127.0.0.1",
        "::1",
        "kubernetes",
        "kubernetes.default",
        "kubernetes.default.svc",
        "kubernetes.default.svc.cluster.local",
        identity.serviceAddress,
        ...identity.hostNames,
      ],
      usage: "server",
    },
    Date.now(),
  );
  const webhook = (url = ""): string => kubeconfig({ server: url }, {});
  return {
    folder,
    data: at("etcd"),
    etcdSocket: join(sockets, "client"),
    etcdPeerSocket: join(sockets, "peer"),
    authority: write("ca.pem", identity.authority.certificate),
    authorityKey: write("ca-key.pem", identity.authority.privateKey),
    server: { certificate: write("server.pem", server.certificate), key: write("server-key.pem", server.privateKey) },
    serviceAccountKey: write("service-account-key.pem", identity.serviceAccountKey.privateKey),
    serviceAccountPublicKey: write("service-account.pem", identity.serviceAccountKey.publicKey),
    controllerManagerConfig: write(
      "controller-manager.json",
      programConfig(identity, port, "system:kube-controller-manager"),
    ),
    schedulerConfig: write(
      "scheduler-configuration.json",
      schedulerConfiguration(write("scheduler.json", programConfig(identity, port, "system:kube-scheduler"))),
    ),
    authenticationConfig: write("authentication.json", webhook(identity.webhooks?.authenticate)),
    authorizationConfig: write("authorization.json", webhook(identity.webhooks?.authorize)),
    auditPolicy: write("audit-policy.yaml", auditPolicy),
    auditLog: join(at("logs"), "audit.log"),
    ...(identity.encryptionKey
      ? { encryption: write("encryption.yaml", encryptionConfig(identity.encryptionKey)) }
      : {}),
    ...(issuerAuthority === undefined ? {} : { issuerAuthority: write("issuer-authority.pem", issuerAuthority) }),
    egress: write("egress.yaml", egressConfig(join(sockets, "network"))),
    networkSocket: join(sockets, "network"),
    log: (program) => join(at("logs"), `${program}.log`),
  };
}

/** A server's certificate of the cluster's authority. */
export function serverCertificate(
  identity: ControlPlaneIdentity,
  commonName: string,
  names: readonly string[],
): Omit<ClientFiles, "authority"> {
  const { certificate, privateKey } = issueCertificate(
    identity.authority,
    { commonName, names, usage: "server" },
    Date.now(),
  );
  return { certificate, key: privateKey };
}

/** Removes the sockets of a control plane that has stopped; data, keys and logs stay. */
export function removeSockets(files: ControlPlaneFiles): void {
  rmSync(join(files.etcdSocket, ".."), { recursive: true, force: true });
}
