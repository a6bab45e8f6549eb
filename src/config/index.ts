// From an eksctl file to a typed, defaulted cluster, or to diagnostics with line and column.
export type * from "./model/index.ts";
export type {
  Cluster,
  ConfigPath,
  LoadResult,
  Platform,
  PlatformControllers,
  PlatformDoctor,
  PlatformExclusion,
  PlatformRole,
  PlatformStorage,
} from "./cluster.ts";
export { platformRoles } from "./platform.ts";
export type { LoadOptions } from "./load.ts";
export { loadCluster } from "./load.ts";
export type { FilePatch, PatchValue } from "./patch.ts";
export { patchClusterFile } from "./patch.ts";
export { formatPath, parsePath } from "./paths.ts";
export { isWindows } from "./schema/ami-families.ts";
export { unnamedNodeGroupName } from "./names.ts";
export { defaultKubernetesVersion } from "./defaults/versions.ts";
export type { JsonSchema } from "./docs/json-schema.ts";
export { jsonSchema } from "./docs/json-schema.ts";
export type { FieldExplanation } from "./docs/explain.ts";
export { allPaths, explainField } from "./docs/explain.ts";
export { showConfig } from "./docs/show.ts";
export type { InitOptions } from "./docs/init.ts";
export { renderInitFile } from "./docs/init.ts";
export type { CodeDescription } from "./errors.ts";
export { configCodes } from "./errors.ts";
export { configReference } from "./docs/reference.ts";
