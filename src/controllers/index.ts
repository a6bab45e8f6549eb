// The programs that run in a cluster or beside it: a frame, and one folder per role.
export { controllerCodes } from "./errors.ts";
export type { FlagDefinition } from "./frame/flags.ts";
export { flagsOf } from "./frame/frame-flags.ts";
export type { RoleDefinition } from "./frame/role.ts";
export { installedName } from "./frame/running-role.ts";
export type { RunningRoles, RunOptions } from "./frame/run.ts";
export { runRoles } from "./frame/run.ts";
export { iamPolicyOf, namespaceObjects, objectsOf } from "./manifests/objects.ts";
export type { ManifestOptions } from "./manifests/options.ts";
export { manifestOptions } from "./manifests/options.ts";
export { renderChart, renderYaml } from "./manifests/render.ts";
export { knownRoles, roleNamed, roles } from "./roles.ts";
