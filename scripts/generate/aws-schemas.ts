// Dumps the runtime schemas of the AWS SDK clients to data/aws/<service>.json: what the sandbox's wire layer needs of
// an API, without the clients (19 of them cost up to a second and 150 MB to load; the JSON 13 ms).
import { readFileSync } from "node:fs";
import type {
  MemberDump,
  OperationDump,
  Protocol,
  RefDump,
  ServiceDump,
  ServiceEntry,
  ShapeDump,
  Traits,
} from "../../src/sandbox/aws/schema/dump.ts";
import { eksAuthSchema } from "./eks-auth-schema.ts";

/** Package suffix of each client = id of the service in the sandbox. */
const services = [
  "auto-scaling",
  "cloudformation",
  "cloudtrail",
  "cloudwatch-logs",
  "ec2",
  "ecr",
  "eks",
  "eks-auth",
  "firehose",
  "guardduty",
  "iam",
  "inspector2",
  "kms",
  "s3",
  "service-quotas",
  "ssm",
  "sts",
];

type Thunk = () => unknown;
type RawTraits = number | Record<string, unknown>;
type RawShape = readonly [number, string, string, RawTraits, ...unknown[]];

/** Traits as bits, where the SDK packs those that carry no value into one number. */
const bits: readonly [bit: number, name: keyof Traits][] = [
  [1, "label"],
  [8, "sensitive"],
  [16, "payload"],
  [32, "responseCode"],
  [64, "queryParams"],
];

/** Traits with names: the SDK's and ours. What isn't here says nothing about the wire. */
const named: Record<string, keyof Traits> = {
  httpLabel: "label",
  sensitive: "sensitive",
  httpPayload: "payload",
  httpResponseCode: "responseCode",
  httpQueryParams: "queryParams",
  httpHeader: "header",
  httpQuery: "query",
  httpPrefixHeaders: "prefixHeaders",
  jsonName: "jsonName",
  xmlName: "xmlName",
  xmlFlattened: "flat",
  xmlAttribute: "attribute",
  xmlNamespace: "namespace",
  ec2QueryName: "ec2Name",
  streaming: "streaming",
  sparse: "sparse",
};

function traitsOf(raw: RawTraits | undefined): Traits {
  if (raw === undefined || raw === 0) return {};
  if (typeof raw === "number") {
    return Object.fromEntries(bits.filter(([bit]) => (raw & bit) !== 0).map(([, name]) => [name, 1]));
  }
  const entries = Object.entries(raw).flatMap(([key, value]) => {
    const name = Object.hasOwn(named, key) ? named[key] : undefined;
    if (!name || value === 0) return [];
    return [[name, value === true ? 1 : value] as const];
  });
  return Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

class Dumper {
  readonly shapes: Record<string, ShapeDump> = {};

  /** A reference without traits of its own: a number of `dump.ts`, or the name of a shape. */
  ref(raw: unknown): MemberDump {
    if (typeof raw === "function") return this.ref((raw as Thunk)());
    if (raw === "unit") return "Unit";
    if (typeof raw === "number") {
      if (raw >= 128) return { map: [0, (raw & 63) as RefDump] };
      if (raw >= 64) return { list: (raw & 63) as RefDump };
      return raw;
    }
    if (!Array.isArray(raw)) throw new Error(`unknown schema ${String(raw)}`);
    if (raw.length === 2) {
      const inner = this.ref(raw[0]);
      return withTraits(inner, traitsOf(raw[1] as RawTraits));
    }
    const shape = raw as unknown as RawShape;
    if (shape[0] === 0) return withTraits(this.ref(shape[4]), traitsOf(shape[3]));
    return this.#named(shape);
  }

  #named(shape: RawShape): string {
    const [tag, , name, rawTraits] = shape;
    if (Object.hasOwn(this.shapes, name)) return name;
    const traits = traitsOf(rawTraits);
    const dump: ShapeDump = { kind: "structure" };
    this.shapes[name] = dump;
    if (Object.keys(traits).length > 0) dump.traits = traits;
    if (tag === 1) {
      dump.kind = "list";
      dump.value = this.ref(shape[4]);
    } else if (tag === 2) {
      dump.kind = "map";
      dump.key = this.ref(shape[4]);
      dump.value = this.ref(shape[5]);
    } else {
      const names = shape[4] as readonly string[];
      const refs = shape[5] as readonly unknown[];
      if (tag === 4) dump.kind = "union";
      dump.members = Object.fromEntries(names.map((member, index) => [member, this.ref(refs[index])]));
      if (typeof shape[6] === "number" && shape[6] > 0) dump.required = shape[6];
    }
    return name;
  }
}

function withTraits(inner: MemberDump, traits: Traits): MemberDump {
  if (Object.keys(traits).length === 0) return inner;
  if (Array.isArray(inner)) return [inner[0], { ...inner[1], ...traits }];
  return [inner as RefDump, traits];
}

interface Client {
  config: {
    serviceId: string;
    defaultSigningName: string;
    protocol: { getShapeId(): string };
    protocolSettings: {
      defaultNamespace: string;
      version?: string;
      xmlNamespace?: string;
      serviceTarget?: string;
      awsQueryCompatible?: boolean;
    };
  };
}

/** Services whose client isn't installed. */
const written: Readonly<Record<string, ServiceDump>> = { "eks-auth": eksAuthSchema };

async function dump(id: string): Promise<ServiceDump> {
  if (Object.hasOwn(written, id)) return written[id] as ServiceDump;
  const name = `@aws-sdk/client-${id}`;
  const sdk = (await import(name)) as Record<string, unknown>;
  const className = Object.keys(sdk).find((key) => key.endsWith("Client") && key !== "__Client");
  if (!className) throw new Error(`${name} exports no client`);
  const Constructor = sdk[className] as new (options: object) => Client;
  const credentials = { accessKeyId: "unused", secretAccessKey: "unused" };
  const { config } = new Constructor({ region: "us-east-1", credentials });
  const settings = config.protocolSettings;
  const dumper = new Dumper();
  const schemas = Object.entries(sdk)
    .filter(([key, value]) => key.endsWith("$") && Array.isArray(value))
    .map(([, value]) => value as unknown as RawShape)
    .toSorted((a, b) => (a[2] < b[2] ? -1 : 1));

  const operations: Record<string, OperationDump> = {};
  const errors: ServiceDump["errors"] = {};
  for (const schema of schemas) {
    if (schema[0] === 9) {
      const traits = schema[3];
      const http = typeof traits === "object" ? (traits["http"] as OperationDump["http"]) : undefined;
      operations[schema[2]] = {
        input: dumper.ref(schema[4]) as string,
        output: dumper.ref(schema[5]) as string,
        ...(http ? { http } : {}),
      };
    } else if (schema[0] === -3) {
      const traits = schema[3] as Record<string, unknown>;
      const [code, status] = (traits["awsQueryError"] as [string, number] | undefined) ?? [];
      errors[schema[2]] = {
        shape: dumper.ref(schema) as string,
        status: status ?? (traits["httpError"] as number | undefined) ?? (traits["error"] === "server" ? 500 : 400),
        ...(code ? { code } : {}),
        ...(traits["error"] === "server" ? { fault: "server" as const } : {}),
      };
    }
  }
  const manifest = JSON.parse(readFileSync(`node_modules/${name}/package.json`, "utf8")) as { version: string };
  return {
    source: `${name}@${manifest.version}`,
    id,
    serviceId: config.serviceId,
    signingName: config.defaultSigningName,
    protocol: config.protocol.getShapeId().split("#")[1] as Protocol,
    version: settings.version ?? "",
    ...(settings.xmlNamespace ? { xmlNamespace: settings.xmlNamespace } : {}),
    ...(settings.serviceTarget ? { target: settings.serviceTarget } : {}),
    ...(settings.awsQueryCompatible ? { queryCompatible: true as const } : {}),
    namespace: settings.defaultNamespace,
    operations,
    errors,
    shapes: Object.fromEntries(Object.entries(dumper.shapes).toSorted(([a], [b]) => (a < b ? -1 : 1))),
  };
}

/** data/aws/*.json; one line per entry, so that a new SDK version gives a readable difference. */
export async function generate(): Promise<Map<string, string>> {
  process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] = "true";
  const files = new Map<string, string>();
  const index: ServiceEntry[] = [];
  for (const id of services) {
    const service = await dump(id);
    const lines = Object.entries(service).map(([key, value]) => {
      if (typeof value !== "object") return `${JSON.stringify(key)}:${JSON.stringify(value)}`;
      const inner = Object.entries(value).map(([name, entry]) => `${JSON.stringify(name)}:${JSON.stringify(entry)}`);
      return `${JSON.stringify(key)}:{\n${inner.join(",\n")}\n}`;
    });
    files.set(`data/aws/${id}.json`, `{\n${lines.join(",\n")}\n}\n`);
    const { serviceId, signingName, protocol, version, target } = service;
    index.push({ id, serviceId, signingName, protocol, version, ...(target ? { target } : {}) });
  }
  files.set("data/aws/index.json", `[\n${index.map((entry) => JSON.stringify(entry)).join(",\n")}\n]\n`);
  return files;
}
