// The programs of a control plane: found, got, listed, removed.
export type { AssetOptions, AssetProgress, AssetSource, KubeAssets, Program } from "./assets.ts";
export { programs } from "./assets.ts";
export type { CachedAssets } from "./cache.ts";
export { trustEnvironment } from "./environment.ts";
export { findAssets, installAssets } from "./install.ts";
export { listAssets, removeAssets } from "./manage.ts";
export { builtMinors, defaultMinor } from "./versions.ts";
