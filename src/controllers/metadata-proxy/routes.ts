// What pods see under the metadata address: kube2iam's paths and documents behind IMDSv2 tokens, and of all other metadata
// only what is allowed. Who asks is known by the connection's own address; headers about it are not believed.
import type { BaseArn, NoPodRole, PodRole } from "../../identity/index.ts";
import { listedRole, roleArnOf } from "../../identity/index.ts";
import type { Logger, Metrics, RouteDefinition, ServedAnswer, ServedRequest } from "../frame/index.ts";
import type { PodCredentials } from "./credentials.ts";
import type { ImdsTokens } from "./imds-token.ts";
import { longestLife, shortestLife } from "./imds-token.ts";
import type { MetadataService } from "./metadata-service.ts";
import type { NodePod, PodDirectory } from "./pods.ts";
import { plainAddress } from "./pods.ts";

export interface ProxyParts {
  directory: PodDirectory;
  tokens: ImdsTokens;
  credentials: PodCredentials;
  metadata: MetadataService;
  roleOf(pod: NodePod): PodRole | NoPodRole;
  base: BaseArn | undefined;
  /** Paths below the version that are passed on to the node's own metadata service; `*` at their end stands for more. */
  allowed: readonly string[];
  log: Logger;
  metrics: Metrics;
}

const lifeHeader = "x-aws-ec2-metadata-token-ttl-seconds";
const tokenHeader = "x-aws-ec2-metadata-token";
/** IMDS's own server name; SDKs of old looked for it. */
const server = { server: "EC2ws" };

const text = (status: number, body: string): ServedAnswer => ({
  status,
  headers: { ...server, "content-type": "text/plain" },
  body,
});
/** kube2iam sends it without a type, which Go's server sniffs as text. */
const document = (body: string): ServedAnswer => text(200, body);

const one = (value: string | string[] | undefined): string | undefined => (Array.isArray(value) ? value[0] : value);

async function giveToken({ directory, tokens, log }: ProxyParts, request: ServedRequest): Promise<ServedAnswer> {
  // As IMDS: whoever comes through another proxy gets none.
  if (request.headers["x-forwarded-for"] !== undefined) return text(403, "");
  const life = one(request.headers[lifeHeader]);
  if (life === undefined || !/^\d{1,5}$/.test(life)) return text(400, "");
  const seconds = Number(life);
  if (seconds < shortestLife || seconds > longestLife) return text(400, "");
  const address = plainAddress(request.remoteAddress);
  const pod = await directory.at(address, request.signal);
  if (typeof pod === "string" || pod.metadata.uid === undefined) {
    log.warn("a token was refused", { address, why: pod });
    return text(404, typeof pod === "string" ? pod : "");
  }
  const token = tokens.issue({ uid: pod.metadata.uid, address }, seconds);
  return { status: 200, headers: { ...server, "content-type": "text/plain", [lifeHeader]: life }, body: token };
}

/** The pod that holds the request's token, at the address that it comes from. */
async function holderOf({ tokens, directory }: ProxyParts, request: ServedRequest): Promise<NodePod | undefined> {
  const token = one(request.headers[tokenHeader]);
  const address = plainAddress(request.remoteAddress);
  const uid = token === undefined ? undefined : tokens.holder(token, address);
  return uid === undefined ? undefined : directory.holding(uid, address);
}

async function giveCredentials(parts: ProxyParts, pod: NodePod, wanted: string): Promise<ServedAnswer> {
  const role = parts.roleOf(pod);
  if ("refusal" in role) return text(404, role.refusal);
  if (wanted === "") return text(200, listedRole(role.roleArn, parts.base));
  if (roleArnOf(wanted, parts.base) !== role.roleArn) return text(403, `Invalid role ${wanted}`);
  try {
    return document(await parts.credentials.get(role));
  } catch (error) {
    const { message } = error as Error;
    return text(500, `${role.roleArn}: ${message}`);
  }
}

function isAllowed(path: string, allowed: readonly string[]): boolean {
  return allowed.some((each) => (each.endsWith("*") ? path.startsWith(each.slice(0, -1)) : path === each));
}

async function passOn({ metadata, allowed, log }: ProxyParts, path: string, below: string): Promise<ServedAnswer> {
  if (!isAllowed(below, allowed)) return text(404, `${below} is not allowed for pods`);
  try {
    const { status, contentType, body } = await metadata.get(path);
    return { status, headers: { ...server, "content-type": contentType }, body };
  } catch (error) {
    log.warn("the node's metadata service can't be asked", { path, error });
    return text(502, "");
  }
}

async function answer(parts: ProxyParts, request: ServedRequest): Promise<ServedAnswer> {
  // Encoded signs and doubled slashes are only ever sent to get around a rule.
  if (!/^\/[\w.-]+(\/[\w:+=,.@-]+)*\/?$/.test(request.path)) return text(404, "");
  const [, below = ""] = /^\/[^/]+\/(.*)$/.exec(request.path) ?? [];
  if (request.method === "PUT") return below === "api/token" ? giveToken(parts, request) : text(405, "");
  if (request.method !== "GET" && request.method !== "HEAD") return text(405, "");
  const pod = await holderOf(parts, request);
  if (!pod) return text(401, "");
  const [, wanted] = /^meta-data\/iam\/security-credentials(?:\/(.*))?$/.exec(below) ?? [below, undefined];
  const isCredentials = /^meta-data\/iam\/security-credentials(\/|$)/.test(below);
  return isCredentials
    ? giveCredentials(parts, pod, (wanted ?? "").replace(/\/$/, ""))
    : passOn(parts, request.path, below);
}

/** The proxy's routes: one, for every path. */
export function proxyRoutes(parts: ProxyParts): RouteDefinition[] {
  const denied = parts.metrics.counter("lotse_metadata_proxy_answers_total", "Answers to pods by status.");
  return [
    {
      path: "/*",
      label: "metadata",
      maxBytes: 1024,
      handle: async (request) => {
        const given = await answer(parts, request);
        denied.inc({ code: given.status });
        return given;
      },
    },
  ];
}
