// The role `pod-identity-agent`: on each node, the address that SDKs ask for a pod's credentials. Flags, endpoint and answers
// are those of eks-pod-identity-agent; on a node of a self-managed cluster `--endpoint` leads to a broker.
import { randomUUID } from "node:crypto";
import { assumeRoleForPodIdentity } from "../../aws/index.ts";
import { LotseError, sleep } from "../../base/index.ts";
import type { AgentAnswer } from "../../identity/index.ts";
import {
  agentCredentials,
  agentError,
  agentHosts,
  agentPath,
  isAgentAnswer,
  readAgentRequest,
} from "../../identity/index.ts";
import type {
  Listener,
  RoleContext,
  RoleDefinition,
  RouteDefinition,
  ServedAnswer,
  ServedRequest,
} from "../frame/index.ts";
import { defineRole, openListener } from "../frame/index.ts";
import type { CredentialCache } from "./cache.ts";
import { openCredentialCache } from "./cache.ts";
import { makeLink } from "./link.ts";

/** The agent's own call takes a second at most, so that SDKs, which wait as long, hear of its failure. */
const callTimeout = 1_000;
/** SDKs ask in no time; slow and silent clients are cut off. */
const limits = { headers: 5_000, request: 10_000, keepAlive: 30_000, connections: 4_000 };
/** Nobody has a reason to send one. */
const longestBody = 64 * 1024;
const clusterName = /^[0-9A-Za-z][A-Za-z0-9\-_]{0,99}$/;

function cacheOf(context: RoleContext): CredentialCache {
  const { flags, metrics } = context;
  const cluster = flags.text("cluster-name");
  if (!clusterName.test(cluster))
    throw new LotseError("controllers/bad-flag", {
      title: `--cluster-name ${JSON.stringify(cluster)} is no name of a cluster`,
      remedy: "Give the name that EKS has it under.",
    });
  const aws = context.aws();
  return openCredentialCache({
    ask: async (token) =>
      assumeRoleForPodIdentity({
        region: aws.region,
        endpoint: flags.optional("endpoint") ?? context.env["AWS_ENDPOINT_URL"],
        credentials: await aws.credentials(),
        cluster,
        token,
        timeout: callTimeout,
      }),
    retention: flags.switch("rotate-credentials") ? flags.duration("max-credential-retention-before-renewal") : 0,
    rate: Math.max(flags.number("max-service-qps"), 1),
    metrics,
  });
}

async function credentialsOf(
  context: RoleContext,
  cache: CredentialCache,
  { host, authorization }: ServedRequest["headers"],
): Promise<AgentAnswer> {
  const read = readAgentRequest({ host, authorization, now: Date.now(), hosts: hostsOf(context) });
  if (isAgentAnswer(read)) return read;
  const id = randomUUID();
  const given = await cache.get(read.token, read.expires);
  if ("code" in given) {
    context.log.warn("no credentials", { requestId: id, code: given.code, reason: given.message });
    return agentError(id, given);
  }
  return agentCredentials({ ...given.credentials, account: given.account });
}

function hostsOf({ flags }: RoleContext): readonly string[] {
  return flags.list("bind-hosts").map((host) => host.replace(/^\[(.*)\]$/, "$1"));
}

const noPage: AgentAnswer = { status: 404, contentType: "text/plain; charset=utf-8", body: "404 page not found\n" };

function routesOf(context: RoleContext): RouteDefinition[] {
  const cache = cacheOf(context);
  const responses = context.metrics.counter("pod_identity_http_response", "Answers by status.");
  context.metrics.collect("pod_identity_cache_entries", "Tokens whose credentials are at hand.", () => cache.size);
  const served = ({ status, contentType, body }: AgentAnswer): ServedAnswer => {
    responses.inc({ code: status });
    return { status, headers: { "content-type": contentType, "cache-control": "no-store" }, body };
  };
  return [
    {
      path: agentPath,
      maxBytes: longestBody,
      handle: async ({ headers }) => served(await credentialsOf(context, cache, headers)),
    },
    { path: "/*", label: "other", maxBytes: longestBody, handle: () => served(noPage) },
  ];
}

async function run(context: RoleContext): Promise<void> {
  const { flags, health, log, metrics, signal, role } = context;
  const hosts = hostsOf(context);
  if (flags.switch("initialize")) await makeLink(hosts);
  const routes = routesOf(context);
  const listeners: Listener[] = [];
  let ready = false;
  health.check("addresses", () => (ready ? undefined : `not all of ${hosts.join(", ")} are listened on`));
  try {
    for (const host of hosts) {
      const port = flags.number("port");
      const listener = await openListener({
        host,
        port,
        ipv6Only: host.includes(":"),
        routes,
        log,
        metrics,
        role,
        limits,
      });
      listeners.push(listener);
      log.info("listens", { address: host, port: listener.port });
    }
    ready = true;
    await new Promise<void>((resolve) => {
      if (signal.aborted) resolve();
      signal.addEventListener("abort", () => resolve(), { once: true });
    });
    await sleep(flags.duration("shutdown-delay"));
  } finally {
    await Promise.all(listeners.map((listener) => listener.close(flags.duration("grace-period"))));
  }
}

/** The role. */
export const podIdentityAgent: RoleDefinition = defineRole({
  name: "pod-identity-agent",
  title: "Hands pods the credentials of their EKS Pod Identity role, in place of eks-pod-identity-agent",
  flags: [
    { name: "cluster-name", kind: "text", description: "Name of the EKS cluster", required: true },
    { name: "port", kind: "number", description: "Port of the credentials endpoint", default: 80 },
    {
      name: "bind-hosts",
      kind: "list",
      description: "Addresses to listen on, which are also the only ones that it may be called by",
      default: [...agentHosts],
    },
    { name: "endpoint", kind: "text", description: "Of EKS Auth, instead of the region's own" },
    {
      name: "rotate-credentials",
      kind: "switch",
      description: "Renews credentials while they still live",
      default: true,
    },
    {
      name: "max-credential-retention-before-renewal",
      kind: "duration",
      description: "After which credentials are renewed; 0 waits until they end",
      default: "3h",
    },
    { name: "max-service-qps", kind: "number", description: "Calls to EKS Auth a second", default: 3 },
    {
      name: "initialize",
      kind: "switch",
      description: "Makes the link with the addresses first; needs NET_ADMIN and iproute2",
      default: false,
    },
  ],
  watches: [],
  rbac: [],
  iam: [
    {
      Sid: "CredentialsOfPods",
      Effect: "Allow",
      Action: ["eks-auth:AssumeRoleForPodIdentity"],
      Resource: "*",
    },
  ],
  needsCluster: false,
  probePort: 2703,
  workload: {
    kind: "DaemonSet",
    hostNetwork: true,
    everywhere: true,
    // The link, and a port below 1024.
    root: true,
    capabilities: ["NET_ADMIN", "NET_BIND_SERVICE"],
    priorityClass: "system-node-critical",
    arguments: ["--initialize"],
    resources: { cpu: "20m", memory: "80Mi", memoryLimit: "160Mi" },
  },
  run,
});
