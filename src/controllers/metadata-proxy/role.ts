// The metadata proxy: kube2iam's and kiam's job, on each node. Pods' requests for the instance metadata are redirected to it;
// each pod gets the credentials of its own role, and nothing else that it isn't allowed.
import { setMaxListeners } from "node:events";
import { sleep } from "../../base/index.ts";
import type { KubeObject } from "../../kube/index.ts";
import { resources } from "../../kube/index.ts";
import type { NoPodRole, PodRole } from "../../identity/index.ts";
import { podRole } from "../../identity/index.ts";
import type { Informer, RoleContext, RoleDefinition } from "../frame/index.ts";
import { defineRole } from "../frame/index.ts";
import type { PodCredentials } from "./credentials.ts";
import { openCredentials } from "./credentials.ts";
import { openFirewall } from "./firewall/firewall.ts";
import { defaultPort, flags } from "./flags.ts";
import { guardRules } from "./guard.ts";
import { openImdsTokens } from "./imds-token.ts";
import { openMetadataService } from "./metadata-service.ts";
import type { NodePod } from "./pods.ts";
import { addressesOf, openDirectory, slimPod } from "./pods.ts";
import type { ProxyParts } from "./routes.ts";
import { proxyRoutes } from "./routes.ts";
import { interceptionOf, podRoleSettings } from "./settings.ts";

/** What the parts of the role share. */
interface ProxyState {
  parts: ProxyParts;
  /** Keeps credentials at hand for the pods of the node, and for no others. */
  followPods(): void;
}

const onlyAnnotations = ({ apiVersion, kind, metadata }: KubeObject): KubeObject => ({
  apiVersion,
  kind,
  metadata: {
    name: metadata.name,
    ...(metadata.uid === undefined ? {} : { uid: metadata.uid }),
    ...(metadata.resourceVersion === undefined ? {} : { resourceVersion: metadata.resourceVersion }),
    annotations: metadata.annotations ?? {},
  },
});

/** Pods that are gone leave their credentials behind for so long, milliseconds: cleaning up isn't urgent. */
const cleaning = 30_000;
/** Credentials of running pods are renewed before they are asked for: looked at so often, milliseconds. */
const renewing = 60_000;

async function prepare(context: RoleContext): Promise<ProxyState> {
  const { flags: given, log, metrics, kube, signal } = context;
  setMaxListeners(0, signal);
  const metadata = openMetadataService(given.text("metadata-addr"));
  signal.addEventListener("abort", () => metadata.close(), { once: true });
  const settings = await podRoleSettings(given, metadata);
  const pods = context.informer<NodePod>("pods");
  const namespaces = context.informer("namespaces");
  const credentials: PodCredentials = openCredentials({
    aws: context.aws(),
    life: given.duration("iam-role-session-ttl"),
    log,
    metrics,
  });
  const roleOf = (pod: NodePod): PodRole | NoPodRole => {
    const { namespace = "", name, annotations = {} } = pod.metadata;
    const namespaceAnnotations = namespaces.get(undefined, namespace)?.metadata.annotations;
    return podRole({ namespace, name, annotations, namespaceAnnotations }, settings);
  };
  const directory = openDirectory({ kube, pods, node: given.text("node"), sleep });
  const parts: ProxyParts = {
    directory,
    tokens: openImdsTokens(),
    credentials,
    metadata,
    roleOf,
    base: settings.base,
    allowed: given.list("allow-path"),
    log,
    metrics,
  };
  return { parts, followPods: () => follow(pods, parts, signal) };
}

function follow(pods: Informer<NodePod>, { credentials, roleOf }: ProxyParts, signal: AbortSignal): void {
  const want = (pod: NodePod): void => {
    if (pod.spec.hostNetwork || pod.metadata.deletionTimestamp !== undefined) return;
    const role = roleOf(pod);
    // As soon as it is scheduled: its containers ask within a second of their start.
    if ("roleArn" in role) credentials.prefetch(role);
  };
  pods.onChange(({ type, object }) => {
    if (type !== "DELETED") want(object);
  });
  const clean = setInterval(() => {
    const roles = [...pods.all()].map(roleOf).filter((role): role is PodRole => "roleArn" in role);
    credentials.keepOnly(roles);
  }, cleaning);
  const renew = setInterval(() => {
    for (const pod of pods.all()) if (addressesOf(pod).length > 0) want(pod);
  }, renewing);
  signal.addEventListener(
    "abort",
    () => {
      clearInterval(clean);
      clearInterval(renew);
    },
    { once: true },
  );
}

const stateOf = ({ state }: RoleContext): ProxyState => state as ProxyState;

export const metadataProxy: RoleDefinition = defineRole({
  name: "metadata-proxy",
  title: "Gives each pod of a node the credentials of its own role under the metadata address, as kube2iam does",
  flags,
  watches: [
    {
      name: "pods",
      resource: resources.pods,
      fieldSelector: ({ text }) => `spec.nodeName=${text("node")}`,
      slim: slimPod,
      indexes: { address: addressesOf as (object: never) => readonly string[] },
    },
    { name: "namespaces", resource: resources.namespaces, slim: onlyAnnotations as (object: never) => object },
  ],
  rbac: [{ apiGroups: [""], resources: ["nodes"], verbs: ["get", "patch"] }],
  iam: [
    {
      Sid: "AssumePodRoles",
      Effect: "Allow",
      Action: ["sts:AssumeRole"],
      Resource: "arn:aws:iam::*:role/*",
    },
  ],
  workload: {
    kind: "DaemonSet",
    hostNetwork: true,
    everywhere: true,
    root: true,
    capabilities: ["NET_ADMIN", "NET_RAW"],
    priorityClass: "system-node-critical",
    volumes: [
      {
        // iptables of the older kind takes turns with others on the node by it.
        name: "xtables-lock",
        mountPath: "/run/xtables.lock",
        source: { hostPath: { path: "/run/xtables.lock", type: "FileOrCreate" } },
      },
    ],
    resources: { cpu: "50m", memory: "96Mi", memoryLimit: "192Mi" },
  },
  listener: { port: defaultPort, certificate: "none" },
  prepare,
  serve: async (context) => proxyRoutes(stateOf(context).parts),
  run: async (context) => {
    stateOf(context).followPods();
    const interception = interceptionOf(context.flags);
    await guardRules(context, interception && openFirewall(interception.kind, interception.rules));
  },
});
