// Which service and operation a request is for: by its credential's scope, X-Amz-Target, path, or Version and Action.
import type { ServiceEntry } from "./schema/index.ts";
import { serviceEntries, serviceSchema } from "./schema/index.ts";
import type { Authorization } from "./sigv4.ts";
import type { QueryParameters, WireRequest } from "./wire/index.ts";
import { bodyText, decodePath, matchRoute, parseQuery } from "./wire/index.ts";

export interface Identity {
  entry: ServiceEntry;
  /** Undefined when the service has no such operation; `asked` is then what the caller wrote. */
  operation: string | undefined;
  asked: string;
  parameters: QueryParameters;
  form: QueryParameters;
  labels: Readonly<Record<string, string>>;
}

/** A service that isn't known here at all; `asked` names the operation where the request says so. */
export interface UnknownService {
  service: string;
  asked: string;
}

const isForm = (request: WireRequest): boolean =>
  request.method === "POST" &&
  (request.headers["content-type"] ?? "").toLowerCase().startsWith("application/x-www-form-urlencoded");

function valueOf(parameters: QueryParameters, name: string): string | undefined {
  return parameters.find(([key]) => key === name)?.[1];
}

/** Bucket of an S3 request: from the host (`b.s3.….amazonaws.com`, `b.localhost`) or the path's first part. */
function splitBucket(request: WireRequest): { bucket: string | undefined; path: string } {
  const host = (request.headers["host"] ?? "").toLowerCase().replace(/:\d+$/, "");
  const virtual = /^(.+)\.s3(?:[.-][a-z0-9-]+)*\.amazonaws\.com(?:\.cn)?$/.exec(host) ?? /^(.+)\.localhost$/.exec(host);
  if (virtual?.[1]) return { bucket: virtual[1], path: request.path };
  const end = request.path.indexOf("/", 1);
  const raw = request.path.slice(1, end < 0 ? undefined : end);
  if (raw === "") return { bucket: undefined, path: "/" };
  return { bucket: decodePath(raw) ?? raw, path: end < 0 ? "/" : request.path.slice(end) };
}

function identifyRest(entry: ServiceEntry, request: WireRequest, parameters: QueryParameters): Identity {
  const schema = serviceSchema(entry.id);
  const asked = `${request.method} ${request.path}`;
  if (entry.id === "s3") {
    const { bucket, path } = splitBucket(request);
    const match = matchRoute(schema, request, path, parameters, bucket !== undefined);
    const labels = { ...match?.labels, ...(bucket === undefined ? {} : { Bucket: bucket }) };
    return { entry, operation: match?.operation, asked, parameters, form: [], labels };
  }
  const match = matchRoute(schema, request, request.path, parameters);
  return { entry, operation: match?.operation, asked, parameters, form: [], labels: match?.labels ?? {} };
}

function named(entry: ServiceEntry, name: string, parameters: QueryParameters, form: QueryParameters): Identity {
  const operation = serviceSchema(entry.id).operation(name)?.name;
  return { entry, operation, asked: name, parameters, form, labels: {} };
}

/** Finds service and operation. `authorization` is missing for anonymous requests. */
export function identify(request: WireRequest, authorization: Authorization | undefined): Identity | UnknownService {
  const parameters = parseQuery(request.query);
  const entries = serviceEntries();
  const candidates = authorization ? entries.filter((entry) => entry.signingName === authorization.service) : entries;
  const target = request.headers["x-amz-target"];
  if (target !== undefined) {
    const dot = target.lastIndexOf(".");
    const prefix = target.slice(0, Math.max(dot, 0));
    const json = candidates.filter((entry) => entry.protocol.startsWith("awsJson"));
    // Clients differ in the prefix (`com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101`): its end must fit.
    const exact = json.find((entry) => entry.target === prefix || prefix.endsWith(`.${entry.target}`));
    const entry = exact ?? (authorization ? json[0] : undefined);
    if (entry) return named(entry, target.slice(dot + 1), parameters, []);
  }
  const form = isForm(request) ? parseQuery(bodyText(request.body)) : parameters;
  const action = valueOf(form, "Action") ?? valueOf(parameters, "Action");
  if (action !== undefined) {
    const version = valueOf(form, "Version") ?? valueOf(parameters, "Version");
    const query = candidates.filter((entry) => entry.protocol.endsWith("Query"));
    const entry = query.find((each) => each.version === version) ?? (authorization ? query[0] : undefined);
    if (entry) return named(entry, action, parameters, form);
  }
  const rest = candidates.filter((entry) => entry.protocol.startsWith("rest"));
  const found = rest.map((entry) => identifyRest(entry, request, parameters));
  const match = found.find((each) => each.operation !== undefined) ?? (authorization ? found[0] : undefined);
  if (match) return match;
  // Signed for a service of ours, but without a word on what is wanted.
  const [first] = candidates;
  if (authorization && first) return named(first, action ?? "", parameters, form);
  return { service: authorization?.service ?? "", asked: action ?? target ?? `${request.method} ${request.path}` };
}
