// The Kubernetes side: listed beside the AWS steps that they go with, never carried out yet.
import type { DesiredKubernetesObject } from "../../stacks/index.ts";
import type { StepKind } from "../plan.ts";
import { draft, why, type Draft, type Planning } from "../planning.ts";

const kinds: Readonly<Record<DesiredKubernetesObject["kind"], { kind: StepKind; text: (object: never) => string }>> = {
  "service-account": {
    kind: "service-account",
    text: ({ namespace, serviceAccount }: { namespace: string; serviceAccount: string }) =>
      `service account ${namespace}/${serviceAccount} with its role's annotation`,
  },
  "aws-auth": {
    kind: "aws-auth",
    text: ({ name }: { name: string }) => `mapping of ${name} in the ConfigMap aws-auth`,
  },
  "device-plugin": { kind: "device-plugin", text: ({ name }: { name: string }) => `device plugin ${name}` },
  "coredns-on-fargate": { kind: "coredns-on-fargate", text: () => "CoreDNS moves onto Fargate" },
};

/**
 * Pending steps for what stands inside Kubernetes, as far as something it hangs on changes in this plan: what is there
 * already can't be seen from AWS.
 */
export function kubernetes(planning: Planning, drafts: readonly Draft[]): Draft[] {
  const made = drafts.filter(({ action }) => action === "create" || action === "replace");
  const provided = new Set(made.flatMap((step) => step.provides));
  const isNew = !planning.found.cluster;
  const objects = planning.objects.kubernetes
    .filter((object) => isNew || object.after.some((name) => provided.has(name)))
    .map((object): Draft => {
      const { kind, text } = kinds[object.kind];
      return draft({
        kind,
        name: object.name,
        action: "create",
        pending: true,
        phase: "beside",
        why: [why(planning, "plan/kubernetes-side", text(object as never), object.source[0])],
        duration: 0,
        after: [...object.after],
      });
    });
  const drains = drafts
    .filter(
      (step) =>
        step.kind === "nodegroup" &&
        ((step.action === "replace" && step.effect === "replaces") || step.action === "delete"),
    )
    .map((step) =>
      draft({
        kind: "drain",
        name: step.name,
        action: "update",
        effect: "interrupts",
        pending: true,
        phase: "beside",
        why: [
          {
            code: "plan/kubernetes-side",
            text: `pods on the nodes of ${step.name} move before they go; until lotse drains: kubectl drain -l alpha.eksctl.io/nodegroup-name=${step.name}`,
          },
        ],
        duration: 0,
      }),
    );
  return [...objects, ...drains];
}
