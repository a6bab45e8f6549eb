// Configuration schemas of add-ons, and a check of values against them. The schemas name the settings of the EKS user
// guide and each add-on's own documentation; AWS's real ones go deeper (their leaves are open objects here).
import { parseDocument } from "yaml";
import { invalidParameter } from "./errors.ts";

interface Schema {
  type?: "object" | "string" | "boolean" | "integer" | "number" | "array" | readonly string[];
  properties?: Readonly<Record<string, Schema>>;
  additionalProperties?: boolean;
  enum?: readonly string[];
  items?: Schema;
}

const text: Schema = { type: "string" };
const flag: Schema = { type: "boolean" };
const whole: Schema = { type: "integer" };
const open: Schema = { type: "object" };
const list: Schema = { type: "array" };
const closed = (properties: Readonly<Record<string, Schema>>): Schema => ({
  type: "object",
  properties,
  additionalProperties: false,
});

/** Where pods run and what they may use: most add-ons take these. */
const placement: Readonly<Record<string, Schema>> = {
  affinity: open,
  nodeSelector: open,
  tolerations: list,
  resources: open,
  podAnnotations: open,
  podLabels: open,
};

const controller = closed({ ...placement, replicaCount: whole, env: list, additionalArgs: list, logLevel: whole });

/** Settings that the chart of a community or newer add-on has: left open below the top. */
const chart = (names: string): Schema =>
  closed({ ...placement, ...Object.fromEntries(names.split(" ").map((name) => [name, {}])) });

const schemas: Readonly<Record<string, Schema>> = {
  "vpc-cni": closed({
    ...placement,
    env: open,
    init: closed({ env: open, resources: open }),
    nodeAgent: open,
    enableNetworkPolicy: { type: ["string", "boolean"] },
    enableWindowsIpam: { type: ["string", "boolean"] },
    enableWindowsPrefixDelegation: { type: ["string", "boolean"] },
    warmWindowsPrefixTarget: {},
    warmWindowsIPTarget: {},
    minimumWindowsIPTarget: {},
    branchENICooldown: {},
    eniConfig: closed({ create: flag, region: text, subnets: open }),
    livenessProbeTimeoutSeconds: whole,
    readinessProbeTimeoutSeconds: whole,
    livenessProbe: open,
    readinessProbe: open,
  }),
  coredns: closed({
    ...placement,
    replicaCount: whole,
    computeType: { type: "string", enum: ["ec2", "fargate", "Fargate", "EC2", "auto", "Auto"] },
    corefile: text,
    autoScaling: closed({ enabled: flag, minReplicas: whole, maxReplicas: whole }),
    podDisruptionBudget: open,
    topologySpreadConstraints: list,
    priorityClassName: text,
  }),
  "kube-proxy": closed({
    ...placement,
    mode: { type: "string", enum: ["iptables", "ipvs", "nftables"] },
    ipvs: closed({ scheduler: text }),
  }),
  "eks-pod-identity-agent": closed({
    ...placement,
    agent: open,
    daemonsets: open,
    priorityClassName: text,
    init: open,
    updateStrategy: open,
    env: open,
  }),
  "aws-ebs-csi-driver": closed({
    controller: open,
    node: open,
    sidecars: open,
    defaultStorageClass: closed({ enabled: flag }),
    additionalDaemonSets: open,
    volumeAttributesClasses: list,
    storageClasses: list,
    nodeComponentOnly: flag,
    useOldCSIDriver: flag,
    fips: flag,
    image: open,
  }),
  "aws-efs-csi-driver": closed({ controller: open, node: open, sidecars: open, useFIPS: flag }),
  "aws-fsx-csi-driver": closed({ controller: open, node: open, sidecars: open }),
  "aws-mountpoint-s3-csi-driver": closed({
    node: open,
    controller: open,
    sidecars: open,
    experimental: open,
    mountpointPod: open,
  }),
  "snapshot-controller": controller,
  "amazon-cloudwatch-observability": chart(
    "containerLogs agent manager agents region clusterName neuronMonitor dcgmExporter admissionWebhooks k8sMode",
  ),
  "aws-guardduty-agent": chart("priorityClassName dnsPolicy"),
  "metrics-server": chart(
    "replicas args defaultArgs containerPort hostNetwork podDisruptionBudget updateStrategy addonResizer metrics priorityClassName service topologySpreadConstraints apiService",
  ),
};

/** Add-ons without a schema of their own take any settings. */
const anything: Schema = { type: "object" };

/** The JSON schema of an add-on's `configurationValues`. */
export function configurationSchema(name: string): Readonly<Record<string, unknown>> {
  return { $schema: "http://json-schema.org/draft-06/schema#", ...(schemas[name] ?? anything) };
}

function typeOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  return typeof value === "number" && Number.isInteger(value) ? "integer" : typeof value;
}

function problems(value: unknown, schema: Schema, path: string): string[] {
  const type = typeOf(value);
  const types = schema.type === undefined ? [] : typeof schema.type === "string" ? [schema.type] : schema.type;
  if (types.length > 0 && !types.includes(type) && !(type === "integer" && types.includes("number")))
    return [`${path}: ${type} found, ${types.join(" or ")} expected`];
  if (schema.enum && !schema.enum.includes(String(value)))
    return [`${path}: does not have a value in the enumeration [${schema.enum.join(", ")}]`];
  if (type !== "object" || !schema.properties) return [];
  return Object.entries(value as object).flatMap(([key, child]) => {
    const known = schema.properties && Object.hasOwn(schema.properties, key) ? schema.properties[key] : undefined;
    if (known) return problems(child, known, `${path}.${key}`);
    return schema.additionalProperties === false
      ? [`${path}.${key}: is not defined in the schema and the schema does not allow additional properties`]
      : [];
  });
}

/**
 * Judges `configurationValues`, JSON or YAML.
 *
 * @throws AwsError InvalidParameterException
 */
export function checkConfiguration(name: string, values: string | undefined): void {
  if (values === undefined || values.trim() === "") return;
  const unsupported = (why: string): never => {
    throw invalidParameter(`ConfigurationValue provided in request is not supported: ${why}`, { addonName: name });
  };
  const document = parseDocument(values, { logLevel: "silent" });
  const [error] = document.errors;
  if (error) unsupported(error.message.split("\n")[0] ?? "");
  const found = problems(document.toJS({ maxAliasCount: 100 }), schemas[name] ?? anything, "$");
  if (found.length > 0) unsupported(`Json schema validation failed with error: [${found.join(", ")}]`);
}
