// CoreDNS moves onto Fargate: the annotation on its pod template makes EKS's scheduler place its pods there.
import { waitFor } from "../../../aws/index.ts";
import { LotseError } from "../../../base/index.ts";
import { resources, type KubeObject } from "../../../kube/index.ts";
import type { Step, Work } from "../../../plan/index.ts";
import { applyObject } from "../../apply-object.ts";
import type { Crew } from "../../crew.ts";

interface Deployment extends KubeObject {
  spec: { replicas?: number };
  status?: { observedGeneration?: number; updatedReplicas?: number; availableReplicas?: number };
}

const key = { namespace: "kube-system", name: "coredns" };
/** Seconds; the add-on makes the Deployment within moments, and a Fargate pod takes a minute. */
const patience = { deployment: 300, rollout: 600 };

/** Sets the annotation, and waits until the pods run. */
export async function corednsToFargate(
  crew: Crew,
  step: Step,
  { annotations }: Extract<Work, { do: "coredns-to-fargate" }>,
): Promise<void> {
  const kube = await crew.kube();
  const find = async (): Promise<Deployment | undefined> => kube.find<Deployment>(resources.deployments, key);
  await waitFor(find, { what: "the Deployment coredns", timeout: patience.deployment, signal: crew.signal });
  const object: KubeObject & { spec: object } = {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: key,
    spec: { template: { metadata: { annotations: { ...annotations } } } },
  };
  await applyObject(kube, resources.deployments, object, {
    force: crew.forceConflicts,
    // EKS makes the add-on for instances; whoever has a Fargate profile for it wants it otherwise.
    from: ["eks"],
    say: (text) => crew.progress(step, text),
  });
  const deadline = Date.now() + patience.rollout * 1000;
  await waitFor(
    async () => {
      const { metadata, spec, status = {} } = await kube.get<Deployment>(resources.deployments, key);
      const want = spec.replicas ?? 1;
      const isSeen = (status.observedGeneration ?? 0) >= (metadata.generation ?? 0);
      if (isSeen && status.updatedReplicas === want && (status.availableReplicas ?? 0) >= want) return true;
      if (Date.now() < deadline) return undefined;
      throw new LotseError("engine/coredns-not-ready", {
        title: `CoreDNS doesn't come up on Fargate: ${status.availableReplicas ?? 0} of ${want} pods are available`,
        remedy: "See why: kubectl describe pods -n kube-system -l k8s-app=kube-dns",
        blame: "cluster",
      });
    },
    { what: "CoreDNS on Fargate", timeout: patience.rollout + 60, signal: crew.signal },
  );
}
