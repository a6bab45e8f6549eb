// What a check's worlds are: in some it fires, in others it stays silent; for each source that it looks at, one of both.
import type { World } from "../../src/doctor/index.ts";
import { cluster, manifests } from "../../src/doctor/testing.ts";

/** A world without its day. */
export type Half = Omit<World, "today">;

/** Worlds of one check. */
export interface Worlds {
  fires: readonly Half[];
  silent: readonly Half[];
}

/** The same objects in a living cluster and in manifests. */
export const anywhere = (...objects: readonly object[]): readonly Half[] => [live(...objects), manifests(...objects)];

/** A living cluster of Kubernetes 1.35. */
export const live = (...objects: readonly object[]): Half => cluster("1.35", ...objects);
