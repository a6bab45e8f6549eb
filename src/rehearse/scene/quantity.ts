// What pods ask for, and how people write it.
import { quantity } from "../../base/index.ts";

/** The number as people write it for that resource: `1930m`, `6.7Gi`. */
export function quantityText(resource: string, value: number): string {
  if (resource === "cpu") return Number.isInteger(value) ? String(value) : `${Math.round(value * 1000)}m`;
  if (!/memory|storage|hugepages/.test(resource)) return String(value);
  const [unit, size] = value >= 2 ** 30 ? (["Gi", 2 ** 30] as const) : (["Mi", 2 ** 20] as const);
  return `${Number((value / size).toFixed(1))}${unit}`;
}

/** What a pod asks for: its containers together, or its largest init container; sidecars count with both. */
export function podRequest(
  pod: {
    spec: {
      containers: readonly { resources?: { requests?: Record<string, string> } }[];
      initContainers?: readonly { restartPolicy?: string; resources?: { requests?: Record<string, string> } }[];
      overhead?: Record<string, string>;
    };
  },
  resource: string,
): number {
  const of = (container: { resources?: { requests?: Record<string, string> } }): number =>
    quantity(container.resources?.requests?.[resource]);
  let sidecars = 0;
  let largest = 0;
  for (const container of pod.spec.initContainers ?? []) {
    if (container.restartPolicy === "Always") sidecars += of(container);
    else largest = Math.max(largest, of(container) + sidecars);
  }
  const together = pod.spec.containers.reduce((sum, container) => sum + of(container), sidecars);
  return Math.max(together, largest) + quantity(pod.spec.overhead?.[resource]);
}
