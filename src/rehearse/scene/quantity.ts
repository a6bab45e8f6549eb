// Kubernetes' quantities as numbers: `1500m`, `2`, `512Mi`, `1e3`.

const factors: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  "": 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

/** Cores, bytes or pieces; NaN for what is no quantity. */
export function quantity(text: string | number | undefined): number {
  if (text === undefined) return 0;
  const match = /^([+-]?[\d.]+(?:[eE][+-]?\d+)?)(n|u|m|k|[MGTPE]i?|Ki)?$/.exec(String(text));
  return match ? Number(match[1]) * (factors[match[2] ?? ""] ?? Number.NaN) : Number.NaN;
}

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
