// Quantities as people write them, and of pods as the scheduler counts them.
import { it } from "vitest";
import { podRequest, quantityText } from "./quantity.ts";

it("a quantity is written as people write it", ({ expect }) => {
  expect([
    quantityText("cpu", 1.93),
    quantityText("cpu", 3),
    quantityText("memory", 2 ** 30 * 6.7),
    quantityText("pods", 29),
  ]).toEqual(["1930m", "3", "6.7Gi", "29"]);
});

it("the request of a pod is that of its containers with sidecars, or of its largest init container", ({ expect }) => {
  const asks = (cpu: string): { resources: { requests: Record<string, string> } } => ({
    resources: { requests: { cpu } },
  });
  const containers = [asks("100m"), asks("200m")];
  expect(podRequest({ spec: { containers } }, "cpu")).toBeCloseTo(0.3);
  const sidecar = { ...asks("50m"), restartPolicy: "Always" };
  expect(podRequest({ spec: { containers, initContainers: [sidecar, asks("100m")] } }, "cpu")).toBeCloseTo(0.35);
  expect(
    podRequest({ spec: { containers, initContainers: [asks("1")], overhead: { cpu: "10m" } } }, "cpu"),
  ).toBeCloseTo(1.01);
});
