// Roles of lotse that the Platform document asks for: each is one step, which applies what differs.
import type { KubeObject } from "../../../kube/index.ts";
import type { ControllerWish } from "../../controllers.ts";
import type { FoundKubernetes } from "../../kubernetes-view.ts";
import type { Why } from "../../plan.ts";
import { draft, why, type Draft, type Planning } from "../../planning.ts";
import { insideDraft } from "./inside.ts";

/** `deployment lotse-system/lotse-login`, for people, and as the key of what was found. */
export function objectId({ kind, metadata }: Pick<KubeObject, "kind" | "metadata">): string {
  const { namespace, name } = metadata;
  return `${kind} ${namespace === undefined ? "" : `${namespace}/`}${name}`;
}

/** Whether everything that is wanted is there; what the API server and others have added doesn't matter. */
export function covers(found: unknown, wanted: unknown): boolean {
  if (Array.isArray(wanted)) {
    return Array.isArray(found) && found.length === wanted.length && wanted.every((each, i) => covers(found[i], each));
  }
  if (typeof wanted !== "object" || wanted === null) return found === wanted;
  if (typeof found !== "object" || found === null) return Object.keys(wanted).length === 0;
  return Object.entries(wanted).every(([key, each]) => covers((found as Record<string, unknown>)[key], each));
}

const path = ({ index }: ControllerWish): (string | number)[] => ["controllers", "roles", index];

function stepOf(planning: Planning, wish: ControllerWish, found: FoundKubernetes | undefined): Draft | undefined {
  const known = found?.controllers ?? new Map<string, KubeObject>();
  const missing = wish.objects.filter((object) => !known.has(objectId(object)));
  const different = wish.objects.filter((object) => {
    const there = known.get(objectId(object));
    return there !== undefined && !covers(there, object);
  });
  if (missing.length + different.length === 0) return undefined;
  const isNew = missing.length === wish.objects.length;
  const reasons: Why[] = isNew
    ? [why(planning, "plan/missing", `the role ${wish.name} isn't installed`, path(wish))]
    : [
        ...missing.map((object) => why(planning, "plan/missing", `there is no ${objectId(object)}`, path(wish))),
        ...different.map((object) =>
          why(planning, "plan/changed", `${objectId(object)} isn't as it should be`, path(wish)),
        ),
      ];
  return insideDraft({
    kind: "controller",
    name: wish.name,
    action: isNew ? "create" : "update",
    effect: isNew ? "none" : "rolling",
    why: reasons,
    duration: 30,
    after: [
      `eksctl-${planning.found.name}-cluster`,
      ...(wish.account === undefined ? [] : [`service-account/${wish.account}`]),
    ],
    work: { do: "apply-controller", objects: [...wish.objects] },
  });
}

/** Roles that were installed and are asked for no more. */
function leaving(planning: Planning, found: FoundKubernetes | undefined): Draft[] {
  const wanted = new Set(planning.controllers.map(({ name }) => name));
  return [...(found?.installedControllers ?? [])]
    .filter(([name]) => !wanted.has(name))
    .flatMap(([name, objects]): Draft[] => {
      if (!planning.prune) {
        const text = `The role ${name} is installed, and the file doesn't name it: it stays; --prune takes it down`;
        planning.notes.push({ code: "plan/not-in-file", text });
        return [];
      }
      return [
        insideDraft({
          kind: "controller",
          name,
          action: "delete",
          effect: "interrupts",
          phase: "removal",
          why: [{ code: "plan/removed", text: `the file doesn't name the role ${name} any more` }],
          work: { do: "delete-controller", objects: [...objects] },
        }),
      ];
    });
}

/** Steps for roles that aren't as the file says. */
export function controllers(planning: Planning, found: FoundKubernetes | undefined): Draft[] {
  const wanted = planning.controllers.flatMap((wish) => stepOf(planning, wish, found) ?? []);
  return [...wanted, ...leaving(planning, found)];
}

/** The same where the cluster isn't asked or doesn't answer: listed, not carried out. */
export function pendingControllers(planning: Planning): Draft[] {
  const unreachable = planning.kubernetes?.state === "unreachable" ? planning.kubernetes.reason : undefined;
  if (unreachable === undefined && planning.found.cluster) return [];
  return planning.controllers.map((wish) =>
    draft({
      kind: "controller",
      name: wish.name,
      action: "create",
      pending: true,
      phase: "beside",
      why: [
        why(
          planning,
          unreachable === undefined ? "plan/kubernetes-side" : "kube/unreachable",
          `role ${wish.name} of lotse${unreachable === undefined ? "" : `: ${unreachable}`}`,
          path(wish),
        ),
      ],
      duration: 0,
    }),
  );
}
