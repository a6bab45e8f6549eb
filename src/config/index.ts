// From an eksctl file to a typed, defaulted cluster, or to diagnostics with line and column.
export type * from "./model/index.ts";
export type { Cluster, ConfigPath, LoadResult, Platform } from "./cluster.ts";
export type { LoadOptions } from "./load.ts";
export { loadCluster } from "./load.ts";
export { formatPath, parsePath } from "./paths.ts";
export { unnamedNodeGroupName } from "./names.ts";
