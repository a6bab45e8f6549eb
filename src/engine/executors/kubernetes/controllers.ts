// Roles of lotse: what installs them, applied object by object, and taken down again.
import { fieldManager } from "../../../kube/index.ts";
import type { Step, Work } from "../../../plan/index.ts";
import { applyObject } from "../../apply-object.ts";
import type { Crew } from "../../crew.ts";

/** Applies what installs a role. */
export async function applyController(
  crew: Crew,
  step: Step,
  { objects }: Extract<Work, { do: "apply-controller" }>,
): Promise<void> {
  const [kube, { resourceOf }] = await Promise.all([crew.kube(), import("../../../controllers/index.ts")]);
  for (const object of objects) {
    crew.progress(step, `${object.kind} ${object.metadata.name}`);
    await applyObject(kube, resourceOf(object), object, {
      force: crew.forceConflicts,
      // What lotse wrote otherwise than by applying is its own as well.
      from: [fieldManager],
      say: (text) => crew.progress(step, text),
    });
  }
}

/** Deletes what installed a role, the last first: webhooks before what answers them. */
export async function deleteController(
  crew: Crew,
  step: Step,
  { objects }: Extract<Work, { do: "delete-controller" }>,
): Promise<void> {
  const [kube, { resourceOf }] = await Promise.all([crew.kube(), import("../../../controllers/index.ts")]);
  for (const object of objects) {
    const { name, namespace } = object.metadata;
    crew.progress(step, `${object.kind} ${name}`);
    await kube.delete(resourceOf(object), { name, ...(namespace === undefined ? {} : { namespace }) });
  }
}
