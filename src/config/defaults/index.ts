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

/** Leaves out add-ons and profiles that are listed again: eksctl makes the first and finds it there when it comes to the second. */
export function withoutRepetitions(config: ClusterConfig): ClusterConfig {
  return {
    ...config,
    ...(config.addons ? { addons: firstOfEachName(config.addons) } : {}),
    ...(config.fargateProfiles ? { fargateProfiles: firstOfEachName(config.fargateProfiles) } : {}),
  };
}

function firstOfEachName<Item extends { name: string }>(items: readonly Item[]): Item[] {
  const first = new Map(items.map((item) => [item.name, item] as const).reverse());
  return items.filter((item) => first.get(item.name) === item);
}
