// Parts of a pod that several causes look at.
import type { ContainerStatus, KubeEvent, Pod } from "../scene/objects.ts";
import type { Scene } from "../scene/scene.ts";

export type { Pod } from "../scene/objects.ts";

/** A container with what its kubelet says of it. */
export interface Container {
  name: string;
  image: string | undefined;
  status: ContainerStatus | undefined;
}

/** Init containers first, as they start. */
export function containersOf({ spec, status }: Pod): Container[] {
  const statuses = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
  return [...(spec.initContainers ?? []), ...spec.containers].map(({ name, image }) => ({
    name,
    image,
    status: statuses.find((each) => each.name === name),
  }));
}

/** The newest warning with a reason about this very pod. */
export function podWarning(scene: Scene, { metadata }: Pod, reason: string): KubeEvent | undefined {
  const { namespace = "", name, uid } = metadata;
  return scene
    .warnings({ kind: "Pod", namespace, name })
    .find((event) => event.reason === reason && (event.involvedObject.uid ?? uid) === uid);
}
