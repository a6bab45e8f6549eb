// The configuration file of aws-iam-authenticator's server, as its users have it: keys in any case, flags above the file.
import { readFileSync } from "node:fs";
import { parseDocument, visit } from "yaml";
import { errorMessage, LotseError } from "../../base/index.ts";
import { partitionById } from "../../facts/index.ts";
import type { MapperName, MappingFile, ReservedPrefixes } from "../../identity/index.ts";
import { backendModes } from "../../identity/index.ts";
import type { FlagValues } from "../frame/index.ts";

/** Everything that the server goes by. */
export interface Configuration {
  clusterId: string;
  partition: string;
  port: number;
  address: string;
  /** Name in the webhook's kubeconfig, and in the certificate. */
  hostname: string;
  stateDir: string;
  generateKubeconfig: string;
  kubeconfigPregenerated: boolean;
  kubeconfig?: string;
  master?: string;
  backends: readonly MapperName[];
  mappings: MappingFile;
  scrubbedAccounts: readonly string[];
  ec2RoleArn?: string;
  ec2Qps: number;
  ec2Burst: number;
  dynamicFile?: string;
  dynamicFileStrict: boolean;
  dynamicBackendMode?: string;
  reserved: ReservedPrefixes;
}

function refuse(title: string, remedy: string, cause?: unknown): never {
  const facts = { title, remedy, ...(cause === undefined ? {} : { detail: errorMessage(cause) }) };
  throw new LotseError("controllers/authenticator-config", facts, cause === undefined ? {} : { cause });
}

type Section = Readonly<Record<string, unknown>>;

/** A map with its keys in lower case, as viper reads it. */
function section(value: unknown, place: string): Section {
  if (value === undefined || value === null) return {};
  if (typeof value !== "object" || Array.isArray(value)) return refuse(`${place} is no map`, "Mend the file");
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key.toLowerCase(), each as unknown]));
}

/** The file's text as a map. Account ids without quotes stay as they are written. */
export function readConfigurationFile(text: string, file: string): Section {
  let found: unknown;
  try {
    // With numbers as texts an account `012345678901` keeps its zero.
    const document = parseDocument(text, { schema: "failsafe", merge: true });
    if (document.errors[0]) throw document.errors[0];
    visit(document, {
      Scalar(_key, scalar) {
        if (scalar.type === "PLAIN" && /^(|~|null)$/i.test(scalar.source ?? "")) scalar.value = null;
      },
    });
    found = document.toJS();
  } catch (cause) {
    return refuse(`${file} is no YAML`, "Mend the file", cause);
  }
  return section(found, file);
}

function texts(value: unknown, place: string): string[] {
  if (value === undefined || value === null || value === "") return [];
  if (typeof value === "string") return value.split(/[\s,]+/).filter((each) => each !== "");
  if (!Array.isArray(value)) return refuse(`${place} is no list`, "Write it as a list of texts");
  return value.map(String);
}

function reservedPrefixes(value: unknown): ReservedPrefixes {
  if (value === undefined || value === "" || value === null) return {};
  if (!Array.isArray(value)) return refuse("server.reservedPrefixConfig is no list", "Write one item for each backend");
  const found = new Map<MapperName, readonly string[]>();
  for (const [i, item] of value.entries()) {
    const place = `server.reservedPrefixConfig[${i}]`;
    const { backendmode, usernameprefixreservelist } = section(item, place);
    const [mode] = backendModes([typeof backendmode === "string" ? backendmode : ""]);
    if (mode) found.set(mode, texts(usernameprefixreservelist, `${place}.usernamePrefixReserveList`));
  }
  return Object.fromEntries(found);
}

const listOf = (value: unknown, place: string): readonly unknown[] => {
  if (value === undefined || value === null || value === "") return [];
  return Array.isArray(value) ? (value as unknown[]) : refuse(`${place} is no list`, "Write it as a list of maps");
};

/** A text of the file; an empty one counts as none. */
function scalar(value: unknown, place: string): string | undefined {
  if (value === undefined || value === null || value === "") return undefined;
  return typeof value === "string" ? value : refuse(`${place} is no text`, "Mend the file");
}

/** A value of the flags or, where none is given, of the file. */
interface Reader {
  text(flag: string, key: string, fallback: string): string;
  number(flag: string, key: string, fallback: number): number;
  yes(flag: string, key: string): boolean;
}

function readerOf(flags: FlagValues, server: Section): Reader {
  const value = (flag: string, key: string): string | undefined =>
    flag !== "" && flags.given(flag) ? flags.text(flag) : scalar(server[key.toLowerCase()], `server.${key}`);
  return {
    text: (flag, key, fallback) => value(flag, key) ?? fallback,
    number(flag, key, fallback) {
      const found = Number(value(flag, key) ?? fallback);
      return Number.isFinite(found) && found >= 0
        ? found
        : refuse(`server.${key} ${value(flag, key) ?? ""} is no number`, "Mend the file");
    },
    yes: (flag, key) => /^(true|1|yes|t)$/i.test(value(flag, key) ?? "false"),
  };
}

const optional = <K extends string>(key: K, value: string): Partial<Record<K, string>> =>
  (value === "" ? {} : { [key]: value }) as Partial<Record<K, string>>;

/**
 * Reads the configuration.
 *
 * @throws LotseError `controllers/authenticator-config`, `identity/backend-mode`
 */
export function readConfiguration(flags: FlagValues): Configuration {
  const file = flags.optional("config");
  let root: Section = {};
  if (file !== undefined) {
    let text: string;
    try {
      text = readFileSync(file, "utf8");
    } catch (cause) {
      return refuse(`${file} can't be read`, "Name the configuration with --config", cause);
    }
    root = readConfigurationFile(text, file);
  }
  const server = section(root["server"], "server");
  const read = readerOf(flags, server);
  const clusterId = flags.optional("cluster-id") ?? scalar(root["clusterid"], "clusterID") ?? "";
  if (clusterId === "") refuse("The cluster has no id", "Set clusterID in the configuration, or --cluster-id");
  const partition = read.text("partition", "partition", "aws");
  if (!partitionById(partition)) refuse(`Partition ${JSON.stringify(partition)} is not one of AWS's`, "See --help");
  const backends = backendModes(
    flags.given("backend-mode")
      ? flags.list("backend-mode")
      : server["backendmode"] === undefined
        ? undefined
        : texts(server["backendmode"], "server.backendMode"),
  );
  const dynamicFile = read.text("", "dynamicfilepath", "");
  const dynamicBackendMode = read.text("", "dynamicBackendModePath", "");
  if (backends.includes("DynamicFile") && dynamicFile === "")
    refuse("Backend DynamicFile has no file", "Set server.dynamicfilepath");
  if (!backends.includes("DynamicFile") && dynamicFile !== "" && dynamicBackendMode === "")
    refuse("server.dynamicfilepath is set without backend DynamicFile", "Add DynamicFile to server.backendMode");
  return {
    clusterId,
    partition,
    port: read.number("port", "port", 21_362),
    address: read.text("address", "address", "127.0.0.1"),
    hostname: read.text("hostname", "hostname", "localhost"),
    stateDir: read.text("state-dir", "stateDir", "/var/aws-iam-authenticator"),
    generateKubeconfig: read.text(
      "generate-kubeconfig",
      "generateKubeconfig",
      "/etc/kubernetes/aws-iam-authenticator/kubeconfig.yaml",
    ),
    kubeconfigPregenerated: read.yes("kubeconfig-pregenerated", "kubeconfigPregenerated"),
    ...optional("kubeconfig", read.text("kubeconfig", "kubeconfig", "")),
    ...optional("master", read.text("master", "master", "")),
    backends,
    mappings: {
      mapRoles: listOf(server["maproles"], "server.mapRoles"),
      mapUsers: listOf(server["mapusers"], "server.mapUsers"),
      mapAccounts: texts(server["mapaccounts"], "server.mapAccounts"),
    },
    scrubbedAccounts: texts(server["scrubbedaccounts"], "server.scrubbedAccounts"),
    ...optional("ec2RoleArn", read.text("", "ec2DescribeInstancesRoleARN", "")),
    ec2Qps: read.number("ec2-describeInstances-qps", "ec2DescribeInstancesQps", 15),
    ec2Burst: read.number("ec2-describeInstances-burst", "ec2DescribeInstancesBurst", 5),
    ...optional("dynamicFile", dynamicFile),
    dynamicFileStrict: read.yes("", "dynamicfileUserIDStrict"),
    ...optional("dynamicBackendMode", dynamicBackendMode),
    reserved: reservedPrefixes(server["reservedprefixconfig"]),
  };
}
