// HTTP bindings of restJson1 and restXml: members in the path, the query, headers, and one that is the whole body.
import type { Member, OperationSchema, Shape, SimpleShape, StructureShape } from "../schema/index.ts";
import { isStructure } from "../schema/index.ts";
import type { QueryParameters, WireRequest, WireResponse } from "./message.ts";
import { bodyText, setMember } from "./message.ts";
import { typeProblem } from "./problem.ts";
import { readText, writeText } from "./text-value.ts";

/** Members of one structure by their place in a message. */
interface Bindings {
  labels: readonly Member[];
  headers: readonly (readonly [member: Member, header: string])[];
  prefixed: readonly (readonly [member: Member, prefix: string])[];
  queries: readonly (readonly [member: Member, name: string])[];
  otherQueries: Member | undefined;
  status: Member | undefined;
  payload: Member | undefined;
  /** What is left for the body, as a structure of its own. */
  body: StructureShape;
}

const known: WeakMap<StructureShape, Bindings> = new WeakMap();

/** Where the members of a shape stand in an HTTP message; looked for once a shape. */
export function bindingsOf(shape: StructureShape): Bindings {
  const found = known.get(shape);
  if (found) return found;
  const { members } = shape;
  const bindings: Bindings = {
    labels: members.filter(({ traits }) => traits.label),
    headers: members.flatMap((m) => (m.traits.header ? [[m, m.traits.header.toLowerCase()] as const] : [])),
    prefixed: members.flatMap((m) =>
      m.traits.prefixHeaders ? [[m, m.traits.prefixHeaders.toLowerCase()] as const] : [],
    ),
    queries: members.flatMap((m) => (m.traits.query ? [[m, m.traits.query] as const] : [])),
    otherQueries: members.find(({ traits }) => traits.queryParams),
    status: members.find(({ traits }) => traits.responseCode),
    payload: members.find(({ traits }) => traits.payload),
    body: {
      ...shape,
      members: members.filter(({ traits: t }) => {
        const elsewhere = t.label ?? t.header ?? t.prefixHeaders ?? t.query ?? t.queryParams ?? t.responseCode;
        return elsewhere === undefined && !t.payload;
      }),
    },
  };
  known.set(shape, bindings);
  return bindings;
}

/** How a protocol reads and writes what is left for the body. */
export interface BodyCodec {
  contentType: string;
  read(shape: StructureShape, body: Uint8Array, what: string): object;
  /** @param name element around it, where the format has such a thing */
  write(shape: StructureShape, value: object, name: string): string;
}

export interface RestRequest {
  request: WireRequest;
  parameters: QueryParameters;
  labels: Readonly<Record<string, string>>;
}

function splitHeader(text: string): string[] {
  const parts = text.match(/"(?:[^"\\]|\\.)*"|[^,]+/g) ?? [];
  return parts.map((part) => part.trim()).map((part) => (part.startsWith('"') ? part.slice(1, -1) : part));
}

function readHeader(shape: Shape, text: string, path: string): unknown {
  if (shape.kind === "list") {
    const value = shape.value.shape as SimpleShape;
    if (value.kind === "timestamp") {
      return (text.match(/[^,]+,[^,]+/g) ?? []).map((part) => readText(value, part.trim(), path));
    }
    return splitHeader(text).map((part) => readText(value, part, path));
  }
  return readText(shape as SimpleShape, text, path);
}

function readQuery(shape: Shape, values: readonly string[], path: string): unknown {
  if (shape.kind === "list") return values.map((value) => readText(shape.value.shape as SimpleShape, value, path));
  if (values.length > 1 && shape.kind !== "string") throw typeProblem(path, values.join(","), "single value");
  return readText(shape as SimpleShape, values[0] ?? "", path);
}

/** Reads the input of an operation from everywhere in the request. */
export function readRest(operation: OperationSchema, from: RestRequest, codec: BodyCodec): object {
  const bindings = bindingsOf(operation.input);
  const { request, parameters, labels } = from;
  const input: Record<string, unknown> = {};
  for (const member of bindings.labels) {
    if (!Object.hasOwn(labels, member.name)) continue;
    input[member.name] = readText(member.shape as SimpleShape, labels[member.name] ?? "", member.name);
  }
  for (const [member, header] of bindings.headers) {
    const text = request.headers[header];
    if (text !== undefined) input[member.name] = readHeader(member.shape, text, member.name);
  }
  for (const [member, prefix] of bindings.prefixed) {
    const map: Record<string, unknown> = {};
    for (const [header, text] of Object.entries(request.headers)) {
      if (header.startsWith(prefix)) setMember(map, header.slice(prefix.length), text);
    }
    input[member.name] = map;
  }
  for (const [member, name] of bindings.queries) {
    const values = parameters.filter(([key]) => key === name).map(([, value]) => value);
    if (values.length > 0) input[member.name] = readQuery(member.shape, values, member.name);
  }
  if (bindings.otherQueries) {
    const taken = new Set(bindings.queries.map(([, name]) => name));
    const rest: Record<string, unknown> = {};
    for (const [key, value] of parameters) if (!taken.has(key)) setMember(rest, key, value);
    input[bindings.otherQueries.name] = rest;
  }
  const { payload } = bindings;
  if (!payload) {
    if (bindings.body.members.length > 0) Object.assign(input, codec.read(bindings.body, request.body, operation.name));
  } else if (isStructure(payload.shape)) {
    if (request.body.byteLength > 0) input[payload.name] = codec.read(payload.shape, request.body, payload.name);
  } else input[payload.name] = payload.shape.kind === "blob" ? request.body : bodyText(request.body);
  return input;
}

function writeHeader(shape: Shape, value: unknown): string {
  if (shape.kind === "list") {
    return (value as unknown[])
      .map((item) => writeText(shape.value.shape as SimpleShape, item, "http-date"))
      .map((text) => (/[",]/.test(text) ? `"${text.replaceAll(/["\\]/g, "\\$&")}"` : text))
      .join(", ");
  }
  return writeText(shape as SimpleShape, value, "http-date");
}

/** Characters that must not stand in a header: a response would be split by them. */
const unsafe = /[^\t\u0020-\u007e\u0080-\u00ff]/g;

/** Writes the output of an operation; the caller adds the request id's header. */
export function writeRest(operation: OperationSchema, output: object, codec: BodyCodec): WireResponse {
  const bindings = bindingsOf(operation.output);
  const value = output as Record<string, unknown>;
  const headers: Record<string, string> = {};
  for (const [member, header] of bindings.headers) {
    const inner = value[member.name];
    if (inner !== undefined && inner !== null)
      headers[header] = writeHeader(member.shape, inner).replaceAll(unsafe, "?");
  }
  for (const [member, prefix] of bindings.prefixed) {
    for (const [key, inner] of Object.entries((value[member.name] ?? {}) as object)) {
      headers[prefix + key.toLowerCase()] = String(inner).replaceAll(unsafe, "?");
    }
  }
  const asked = bindings.status ? value[bindings.status.name] : undefined;
  const status = typeof asked === "number" ? asked : (operation.http?.[2] ?? 200);
  let body: string | Uint8Array = "";
  const { payload } = bindings;
  if (payload) {
    const inner = value[payload.name];
    if (inner !== undefined && inner !== null) {
      if (isStructure(payload.shape)) {
        body = codec.write(
          payload.shape,
          inner as object,
          payload.traits.xmlName ?? payload.shape.traits.xmlName ?? payload.shape.name,
        );
        headers["content-type"] ??= codec.contentType;
      } else {
        body = payload.shape.kind === "blob" ? (inner as Uint8Array) : (inner as string);
        headers["content-type"] ??= "application/octet-stream";
      }
    }
  } else if (bindings.body.members.length > 0 || codec.contentType === "application/json") {
    body = codec.write(bindings.body, value, operation.output.traits.xmlName ?? operation.output.name);
    headers["content-type"] ??= codec.contentType;
  }
  const streaming = payload?.shape.kind === "blob" && payload.shape.streaming === true;
  return { status, headers, body: status === 204 ? "" : body, ...(streaming ? { streaming } : {}) };
}
