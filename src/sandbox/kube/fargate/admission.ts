// EKS's mutating webhook for Fargate: pods of a profile get the profile's scheduler.
import type { FargateProfileRow } from "../../aws/services/eks/state.ts";
import type { AdmissionListener } from "../admission/listener.ts";
import type { KubeClient } from "../client.ts";
import { KubeRefusal } from "../client.ts";
import { profileFor, profileLabel } from "./selectors.ts";

export interface FargateAdmissionOptions {
  client: KubeClient;
  listener: AdmissionListener;
  profiles(): readonly Readonly<FargateProfileRow>[];
}

export interface FargateAdmission {
  /** Puts the webhook in place while there are profiles, and away when there are none. */
  refresh(): Promise<void>;
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

/** Serves the webhook; {@link FargateAdmission.refresh} tells the API server of it. */
export function openFargateAdmission(options: FargateAdmissionOptions): FargateAdmission {
  const { client, listener } = options;
  const clientConfig = listener.serve("fargate", (body) =>
    JSON.stringify(mutatePod(JSON.parse(body) as Review, options.profiles())),
  );
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
              clientConfig,
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
  };
}
