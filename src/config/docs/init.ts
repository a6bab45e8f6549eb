// The first file of a new cluster, with comments that say what each part is for.
import { toYaml } from "./show.ts";

/** What a first file is to say. */
export interface InitOptions {
  name: string;
  region: string;
  /** `1.34`; without it eksctl's default applies. */
  version?: string;
  /** What the pods run on. */
  nodes?: "managed" | "self-managed" | "fargate" | "auto" | "none";
  instanceType?: string;
  minSize?: number;
  maxSize?: number;
  spot?: boolean;
  /** Nodes in private subnets. */
  privateNodes?: boolean;
  /** One NAT gateway per zone instead of one. */
  highlyAvailableNat?: boolean;
  /** Logs of the control plane in CloudWatch. */
  logs?: boolean;
}

/** A commented cluster file; it loads without errors and warnings when name, region and version are valid. */
export function renderInitFile(options: InitOptions): string {
  const nodes = options.nodes ?? "managed";
  return [
    header(options),
    ...(nodes === "auto" ? [autoMode] : [iam]),
    network(options),
    ...(options.logs === false ? [] : [logs]),
    ...(nodes === "auto" ? [] : [addons]),
    ...(nodes === "managed" || nodes === "self-managed" ? [nodeGroups(options, nodes)] : []),
    ...(nodes === "fargate" ? [fargate] : []),
  ].join("\n");
}

/** A value as YAML 1.1 writes it in one line: quoted when it would mean something else. */
function scalar(value: string | number): string {
  return toYaml(value).trim();
}

function header({ name, region, version }: InitOptions): string {
  return `# A Kubernetes cluster on AWS. eksctl reads this file too: https://eksctl.io/usage/schema/
#   lotse config validate -f FILE    check it          lotse plan -f FILE     what would be made
#   lotse config explain PATH        about a field     lotse apply -f FILE    make it
apiVersion: eksctl.io/v1alpha5
kind: ClusterConfig

metadata:
  name: ${scalar(name)}
  region: ${scalar(region)}
${version === undefined ? '  # version: "1.34"   # in quotes; eksctl\'s default without it' : `  version: ${JSON.stringify(version)}   # in quotes, or YAML takes it for a number`}
  # tags: {team: platform}   # on the cluster and everything made for it
`;
}

const iam = `iam:
  # An OIDC provider, so that service accounts can have IAM roles of their own.
  withOIDC: true
  # serviceAccounts:
  #   - metadata: {name: external-dns, namespace: kube-system}
  #     wellKnownPolicies: {externalDNS: true}
`;

const autoMode = `autoModeConfig:
  # AWS runs nodes, storage and load balancing.
  enabled: true
`;

function network(options: InitOptions): string {
  return `vpc:
  # A VPC is made with a public and a private subnet per zone. The block can't be changed later.
  cidr: 192.168.0.0/16
  nat:
    # Single is cheap, HighlyAvailable survives the loss of a zone, Disable has no way out.
    gateway: ${options.highlyAvailableNat ? "HighlyAvailable" : "Single"}
  clusterEndpoints:
    publicAccess: true
    privateAccess: true   # nodes reach the API within the VPC
  # publicAccessCIDRs: [203.0.113.0/24]   # who may reach the public endpoint
`;
}

const logs = `cloudWatch:
  clusterLogging:
    enableTypes: [audit, authenticator]   # also: api, controllerManager, scheduler
    logRetentionInDays: 30
`;

const addons = `addons:
  # Without a version: AWS's default for the Kubernetes version.
  - name: vpc-cni
  - name: coredns
  - name: kube-proxy
  - name: aws-ebs-csi-driver
    wellKnownPolicies:
      ebsCSIController: true
`;

function nodeGroups(options: InitOptions, nodes: "managed" | "self-managed"): string {
  const min = options.minSize ?? 2;
  const max = Math.max(options.maxSize ?? Math.max(min, 4), min, 1);
  const type = options.instanceType ?? "m5.large";
  return `${nodes === "managed" ? "managedNodeGroups" : "nodeGroups"}:
  - name: workers
${instances(type, nodes, options.spot === true)}
    minSize: ${min}
    maxSize: ${max}
    desiredCapacity: ${min}
    volumeSize: 80   # GiB, gp3
    volumeEncrypted: true
    privateNetworking: ${options.privateNodes ?? true}   # ${options.privateNodes === false ? "nodes get public addresses" : "nodes have no public addresses"}
    # labels: {role: worker}
`;
}

function instances(type: string, nodes: "managed" | "self-managed", spot: boolean): string {
  if (!spot) return `    instanceType: ${scalar(type)}`;
  const others = similarTypes(type)
    .map((name) => scalar(name))
    .join(", ");
  if (nodes === "managed")
    return `    # Several similar types make interruptions of spot instances rarer.\n    instanceTypes: [${others}]\n    spot: true`;
  return `    instancesDistribution:
      # Several similar types make interruptions of spot instances rarer.
      instanceTypes: [${others}]
      onDemandBaseCapacity: 1
      onDemandPercentageAboveBaseCapacity: 0
      spotAllocationStrategy: capacity-optimized`;
}

/** The type and its siblings of the same size: `m5.large` → m5, m5a, m5n … */
function similarTypes(type: string): string[] {
  const match = /^([a-z]+)(\d+)([a-z]*)\.(.+)$/.exec(type);
  const siblings: Record<string, readonly string[]> = {
    m5: ["m5a", "m5n"],
    c5: ["c5a", "c5n"],
    r5: ["r5a", "r5n"],
    m6i: ["m6a", "m5"],
    t3: ["t3a", "t2"],
  };
  const family = match ? `${match[1]}${match[2]}${match[3]}` : "";
  return [type, ...(siblings[family] ?? []).map((name) => `${name}.${match?.[4]}`)];
}

const fargate = `fargateProfiles:
  - name: default
    selectors:
      # Pods of these namespaces run on Fargate; CoreDNS is one of them.
      - namespace: default
      - namespace: kube-system
`;
