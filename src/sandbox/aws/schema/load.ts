// Reads data/aws/<service>.json on first use and resolves its shapes as they are asked for.
import { readFileSync } from "node:fs";
import { packageFile } from "../../../base/index.ts";
import type {
  MemberDump,
  OperationDump,
  Protocol,
  RefDump,
  ServiceDump,
  ServiceEntry,
  ShapeDump,
  Traits,
} from "./dump.ts";
import type { Member, Shape, SimpleShape, StructureShape } from "./shapes.ts";
import { isStructure } from "./shapes.ts";

export interface OperationSchema {
  name: string;
  input: StructureShape;
  output: StructureShape;
  http: OperationDump["http"];
}

export interface ErrorSchema {
  /** The code as clients of this service see it. */
  code: string;
  status: number;
  fault: "client" | "server";
  shape: StructureShape;
}

const simple: Record<number, SimpleShape> = {
  0: { kind: "string" },
  1: { kind: "number" },
  2: { kind: "boolean" },
  4: { kind: "timestamp" },
  5: { kind: "timestamp", format: "date-time" },
  6: { kind: "timestamp", format: "http-date" },
  7: { kind: "timestamp", format: "epoch-seconds" },
  15: { kind: "document" },
  17: { kind: "bigint" },
  19: { kind: "decimal" },
  21: { kind: "blob" },
  42: { kind: "blob", streaming: true },
};

const unit: StructureShape = { kind: "structure", name: "Unit", traits: {}, members: [], demanding: false };
const noTraits: Traits = {};

/** The API of one service: its operations, errors and shapes. */
export class ServiceSchema {
  readonly id: string;
  readonly serviceId: string;
  readonly signingName: string;
  readonly protocol: Protocol;
  readonly version: string;
  readonly xmlNamespace: string | undefined;
  readonly target: string | undefined;
  readonly queryCompatible: boolean;
  readonly namespace: string;
  readonly #dump: ServiceDump;
  readonly #shapes: Map<string, Shape> = new Map();
  readonly #operations: Map<string, OperationSchema> = new Map();
  readonly #errors: Map<string, ErrorSchema> = new Map();
  readonly #errorNames: Map<string, string> = new Map();

  constructor(dump: ServiceDump) {
    this.#dump = dump;
    this.id = dump.id;
    this.serviceId = dump.serviceId;
    this.signingName = dump.signingName;
    this.protocol = dump.protocol;
    this.version = dump.version;
    this.xmlNamespace = dump.xmlNamespace;
    this.target = dump.target;
    this.queryCompatible = dump.queryCompatible === true;
    this.namespace = dump.namespace;
    for (const [name, error] of Object.entries(dump.errors)) {
      this.#errorNames.set(name, name);
      if (error.code) this.#errorNames.set(error.code, name);
    }
  }

  operationNames(): readonly string[] {
    return Object.keys(this.#dump.operations);
  }

  /** Method, path and status of every operation of a REST service. */
  *httpBindings(): Generator<[operation: string, http: NonNullable<OperationDump["http"]>]> {
    for (const [name, { http }] of Object.entries(this.#dump.operations)) if (http) yield [name, http];
  }

  operation(name: string): OperationSchema | undefined {
    const known = this.#operations.get(name);
    if (known) return known;
    if (!Object.hasOwn(this.#dump.operations, name)) return undefined;
    const { input, output, http } = this.#dump.operations[name] as OperationDump;
    const operation = { name, input: this.#structure(input), output: this.#structure(output), http };
    this.#operations.set(name, operation);
    return operation;
  }

  /** A modelled error by the name of its shape or by its code on the wire. */
  error(code: string): ErrorSchema | undefined {
    const name = this.#errorNames.get(code);
    if (!name) return undefined;
    const known = this.#errors.get(name);
    if (known) return known;
    const dump = this.#dump.errors[name];
    if (!dump) return undefined;
    const error: ErrorSchema = {
      code: dump.code ?? name,
      status: dump.status,
      fault: dump.fault ?? "client",
      shape: this.#structure(dump.shape),
    };
    this.#errors.set(name, error);
    return error;
  }

  #structure(name: string): StructureShape {
    const shape = this.#named(name);
    if (!isStructure(shape)) throw new Error(`${this.id}: ${name} is not a structure`);
    return shape;
  }

  #named(name: string): Shape {
    if (name === "Unit") return unit;
    const known = this.#shapes.get(name);
    if (known) return known;
    const dump = this.#dump.shapes[name];
    if (!dump) throw new Error(`${this.id} has no shape ${name}`);
    return this.#resolve(name, dump);
  }

  #resolve(name: string, dump: ShapeDump): Shape {
    // Registered before its content is resolved, because shapes may hold themselves; "demanding" until known better.
    const base = { name, traits: dump.traits ?? noTraits, demanding: true };
    if (dump.kind === "list" || dump.kind === "map") {
      const shape = { ...base, kind: dump.kind } as { key?: Member; value?: Member; demanding: boolean };
      if (name) this.#shapes.set(name, shape as Shape);
      if (dump.key !== undefined) shape.key = this.#member("key", dump.key);
      shape.value = this.#member("value", dump.value ?? 0);
      shape.demanding = isDemanding(shape.value.shape);
      return shape as Shape;
    }
    const members: Member[] = [];
    const shape: StructureShape = { ...base, kind: dump.kind, members };
    this.#shapes.set(name, shape);
    const required = dump.required ?? 0;
    for (const [member, ref] of Object.entries(dump.members ?? {})) {
      members.push(this.#member(member, ref, members.length < required));
    }
    shape.demanding = members.some((member) => member.required || isDemanding(member.shape));
    return shape;
  }

  #member(name: string, dump: MemberDump, required = false): Member {
    const [ref, traits] = Array.isArray(dump) ? dump : [dump, noTraits];
    return { name, shape: this.#ref(ref), traits, required };
  }

  #ref(ref: RefDump): Shape {
    if (typeof ref === "string") return this.#named(ref);
    if (typeof ref === "number") {
      const shape = simple[ref];
      if (!shape) throw new Error(`${this.id}: unknown simple type ${ref}`);
      return shape;
    }
    if ("list" in ref) return this.#resolve("", { kind: "list", value: ref.list });
    return this.#resolve("", { kind: "map", key: ref.map[0], value: ref.map[1] });
  }
}

function isDemanding(shape: Shape): boolean {
  return "demanding" in shape && shape.demanding;
}

const loaded: Map<string, ServiceSchema> = new Map();

/** The schema of a service by its id (`ec2`, `auto-scaling` …); read from the package's data once. */
export function serviceSchema(id: string): ServiceSchema {
  const known = loaded.get(id);
  if (known) return known;
  const dump = JSON.parse(readFileSync(packageFile(`data/aws/${id}.json`), "utf8")) as ServiceDump;
  const schema = new ServiceSchema(dump);
  loaded.set(id, schema);
  return schema;
}

let entries: readonly ServiceEntry[] | undefined;

/** Every service that has a schema, sorted by id. */
export function serviceEntries(): readonly ServiceEntry[] {
  entries ??= JSON.parse(readFileSync(packageFile("data/aws/index.json"), "utf8")) as ServiceEntry[];
  return entries;
}
