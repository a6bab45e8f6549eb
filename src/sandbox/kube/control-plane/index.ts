// A real control plane: four programs, their files, their lives.
export type { ControlPlane, ControlPlaneOptions } from "./control-plane.ts";
export { startControlPlane } from "./control-plane.ts";
export type { ClientFiles, ControlPlaneIdentity } from "./files.ts";
