// A cluster as the file it could have been written as: every default in its place.
import { Document, isScalar, visit } from "yaml";
import type { Cluster } from "../cluster.ts";
import type { ClusterConfig } from "../model/index.ts";
import { resolvePlain } from "../source/scalar.ts";

/** What a reader looks for first; everything else follows in the order it was written, then of the defaults. */
const first = ["apiVersion", "kind", "metadata", "name", "region", "version"];

/** The defaulted file as YAML. Loading it gives the same cluster. */
export function showConfig(cluster: Cluster): string {
  const documents: unknown[] = [inOrder(writable(cluster.config))];
  if (cluster.platform) documents.push(cluster.platform);
  return documents.map((document) => toYaml(document)).join("---\n");
}

/** YAML in which every text stays text for eksctl's reader: "on", "1.34" and "0o17" get quotes. */
export function toYaml(value: unknown): string {
  const document = new Document(value, { aliasDuplicateObjects: false });
  visit(document, {
    Scalar: (_, node) => {
      if (
        isScalar(node) &&
        typeof node.value === "string" &&
        (node.value === "<<" || resolvePlain(node.value, 0).kind !== "text")
      )
        node.type = "QUOTE_DOUBLE";
    },
  });
  return document.toString({ lineWidth: 0 });
}

/** Without the defaults that eksctl derives by itself and refuses to read. */
function writable(config: ClusterConfig): ClusterConfig {
  if (!config.privateCluster?.enabled || !config.vpc) return config;
  const { clusterEndpoints: _derived, ...vpc } = config.vpc;
  return { ...config, vpc };
}

function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => inOrder(item));
  if (typeof value !== "object" || value === null) return value;
  const rank = (key: string): number => (first.includes(key) ? first.indexOf(key) : first.length);
  const entries = Object.entries(value)
    .filter(([, item]) => item !== undefined)
    .map(([key, item], index) => ({ key, item, index }))
    .sort((a, b) => rank(a.key) - rank(b.key) || a.index - b.index);
  const out: Record<string, unknown> = {};
  for (const { key, item } of entries)
    Object.defineProperty(out, key, { value: inOrder(item), enumerable: true, writable: true, configurable: true });
  return out;
}
