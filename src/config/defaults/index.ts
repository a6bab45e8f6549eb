// From the document as written to the one every other room works with.
import type { ClusterConfig } from "../model/index.ts";
import { applyClusterDefaults } from "./cluster.ts";
import { applyNodeGroupDefaults } from "./node-groups.ts";

/** A defaulted copy of a document that has been read by the definitions. */
export function withDefaults(written: ClusterConfig): ClusterConfig {
  const config = structuredClone(written);
  applyClusterDefaults(config);
  applyNodeGroupDefaults(config);
  return config;
}
