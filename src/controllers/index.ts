// The programs that run in a cluster or beside it: a frame, and one folder per role.
export { controllerCodes } from "./errors.ts";
export type { RoleDefinition } from "./frame/role.ts";
export { roleNamed, roles } from "./roles.ts";
