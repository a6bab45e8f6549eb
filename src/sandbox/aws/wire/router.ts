// From method and path to an operation, for REST services: templates with labels, the most literal match first.
import type { ServiceSchema } from "../schema/index.ts";
import type { QueryParameters, WireRequest } from "./message.ts";
import { decodePath } from "./message.ts";
import { bindingsOf } from "./rest.ts";

type Segment = { literal: string } | { label: string; greedy: boolean };

interface Route {
  operation: string;
  method: string;
  segments: readonly Segment[];
  /** `?uploads`, `?list-type=2`: must be in the query. */
  fixed: readonly (readonly [name: string, value: string | undefined])[];
  /** Required members in the query and in headers: they tell operations of one path apart. */
  queries: readonly string[];
  headers: readonly string[];
  /** The input has a bucket, which isn't part of S3's templates. */
  bucket: boolean;
  rank: number;
  greedy: boolean;
}

export interface Match {
  operation: string;
  labels: Record<string, string>;
}

const tables: WeakMap<ServiceSchema, readonly Route[]> = new WeakMap();

function parseTemplate(template: string): Pick<Route, "segments" | "fixed"> {
  const [path = "", query = ""] = template.split("?");
  const segments = path
    .split("/")
    .filter((part) => part !== "")
    .map((part): Segment => {
      const label = /^\{([^}+]+)(\+?)\}$/.exec(part);
      return label ? { label: label[1] ?? "", greedy: label[2] === "+" } : { literal: part };
    });
  const fixed = query
    .split("&")
    // `x-id` only tells the JS client's operations apart; other clients don't send it.
    .filter((part) => part !== "" && !part.startsWith("x-id="))
    .map((part) => {
      const at = part.indexOf("=");
      return at < 0 ? ([part, undefined] as const) : ([part.slice(0, at), part.slice(at + 1) || undefined] as const);
    });
  return { segments, fixed };
}

function routesOf(schema: ServiceSchema): readonly Route[] {
  const known = tables.get(schema);
  if (known) return known;
  const routes: Route[] = [];
  for (const [name, [method, template]] of schema.httpBindings()) {
    const operation = schema.operation(name);
    if (!operation) continue;
    const { segments, fixed } = parseTemplate(template);
    const bindings = bindingsOf(operation.input);
    const queries = bindings.queries.filter(([member]) => member.required).map(([, query]) => query);
    const headers = bindings.headers.filter(([member]) => member.required).map(([, header]) => header);
    const literals = segments.filter((segment) => "literal" in segment).length;
    const greedy = segments.some((segment) => "greedy" in segment && segment.greedy);
    const rank = literals * 1000 + fixed.length * 100 + (queries.length + headers.length) * 10 - (greedy ? 1 : 0);
    const bucket = bindings.labels.some((member) => member.name === "Bucket") && !template.includes("{Bucket}");
    routes.push({ operation: name, method, segments, fixed, queries, headers, bucket, rank, greedy });
  }
  routes.sort((a, b) => b.rank - a.rank);
  tables.set(schema, routes);
  return routes;
}

function matchPath(segments: readonly Segment[], parts: readonly string[]): Record<string, string> | undefined {
  const labels: Record<string, string> = {};
  let index = -1;
  for (const segment of segments) {
    index += 1;
    if ("literal" in segment) {
      if (parts[index] !== segment.literal) return undefined;
      continue;
    }
    const raw = segment.greedy ? parts.slice(index).join("/") : parts[index];
    if (raw === undefined || raw === "") return undefined;
    const value = decodePath(raw);
    if (value === undefined) return undefined;
    labels[segment.label] = value;
    if (segment.greedy) return labels;
  }
  return parts.length === segments.length ? labels : undefined;
}

/**
 * Finds the operation of a REST request.
 *
 * @param path as sent (still encoded: names may hold `%2F`); for S3 without the bucket
 * @param hasBucket S3: whether the request names a bucket; other services leave it out
 */
export function matchRoute(
  schema: ServiceSchema,
  request: Pick<WireRequest, "method" | "headers">,
  path: string,
  parameters: QueryParameters,
  hasBucket?: boolean,
): Match | undefined {
  // Greedy labels keep empty segments (S3 keys may hold `//`) and a slash at the end; elsewhere one is ignored.
  const parts = path.slice(1).split("/");
  const trimmed = parts.at(-1) === "" ? parts.slice(0, -1) : parts;
  for (const route of routesOf(schema)) {
    if (route.method !== request.method) continue;
    if (!route.greedy && route.segments.length !== trimmed.length) continue;
    if (hasBucket !== undefined && route.bucket !== hasBucket) continue;
    const labels = matchPath(route.segments, route.greedy ? parts : trimmed);
    if (!labels) continue;
    const fits =
      route.fixed.every(([name, value]) =>
        parameters.some(([key, sent]) => key === name && (value === undefined || value === sent)),
      ) &&
      route.queries.every((name) => parameters.some(([key]) => key === name)) &&
      route.headers.every((name) => request.headers[name] !== undefined);
    if (fits) return { operation: route.operation, labels };
  }
  return undefined;
}
