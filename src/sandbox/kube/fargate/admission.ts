// EKS's mutating webhook for Fargate: pods of a profile get the profile's scheduler. HTTPS on 127.0.0.1 with a
// certificate of the cluster's authority, under a path that nobody can guess.
import { randomBytes } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { createServer } from "node:https";
import type { FargateProfileRow } from "../../aws/services/eks/state.ts";
import type { KubeClient } from "../client.ts";
import { KubeRefusal } from "../client.ts";
import { profileFor, profileLabel } from "./selectors.ts";

export interface FargateAdmissionOptions {
  client: KubeClient;
  certificate: { certificate: string; key: string };
  /** PEM of whoever signed it. */
  authority: string;
  profiles(): readonly Readonly<FargateProfileRow>[];
}

export interface FargateAdmission {
  /** Puts the webhook in place while there are profiles, and away when there are none. */
  refresh(): Promise<void>;
  close(): void;
}

interface Review {
  request?: {
    uid: string;
    namespace?: string;
    object?: {
      metadata?: {
        labels?: Record<string, string>;
        annotations?: Record<string, string>;
        ownerReferences?: { kind: string }[];
      };
      spec?: { schedulerName?: string };
    };
  };
}

export const fargateScheduler = "fargate-scheduler";
const name = "0500-amazon-eks-fargate-mutation.amazonaws.com";
const configurations = "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations";
const bodyLimit = 8 * 1024 * 1024;

/** The answer to a review, and what it changes in the pod. */
export function mutatePod(review: Review, profiles: readonly Readonly<FargateProfileRow>[]): object {
  const { uid = "", namespace = "", object } = review.request ?? {};
  const { labels = {}, annotations = {}, ownerReferences = [] } = object?.metadata ?? {};
  const owners = ownerReferences.map(({ kind }) => kind);
  const profile = profileFor(profiles, { namespace, labels, annotations, owners });
  const response = (more: object): object => ({
    apiVersion: "admission.k8s.io/v1",
    kind: "AdmissionReview",
    response: { uid, allowed: true, ...more },
  });
  // Pods that name a scheduler of their own are let be.
  const { schedulerName = "default-scheduler" } = object?.spec ?? {};
  if (profile === undefined || schedulerName !== "default-scheduler") return response({});
  const patch = [
    { op: "add", path: "/metadata/labels", value: { ...labels, [profileLabel]: profile } },
    { op: "add", path: "/spec/schedulerName", value: fargateScheduler },
  ];
  return response({ patchType: "JSONPatch", patch: Buffer.from(JSON.stringify(patch)).toString("base64") });
}

async function bodyOf(message: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of message) {
    size += (chunk as Buffer).length;
    if (size > bodyLimit) throw new RangeError("the review is too large");
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString("utf8");
}

/** Opens the listener. It doesn't keep the process alive. */
export async function openFargateAdmission(options: FargateAdmissionOptions): Promise<FargateAdmission> {
  const { client, certificate } = options;
  const path = `/${randomBytes(18).toString("base64url")}/mutate`;
  const server = createServer({ cert: certificate.certificate, key: certificate.key }, (request, response) => {
    const answer = async (): Promise<string> => {
      if (request.url?.replace(/\?.*$/, "") !== path) throw new RangeError("not found");
      return JSON.stringify(mutatePod(JSON.parse(await bodyOf(request)) as Review, options.profiles()));
    };
    answer().then(
      (text) => response.writeHead(200, { "content-type": "application/json" }).end(text),
      // Whoever asks like this isn't the API server.
      () => response.writeHead(400).end(),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  server.unref();
  const { port } = server.address() as { port: number };
  // An earlier process may have left it.
  let inPlace: boolean | undefined;
  return {
    async refresh() {
      const wanted = options.profiles().some(({ status }) => status === "ACTIVE");
      if (wanted && !inPlace) {
        await client.patch(`${configurations}/${name}?fieldManager=eks&force=true`, "apply", {
          apiVersion: "admissionregistration.k8s.io/v1",
          kind: "MutatingWebhookConfiguration",
          metadata: { name },
          webhooks: [
            {
              name,
              admissionReviewVersions: ["v1"],
              clientConfig: {
                url: `https://127.0.0.1:${port}${path}`,
                caBundle: Buffer.from(options.authority).toString("base64"),
              },
              failurePolicy: "Ignore",
              sideEffects: "None",
              timeoutSeconds: 10,
              rules: [
                { apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["pods"], scope: "*" },
              ],
            },
          ],
        });
        inPlace = true;
      }
      if (wanted || inPlace === false) return;
      try {
        await client.delete(`${configurations}/${name}`);
      } catch (error) {
        if (!(error instanceof KubeRefusal) || error.status !== 404) throw error;
      }
      inPlace = false;
    },
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
