// How large a Fargate pod is: the smallest of AWS's combinations that holds what it asks for and 256 MB for Kubernetes'
// own components (EKS user guide, "Understand Fargate Pod configuration details").
import { quantity } from "../../../base/index.ts";
import type { Container, Pod } from "../pods/pod.ts";

export interface FargateSize {
  vcpu: number;
  memoryGB: number;
}

/** vCPU, least and most memory, and the step between, GB. */
const combinations: readonly [vcpu: number, least: number, most: number, step: number][] = [
  [0.5, 1, 4, 1],
  [1, 2, 8, 1],
  [2, 4, 16, 1],
  [4, 8, 30, 1],
  [8, 16, 60, 4],
  [16, 32, 120, 8],
];

const sizes: readonly FargateSize[] = [
  ...[0.5, 1, 2].map((memoryGB) => ({ vcpu: 0.25, memoryGB })),
  ...combinations.flatMap(([vcpu, least, most, step]) =>
    Array.from({ length: Math.floor((most - least) / step) + 1 }, (_, i) => ({ vcpu, memoryGB: least + i * step })),
  ),
];

const gibibyte = 2 ** 30;
const ownMemory = 256 * 2 ** 20;

const asked = ({ resources }: Container, name: string): number =>
  quantity(resources?.requests?.[name] ?? resources?.limits?.[name]);

/** What all containers together ask for, or the largest init container. */
function request({ spec }: Pod, name: string): number {
  const { containers, initContainers = [] } = spec;
  const sidecars = initContainers.filter(({ restartPolicy }) => restartPolicy === "Always");
  const together = [...containers, ...sidecars].reduce((sum, each) => sum + asked(each, name), 0);
  return Math.max(together, ...initContainers.map((each) => asked(each, name)));
}

/** Undefined when nothing is large enough. */
export function fargateSize(pod: Pod): FargateSize | undefined {
  const [cpu, memory] = [request(pod, "cpu"), request(pod, "memory")];
  if (cpu === 0 && memory === 0) return sizes[0];
  const wanted = memory + ownMemory;
  return sizes.find(({ vcpu, memoryGB }) => vcpu >= cpu - 1e-9 && memoryGB * gibibyte >= wanted);
}

/** As in the annotation CapacityProvisioned: `0.25vCPU 0.5GB`. */
export const sizeText = ({ vcpu, memoryGB }: FargateSize): string => `${vcpu}vCPU ${memoryGB}GB`;
