// Instance types as the API shows them, and which of them fit a wish (attribute-based selection).
import type { InstanceRequirementsRequest, InstanceTypeInfo } from "@aws-sdk/client-ec2";
import type { InstanceTypeFacts } from "../../../../facts/index.ts";
import { invalidCombination, invalidValue } from "./errors.ts";
import { wildcard } from "../../query/index.ts";

/** Families of which DescribeInstanceTypes says that they aren't of the current generation (July 2026), or that are gone. */
const oldFamilies = /^(?:a1|c[1345]|c6gn|cc2|cr1|d2|f1|g[23]|hs1|i2|m[12345]|m6i|p2|r[345]|r6i|t1)$/;

/** Whether AWS lists the family among the previous generations. */
export function isOldGeneration(family: string): boolean {
  return oldFamilies.test(family);
}

/** Sizes with one core have one thread on Graviton and T2; others two. */
function threadsPerCore(facts: Readonly<InstanceTypeFacts>): number {
  return facts.arch === "arm64" || (facts.vcpu ?? 1) < 2 || /^[cmr][78]a$|^m[78]a/.test(facts.family) ? 1 : 2;
}

/** Cores and threads. */
export function cpuOf(facts: Readonly<InstanceTypeFacts> | undefined): { cores: number; threads: number } {
  const threads = facts ? threadsPerCore(facts) : 1;
  return { cores: Math.max(1, Math.floor((facts?.vcpu ?? 1) / threads)), threads };
}

/** An instance type as DescribeInstanceTypes gives it; what the facts don't say is AWS's usual value. */
export function instanceTypeItem(facts: Readonly<InstanceTypeFacts>, region: string): InstanceTypeInfo {
  const { cores, threads } = cpuOf(facts);
  const nitro = facts.hypervisor === "nitro" || facts.bareMetal;
  const { gpu, accelerator, networkMbps } = facts;
  const gigabits = (networkMbps ?? 0) / 1000;
  const performance =
    networkMbps === undefined ? "Moderate" : `${gigabits >= 1 ? "" : "Up to "}${Math.max(gigabits, 5)} Gigabit`;
  return {
    InstanceType: facts.name as NonNullable<InstanceTypeInfo["InstanceType"]>,
    CurrentGeneration: !isOldGeneration(facts.family),
    FreeTierEligible: facts.name === "t2.micro" || (facts.name === "t3.micro" && region !== "us-east-1"),
    SupportedUsageClasses: ["on-demand", "spot"],
    SupportedRootDeviceTypes: ["ebs"],
    SupportedVirtualizationTypes: ["hvm"],
    BareMetal: facts.bareMetal,
    ...(facts.hypervisor === "unknown" || facts.bareMetal ? {} : { Hypervisor: facts.hypervisor }),
    ProcessorInfo: {
      SupportedArchitectures: [facts.arch === "arm64" ? "arm64" : "x86_64"],
      Manufacturer: facts.arch === "arm64" ? "AWS" : /\da/.test(facts.family) ? "AMD" : "Intel",
    },
    VCpuInfo: {
      DefaultVCpus: facts.vcpu ?? 1,
      DefaultCores: cores,
      DefaultThreadsPerCore: threads,
      ...(facts.bareMetal ? {} : { ValidThreadsPerCore: threads === 2 ? [1, 2] : [1] }),
    },
    MemoryInfo: { SizeInMiB: facts.memoryMiB ?? 1024 },
    InstanceStorageSupported: facts.nvmeGB !== undefined,
    ...(facts.nvmeGB
      ? { InstanceStorageInfo: { TotalSizeInGB: facts.nvmeGB, NvmeSupport: nitro ? "required" : "unsupported" } }
      : {}),
    EbsInfo: {
      EbsOptimizedSupport: nitro ? "default" : "supported",
      EncryptionSupport: "supported",
      NvmeSupport: nitro ? "required" : "unsupported",
    },
    NetworkInfo: {
      NetworkPerformance: performance,
      MaximumNetworkInterfaces: facts.enis * facts.networkCards,
      MaximumNetworkCards: facts.networkCards,
      DefaultNetworkCardIndex: 0,
      NetworkCards: Array.from({ length: facts.networkCards }, (_, NetworkCardIndex) => ({
        NetworkCardIndex,
        NetworkPerformance: performance,
        MaximumNetworkInterfaces: facts.enis,
      })),
      Ipv4AddressesPerInterface: facts.ipv4PerEni,
      Ipv6AddressesPerInterface: facts.ipv4PerEni,
      Ipv6Supported: true,
      EnaSupport: nitro ? "required" : "supported",
      EfaSupported: facts.efa !== undefined,
      ...(facts.efa ? { EfaInfo: { MaximumEfaInterfaces: facts.efa } } : {}),
      EncryptionInTransitSupported: nitro,
    },
    ...(gpu
      ? {
          GpuInfo: {
            Gpus: [
              {
                // Some sources name neither chip nor maker.
                ...(gpu.name ? { Name: gpu.name.toUpperCase() } : {}),
                ...(gpu.manufacturer ? { Manufacturer: gpu.manufacturer.toUpperCase() } : {}),
                Count: gpu.count,
                MemoryInfo: { SizeInMiB: gpu.memoryMiB },
              },
            ],
            TotalGpuMemoryInMiB: gpu.count * gpu.memoryMiB,
          },
        }
      : {}),
    ...(accelerator
      ? {
          NeuronInfo: {
            NeuronDevices: [{ Name: accelerator.name, Count: accelerator.count }],
          },
        }
      : {}),
    PlacementGroupInfo: { SupportedStrategies: ["cluster", "partition", "spread"] },
    HibernationSupported: false,
    BurstablePerformanceSupported: /^t[2-9]/.test(facts.family),
    DedicatedHostsSupported: !/^t[12]/.test(facts.family),
    AutoRecoverySupported: !facts.bareMetal,
    SupportedBootModes: facts.arch === "arm64" ? ["uefi"] : nitro ? ["legacy-bios", "uefi"] : ["legacy-bios"],
  };
}

const within = (
  value: number | undefined,
  range: { Min?: number | undefined; Max?: number | undefined } | undefined,
): boolean => value !== undefined && value >= (range?.Min ?? 0) && value <= (range?.Max ?? Infinity);

function matchesPattern(name: string, patterns: readonly string[] | undefined): boolean {
  return (patterns ?? []).some((pattern) => wildcard(pattern.replaceAll(/[?\\]/g, (mark) => `\\${mark}`))(name));
}

/** Refuses wishes that contradict themselves. */
export function checkRequirements(wish: Partial<InstanceRequirementsRequest>): void {
  if (wish.AllowedInstanceTypes?.length && wish.ExcludedInstanceTypes?.length)
    throw invalidCombination(
      "AllowedInstanceTypes and ExcludedInstanceTypes may not be specified on the same request.",
    );
  for (const [name, { Min = 0, Max = Infinity } = {}] of [
    ["VCpuCount", wish.VCpuCount],
    ["MemoryMiB", wish.MemoryMiB],
  ] as const)
    if (Min > Max) throw invalidValue(`${Min}-${Max}`, name, "Min must not be greater than Max.");
}

/** Attribute-based selection, as far as the attributes are known here. */
export function matchesRequirements(
  facts: Readonly<InstanceTypeFacts>,
  wish: Partial<InstanceRequirementsRequest>,
): boolean {
  if (!within(facts.vcpu, wish.VCpuCount) || !within(facts.memoryMiB, wish.MemoryMiB)) return false;
  if (wish.AllowedInstanceTypes?.length && !matchesPattern(facts.name, wish.AllowedInstanceTypes)) return false;
  if (matchesPattern(facts.name, wish.ExcludedInstanceTypes)) return false;
  const generations = wish.InstanceGenerations;
  if (generations?.length && !generations.includes(isOldGeneration(facts.family) ? "previous" : "current"))
    return false;
  if ((wish.BareMetal ?? "excluded") === "excluded" && facts.bareMetal) return false;
  if (wish.BareMetal === "required" && !facts.bareMetal) return false;
  const burstable = /^t[2-9]/.test(facts.family);
  if ((wish.BurstablePerformance ?? "excluded") === "excluded" && burstable) return false;
  if (wish.BurstablePerformance === "required" && !burstable) return false;
  if (wish.LocalStorage === "excluded" && facts.nvmeGB) return false;
  if (wish.LocalStorage === "required" && !facts.nvmeGB) return false;
  const accelerators = facts.gpu?.count ?? facts.accelerator?.count ?? 0;
  if (wish.AcceleratorCount ? !within(accelerators, wish.AcceleratorCount) : accelerators > 0) return false;
  return !wish.MemoryGiBPerVCpu || within((facts.memoryMiB ?? 0) / 1024 / (facts.vcpu ?? 1), wish.MemoryGiBPerVCpu);
}
