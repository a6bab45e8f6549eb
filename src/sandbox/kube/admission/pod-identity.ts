// EKS's pod identity webhook, part of every cluster's control plane: pods of a service account with a role, by annotation
// or by association, are made with what an SDK needs to get its credentials.
import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { WebhookSettings } from "../../../identity/index.ts";
import {
  accountKey,
  decideIdentity,
  mutatePod,
  notUnderstood,
  passed,
  patched,
  readPodReview,
  skipLabel,
  webhookDefaults,
} from "../../../identity/index.ts";
import type { Cloud } from "../../aws/core/index.ts";
import { clusters, podIdentities } from "../../aws/services/eks/state.ts";
import type { KubeClient, KubeObject } from "../client.ts";
import type { ClusterKey } from "../cluster-key.ts";
import type { AdmissionListener } from "./listener.ts";

export interface PodIdentityOptions {
  key: ClusterKey;
  cloud: Cloud;
  client: KubeClient;
  listener: AdmissionListener;
  signal: AbortSignal;
}

/** As it is called on EKS. */
const [configuration, webhook] = ["pod-identity-webhook", "iam-for-pods.amazonaws.com"];
const configurations = "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations";
/** The API server hears of a new webhook some tenths of a second later; longer than this nobody waits for it. */
const [probePatience, probePause] = [10_000, 25];

/** What EKS sets its webhook up with. */
function settingsOf(cloud: Cloud, { account, region, name }: ClusterKey): WebhookSettings {
  const row = cloud.store.table(clusters, account, region).get(name);
  const containerCredentials = { ...webhookDefaults.containerCredentials };
  if (row?.kubernetesNetworkConfig?.ipFamily === "ipv6")
    containerCredentials.fullUri = "http://[fd00:ec2::23]/v1/credentials";
  return { ...webhookDefaults, region, regionalSts: true, containerCredentials };
}

function configurationOf(client: { url: string; caBundle: string }): object {
  return {
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: "MutatingWebhookConfiguration",
    metadata: { name: configuration },
    webhooks: [
      {
        name: webhook,
        admissionReviewVersions: ["v1"],
        clientConfig: client,
        // A pod without credentials is better than no pod.
        failurePolicy: "Ignore",
        sideEffects: "None",
        reinvocationPolicy: "IfNeeded",
        timeoutSeconds: 10,
        objectSelector: { matchExpressions: [{ key: skipLabel, operator: "DoesNotExist" }] },
        rules: [{ apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["pods"], scope: "*" }],
      },
    ],
  };
}

async function annotationsOf(
  client: KubeClient,
  namespace: string,
  account: string,
): Promise<Record<string, string> | undefined> {
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/serviceaccounts/${encodeURIComponent(account)}`;
  const found = await client.find<KubeObject>(path);
  return found && (found.metadata.annotations ?? {});
}

/**
 * Puts the webhook in place and waits until the API server asks it, so that the first pod that anybody makes is mutated
 * like every other.
 *
 * @throws what the API server said last, when it doesn't come to that
 */
export async function servePodIdentity(options: PodIdentityOptions): Promise<void> {
  const { key, cloud, client, listener, signal } = options;
  const probe = `probe-${randomBytes(6).toString("hex")}`;
  let probed = false;

  const review = async (body: string): Promise<string> => {
    const read = readPodReview(body);
    if (read.kind === "bad") return notUnderstood(read.head, read.problem);
    if (read.kind === "other") return passed(read.head);
    const { namespace, serviceAccount, pod } = read.review;
    if (pod.metadata?.name === probe) {
      probed = true;
      return passed(read.review);
    }
    const associated = cloud.store
      .table(podIdentities, key.account, key.region)
      .by("cluster", key.name)
      .map((row) => accountKey(row.namespace, row.serviceAccount));
    const settings = settingsOf(cloud, key);
    const query = {
      namespace,
      serviceAccount,
      containerIdentities: new Set(associated),
      // Asked each time: a pod that is made right after its service account counts as well.
      annotations: await annotationsOf(client, namespace, serviceAccount),
    };
    const identity = decideIdentity(query, settings);
    if (!identity) return passed(read.review);
    return patched(read.review, mutatePod(pod, identity, settings, Math.random()));
  };

  const put = configurationOf(listener.serve(configuration, review));
  // Pods of kubelets need no service account, and nothing of a dry run is kept.
  const mirror = { "kubernetes.io/config.mirror": probe };
  const pod = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: probe, namespace: "kube-system", annotations: mirror },
    spec: { nodeName: probe, containers: [{ name: "probe", image: "probe" }] },
  };
  const deadline = Date.now() + probePatience;
  let problem: unknown = new Error("the API server doesn't ask the pod identity webhook");
  const ask = async (): Promise<void> => {
    await client.patch(`${configurations}/${configuration}?fieldManager=eks&force=true`, "apply", put);
    // The namespace may not be there yet, or the API server not know of the webhook.
    await client.create("/api/v1/namespaces/kube-system/pods?dryRun=All", pod);
  };
  while (!probed) {
    if (signal.aborted) return;
    if (Date.now() > deadline) throw problem;
    await ask().catch((error: unknown) => (problem = error));
    if (!probed) await sleep(probePause);
  }
}
