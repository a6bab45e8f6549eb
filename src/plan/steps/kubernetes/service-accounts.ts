// Service accounts with the role of their pods, the namespaces they live in, and those that go with their role.
import type { DesiredServiceAccount } from "../../../stacks/index.ts";
import type { FoundKubernetes } from "../../kubernetes-view.ts";
import type { Why } from "../../plan.ts";
import { why, type Draft, type Planning } from "../../planning.ts";
import { roleArn } from "../addons.ts";
import { insideDraft } from "./inside.ts";

/** The annotation that the pod identity webhook reads. */
export const roleAnnotation = "eks.amazonaws.com/role-arn";

/** eksctl's label on what it makes; only what has it is taken down. */
export const managedBy: readonly [string, string] = ["app.kubernetes.io/managed-by", "eksctl"];

/** Namespaces that every cluster is born with. */
const innate: ReadonlySet<string> = new Set(["default", "kube-system", "kube-public", "kube-node-lease"]);

const namespaceId = (name: string): string => `namespace/${name}`;
const line = (object: DesiredServiceAccount): readonly (string | number)[] => object.source[0] ?? [];

function isServiceAccount(object: { kind: string }): object is DesiredServiceAccount {
  return object.kind === "service-account";
}

/** The service accounts that the file asks for. */
export function wantedServiceAccounts(planning: Pick<Planning, "objects">): DesiredServiceAccount[] {
  return planning.objects.kubernetes.filter(isServiceAccount);
}

/** Namespaces of service accounts that aren't there. */
export function namespaces(planning: Planning, found: FoundKubernetes | undefined): Draft[] {
  const seen = new Set<string>(innate);
  return wantedServiceAccounts(planning).flatMap((object): Draft[] => {
    const { namespace } = object;
    if (seen.has(namespace) || found?.namespaces.has(namespace)) return [];
    seen.add(namespace);
    return [
      insideDraft({
        kind: "namespace",
        name: namespace,
        action: "create",
        why: [
          why(planning, "plan/missing", `service account ${object.name} needs namespace ${namespace}`, line(object)),
        ],
        provides: [namespaceId(namespace)],
        work: { do: "create-namespace", namespace },
      }),
    ];
  });
}

/** `label team: none → shop`, for everything that isn't as wanted; what else is there stays. */
function missingFrom(
  what: string,
  have: Readonly<Record<string, string>>,
  want: Readonly<Record<string, string | undefined>>,
): string[] {
  return Object.entries(want).flatMap(([key, value]) =>
    value !== undefined && have[key] === value
      ? []
      : [`${what} ${key}: ${have[key] ?? "none"} → ${value ?? "the role of its new stack"}`],
  );
}

function serviceAccount(
  planning: Planning,
  found: FoundKubernetes | undefined,
  object: DesiredServiceAccount,
): Draft | undefined {
  const existing = found?.serviceAccounts.get(object.name);
  const common = {
    kind: "service-account" as const,
    name: object.name,
    provides: [object.id],
    after: [...object.after, namespaceId(object.namespace)],
    work: { do: "apply-service-account" as const, object },
  };
  if (!existing) {
    const text = `service account ${object.name} doesn't exist`;
    return insideDraft({ ...common, action: "create", why: [why(planning, "plan/missing", text, line(object))] });
  }
  const annotations = {
    ...object.annotations,
    ...(object.role && { [roleAnnotation]: roleArn(planning, object.role) }),
  };
  const lines = [
    ...missingFrom("annotation", existing.annotations, annotations),
    ...missingFrom("label", existing.labels, object.labels),
  ];
  if (lines.length === 0) return undefined;
  return insideDraft({
    ...common,
    action: "update",
    // Pods that run keep the role they were started with.
    effect: "in place",
    why: lines.map((text): Why => why(planning, "plan/changed", text, line(object))),
  });
}

/** Steps for service accounts that aren't as the file says. */
export function serviceAccounts(planning: Planning, found: FoundKubernetes | undefined): Draft[] {
  return wantedServiceAccounts(planning).flatMap((object) => serviceAccount(planning, found, object) ?? []);
}

/** Service accounts whose role goes under --prune go with it, as eksctl does it. */
export function prunedServiceAccounts(
  planning: Planning,
  found: FoundKubernetes | undefined,
  drafts: readonly Draft[],
): Draft[] {
  const wanted = new Set(wantedServiceAccounts(planning).map(({ name }) => name));
  return drafts.flatMap((step): Draft[] => {
    const [label, value] = managedBy;
    const isOurs = found?.serviceAccounts.get(step.name)?.labels[label] === value;
    if (step.kind !== "iamserviceaccount" || step.action !== "delete" || !isOurs || wanted.has(step.name)) return [];
    const [namespace = "", name = ""] = step.name.split("/");
    return [
      insideDraft({
        kind: "service-account",
        name: step.name,
        action: "delete",
        effect: "interrupts",
        phase: "removal",
        why: [{ code: "plan/removed", text: `service account ${step.name} goes with its role` }],
        work: { do: "delete-service-account", namespace, serviceAccount: name },
      }),
    ];
  });
}
