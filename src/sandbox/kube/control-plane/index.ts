// A real control plane: four programs, their files, their lives.
export type { OidcProvider } from "./arguments.ts";
export type { ControlPlane, ControlPlaneOptions, RunLog } from "./control-plane.ts";
export { startControlPlane } from "./control-plane.ts";
export { endLeftovers } from "./leftovers.ts";
export type { ClientFiles, ControlPlaneIdentity } from "./files.ts";
