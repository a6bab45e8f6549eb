// The role `authenticator`: answers TokenReviews of self-managed API servers, in place of aws-iam-authenticator's server
// and with its configuration file.
import { readFileSync } from "node:fs";
import type { Judgement } from "../../identity/index.ts";
import { admitted, denied, isReviewAnswer, maxReviewBytes, readTokenReview } from "../../identity/index.ts";
import type { Kube } from "../../kube/index.ts";
import { openKube, resources } from "../../kube/index.ts";
import type { ListenPlace, RoleContext, RoleDefinition, RouteDefinition, ServedAnswer } from "../frame/index.ts";
import { chooseCluster, defineRole, noCluster } from "../frame/index.ts";
import { openBackends } from "./backends.ts";
import type { Configuration } from "./configuration.ts";
import { readConfiguration } from "./configuration.ts";
import { authenticatorFlags } from "./flags.ts";
import { identityMappingDefinition, identityMappings } from "./identity-mappings.ts";
import { openInstanceSource } from "./instance-source.ts";
import type { Judge } from "./judge.ts";
import { openJudge } from "./judge.ts";
import type { AuthenticatorMetrics } from "./metrics.ts";
import { authenticatorMetrics, resultLabels } from "./metrics.ts";
import { prints } from "./print.ts";
import { serverCertificate, writeWebhookKubeconfig } from "./state-dir.ts";
import { openSts, stsOptionsOf } from "./sts.ts";

interface State {
  configuration: Configuration;
  judge: Judge;
  counted: AuthenticatorMetrics;
}

/** The cluster of the backends, opened when one of them wants it. */
function clusterDoor(context: RoleContext, configuration: Configuration): () => Kube {
  let kube: Kube | undefined;
  return () => {
    if (kube) return kube;
    const { flags, env, signal } = context;
    const { kubeconfig, master } = configuration;
    const chosen = chooseCluster(
      { ...flags, optional: (name) => (name === "kubeconfig" ? kubeconfig : flags.optional(name)) },
      env,
    );
    if (!chosen) throw noCluster(context.role);
    kube = openKube({ ...chosen.target, ...(master === undefined ? {} : { server: master }), signal });
    return kube;
  };
}

async function prepare(context: RoleContext): Promise<State> {
  const { flags, env, log, metrics, signal, health } = context;
  const configuration = readConfiguration(flags);
  const counted = authenticatorMetrics(metrics);
  const kube = clusterDoor(context, configuration);
  const backends = openBackends({ configuration, kube, log, metrics, counted, signal });
  health.check("backends", () => backends.problem());
  const region = flags.optional("region");
  const judge = openJudge({
    configuration,
    verifier: {
      cluster: configuration.clusterId,
      partition: configuration.partition,
      region,
      extraEndpoints: flags.list("sts-endpoint"),
    },
    backends,
    sts: openSts(stsOptionsOf(env, (file) => readFileSync(file, "utf8"))),
    instances: openInstanceSource(context, configuration, counted.describeInstances),
    counted,
  });
  return Promise.resolve({ configuration, judge, counted } satisfies State);
}

function say({ log }: RoleContext, judgement: Judgement): void {
  const { identity } = judgement;
  const who = identity ? { arn: identity.arn, accessKeyId: identity.accessKeyId } : {};
  if (!judgement.allowed) {
    log.warn("access denied", { ...who, result: judgement.result, reason: judgement.denial.reason });
    return;
  }
  const { username, groups, uid } = judgement.user;
  log.info("access granted", { ...who, username, groups, uid, rule: judgement.mapped.rule });
}

const jsonOf = ({
  status,
  contentType,
  body,
}: {
  status: number;
  contentType: string;
  body: string;
}): ServedAnswer => ({
  status,
  headers: { "content-type": contentType },
  body,
});

function authenticate(context: RoleContext, { judge, counted }: State): RouteDefinition {
  const peerStatusCodes = context.flags.switch("peer-status-codes");
  return {
    path: "/authenticate",
    maxBytes: maxReviewBytes,
    async handle({ method, body }) {
      const began = performance.now();
      const took = (result: string): void => counted.latency.observe((performance.now() - began) / 1000, { result });
      const request = readTokenReview(method, body.length === 0 ? undefined : body.toString("utf8"));
      if (isReviewAnswer(request)) {
        took("malformed_request");
        return jsonOf(request);
      }
      const judgement = await judge(request.token);
      took(resultLabels[judgement.result]);
      say(context, judgement);
      if (judgement.allowed) return jsonOf(admitted(request, judgement.user));
      return jsonOf(denied(request, judgement.denial, { peerStatusCodes }));
    },
  };
}

async function serve(context: RoleContext): Promise<readonly RouteDefinition[]> {
  const text = { "content-type": "text/plain; charset=utf-8" };
  return Promise.resolve([
    authenticate(context, context.state as State),
    { path: "/healthz", maxBytes: 1024, handle: () => ({ status: 200, headers: text, body: "ok" }) },
    {
      path: "/metrics",
      maxBytes: 1024,
      handle: () => ({ status: 200, headers: text, body: context.metrics.text() }),
    },
  ]);
}

async function listenOn(context: RoleContext): Promise<ListenPlace> {
  const { configuration } = context.state as State;
  const { certificate, privateKey, made } = serverCertificate(configuration);
  if (made) context.log.info("certificate made", { folder: configuration.stateDir });
  if (!configuration.kubeconfigPregenerated) writeWebhookKubeconfig(configuration, certificate);
  const { address, port } = configuration;
  return Promise.resolve({ address, port, certificate: { certificate, privateKey } });
}

/** The role. */
export const authenticator: RoleDefinition = defineRole({
  name: "authenticator",
  title: "Lets IAM's principals into a self-managed cluster, in place of aws-iam-authenticator's server",
  flags: authenticatorFlags,
  // What the backends watch depends on the configuration: they open their own informers.
  watches: [],
  rbac: [
    {
      apiGroups: [""],
      resources: [resources.configMaps.plural],
      resourceNames: ["aws-auth"],
      verbs: ["get", "list", "watch"],
      namespace: "kube-system",
    },
    { apiGroups: [identityMappings.group], resources: [identityMappings.plural], verbs: ["get", "list", "watch"] },
    { apiGroups: [identityMappings.group], resources: [`${identityMappings.plural}/status`], verbs: ["patch"] },
  ],
  iam: [
    { Sid: "NodeNames", Effect: "Allow", Action: ["ec2:DescribeInstances"], Resource: "*" },
    { Sid: "RolesOfNodes", Effect: "Allow", Action: ["iam:GetInstanceProfile"], Resource: "*" },
  ],
  listener: { port: 21_362, certificate: "role" },
  probePort: 21_363,
  needsCluster: false,
  workload: {
    kind: "DaemonSet",
    hostNetwork: true,
    controlPlane: true,
    // The folders on the node belong to root.
    root: true,
    priorityClass: "system-node-critical",
    arguments: ["--config=/etc/aws-iam-authenticator/config.yaml", "--health-address=127.0.0.1"],
    volumes: [
      {
        name: "config",
        mountPath: "/etc/aws-iam-authenticator",
        source: { configMap: { name: "aws-iam-authenticator" } },
      },
      {
        name: "state",
        mountPath: "/var/aws-iam-authenticator",
        readOnly: false,
        source: { hostPath: { path: "/var/aws-iam-authenticator", type: "DirectoryOrCreate" } },
      },
      {
        name: "output",
        mountPath: "/etc/kubernetes/aws-iam-authenticator",
        readOnly: false,
        source: { hostPath: { path: "/etc/kubernetes/aws-iam-authenticator", type: "DirectoryOrCreate" } },
      },
    ],
    resources: { cpu: "20m", memory: "80Mi", memoryLimit: "200Mi" },
  },
  extraObjects: ({ namespace }) => [
    identityMappingDefinition,
    {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "aws-iam-authenticator", namespace },
      data: {
        "config.yaml": "clusterID: name-of-the-cluster\nserver:\n  backendMode: [MountedFile, CRD]\n  mapRoles: []\n",
      },
    },
  ],
  prints,
  prepare,
  serve,
  listenOn,
});
