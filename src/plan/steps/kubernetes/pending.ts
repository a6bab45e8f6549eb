// The Kubernetes side where lotse can't or shouldn't go now: listed beside the AWS steps that it goes with, not carried out.
import type { DesiredKubernetesObject } from "../../../stacks/index.ts";
import type { StepKind } from "../../plan.ts";
import { draft, why, type Draft, type Planning } from "../../planning.ts";
import { losesNodes } from "./drains.ts";

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
 * Pending steps for what stands inside Kubernetes. Where the API server was asked and doesn't answer: all of it, for
 * nothing is known. Where it isn't asked: what hangs on something that this plan changes.
 */
export function pendingSteps(planning: Planning, drafts: readonly Draft[]): Draft[] {
  const view = planning.kubernetes;
  const reason = view?.state === "unreachable" ? view.reason : undefined;
  const code = reason === undefined ? "plan/kubernetes-side" : "kube/unreachable";
  const say = (text: string): string => (reason === undefined ? text : `${text}: ${reason}`);
  const made = drafts.filter(({ action }) => action === "create" || action === "replace");
  const provided = new Set(made.flatMap((step) => step.provides));
  const all = !planning.found.cluster || reason !== undefined;
  const objects = planning.objects.kubernetes
    .filter((object) => all || object.after.some((name) => provided.has(name)))
    .map((object): Draft => {
      const { kind, text } = kinds[object.kind];
      return draft({
        kind,
        name: object.name,
        action: "create",
        pending: true,
        phase: "beside",
        why: [why(planning, code, say(text(object as never)), object.source[0])],
        duration: 0,
        after: [...object.after],
      });
    });
  const drains = drafts.filter(losesNodes).map((step) =>
    draft({
      kind: "drain",
      name: step.name,
      action: "update",
      effect: "interrupts",
      pending: true,
      phase: "beside",
      why: [
        {
          code,
          text: say(
            `pods on the nodes of ${step.name} should move before they go: lotse drain nodegroup --cluster ${planning.found.name} --name ${step.name}`,
          ),
        },
      ],
      duration: 0,
    }),
  );
  return [...objects, ...drains];
}
