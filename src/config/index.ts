// From an eksctl file to a typed, defaulted cluster, or to diagnostics with line and column.
export type * from "./model/index.ts";
export type { Cluster, ConfigPath, LoadResult, Platform } from "./cluster.ts";
