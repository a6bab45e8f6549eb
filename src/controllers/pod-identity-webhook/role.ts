// The role `pod-identity-webhook`: pods of service accounts with a role are made with what an SDK needs to get its
// credentials. Annotations, flags and mutation are those of amazon-eks-pod-identity-webhook (identity/pods).
import { setMaxListeners } from "node:events";
import type { WebhookSettings } from "../../identity/index.ts";
import {
  decideIdentity,
  isRoleArn,
  mutatePod,
  notUnderstood,
  passed,
  patched,
  readPodReview,
  skipLabel,
} from "../../identity/index.ts";
import { resources } from "../../kube/index.ts";
import type { RoleContext, RoleDefinition, RouteDefinition, ServedAnswer } from "../frame/index.ts";
import { defineRole } from "../frame/index.ts";
import { openAccounts, slimAccount } from "./accounts.ts";
import { webhookFlags } from "./flags.ts";
import { configMapName, openLists } from "./lists.ts";

/** A pod of 3 MiB, escaped, and what stands around it. */
const mostBytes = 8 * 1024 * 1024;

/** Partition and account that names of roles are completed with: the webhook's own. */
async function ownPlace(context: RoleContext): Promise<{ partition: string; account: string }> {
  const { Arn = "", Account = "" } = await context.aws().call("sts", "GetCallerIdentity", {});
  return { partition: Arn.split(":")[1] ?? "aws", account: Account };
}

async function settingsOf(context: RoleContext): Promise<WebhookSettings> {
  const { flags } = context;
  return {
    annotationPrefix: flags.text("annotation-prefix"),
    tokenAudience: flags.text("token-audience"),
    tokenMountPath: flags.text("token-mount-path"),
    tokenExpiration: Math.max(flags.number("token-expiration"), 600),
    region: flags.text("aws-default-region"),
    regionalSts: flags.switch("sts-regional-endpoint"),
    containerCredentials: {
      audience: flags.text("container-credentials-audience"),
      mountPath: flags.text("container-credentials-token-mount-path"),
      volumeName: flags.text("container-credentials-token-volume-name"),
      tokenPath: flags.text("container-credentials-token-path"),
      fullUri: flags.text("container-credentials-full-uri"),
    },
    ...(flags.switch("compose-role-arn") ? { composeRoleArn: await ownPlace(context) } : {}),
  };
}

const json = (body: string): ServedAnswer => ({
  status: 200,
  headers: { "content-type": "application/json" },
  body,
});

async function serve(context: RoleContext): Promise<readonly RouteDefinition[]> {
  const { flags, log, metrics, signal, kube } = context;
  // Every look-up under way listens for the end.
  setMaxListeners(0, signal);
  const settings = await settingsOf(context);
  const accounts = openAccounts({
    informer: context.informer("serviceaccounts"),
    kube,
    patience: flags.duration("service-account-lookup-grace-period"),
    log,
    metrics,
  });
  const lists = openLists({
    file: flags.optional("watch-container-credentials-config"),
    informer: flags.switch("watch-config-map") ? context.informer("configmap") : undefined,
    log,
    signal,
  });
  const count = metrics.counter("pod_identity_webhook_pod_count", "Pods that got an identity, by how.");
  const used = metrics.gauge("pod_identity_webhook_used", "1 once a pod has got an identity.");

  const mutate = async (body: string): Promise<string> => {
    const read = readPodReview(body);
    if (read.kind === "bad") {
      log.warn("a review can't be read", { problem: read.problem });
      return notUnderstood(read.head, read.problem);
    }
    if (read.kind === "other") return passed(read.head);
    const { namespace, serviceAccount, pod, dryRun } = read.review;
    const query = {
      namespace,
      serviceAccount,
      annotations: await accounts.annotations(namespace, serviceAccount),
      containerIdentities: lists.containerIdentities(),
      config: lists.config(),
    };
    const identity = decideIdentity(query, settings);
    if (!identity) return passed(read.review);
    if (identity.mode === "web-identity" && !isRoleArn(identity.roleArn))
      log.warn("this is no ARN of a role; it is used all the same", {
        namespace,
        serviceAccount,
        roleArn: identity.roleArn,
      });
    if (!dryRun) {
      count.inc({ method: identity.mode === "web-identity" ? "sts_web_identity" : "container_credentials" });
      used.set(1);
    }
    return patched(read.review, mutatePod(pod, identity, settings, Math.random()));
  };

  return [
    {
      path: "/mutate",
      methods: ["POST"],
      maxBytes: mostBytes,
      async handle({ headers, body }) {
        const [type = ""] = (headers["content-type"] ?? "").split(";");
        if (type.trim().toLowerCase() !== "application/json")
          return { status: 415, body: "Invalid Content-Type, expected `application/json`\n" };
        return json(await mutate(body.toString("utf8")));
      },
    },
    { path: "/healthz", handle: () => ({ status: 200, body: "ok" }) },
  ];
}

/** The role. */
export const podIdentityWebhook: RoleDefinition = defineRole({
  name: "pod-identity-webhook",
  title: "Gives pods the IAM role of their service account, in place of amazon-eks-pod-identity-webhook",
  flags: webhookFlags,
  watches: [
    { name: "serviceaccounts", resource: resources.serviceAccounts, slim: slimAccount },
    {
      name: "configmap",
      resource: resources.configMaps,
      namespace: "own",
      fieldSelector: `metadata.name=${configMapName}`,
    },
  ],
  rbac: [],
  // For --compose-role-arn; GetCallerIdentity needs no permission.
  iam: [],
  listener: { port: 8443, certificate: "own", servicePort: 443 },
  webhooks: [
    {
      kind: "mutating",
      name: "pod-identity-webhook.amazonaws.com",
      path: "/mutate",
      rules: [
        { apiGroups: [""], apiVersions: ["v1"], resources: ["pods"], operations: ["CREATE"], scope: "Namespaced" },
      ],
      // With Fail nothing could start that the webhook itself needs: kops blocked its own control plane that way.
      failurePolicy: "Ignore",
      timeoutSeconds: 5,
      reinvocationPolicy: "IfNeeded",
      objectSelector: { matchExpressions: [{ key: skipLabel, operator: "DoesNotExist" }] },
    },
  ],
  workload: {
    kind: "Deployment",
    replicas: 2,
    priorityClass: "system-cluster-critical",
    resources: { cpu: "50m", memory: "96Mi", memoryLimit: "200Mi" },
  },
  serve,
});
