// Which image EKS takes for a managed group on Amazon Linux 2023, and which accelerators its nodes bring.
import { instanceType } from "../../facts/index.ts";
import { instanceTypesOf } from "./group.ts";
import type { Group } from "./group.ts";

/** Accelerators for which AWS publishes node images of their own. */
export type Accelerator = "nvidia" | "neuron";

/** What kind of accelerator an instance type has that needs software of its own. */
export function acceleratorOf(type: string): Accelerator | undefined {
  const facts = instanceType(type);
  if (facts?.gpu?.manufacturer.toUpperCase() === "NVIDIA") return "nvidia";
  return /inferentia|trainium/i.test(facts?.accelerator?.name ?? "") ? "neuron" : undefined;
}

/** `amiType` of a managed group: by the first of its types with an accelerator, else by the first. */
export function amiTypeOf(group: Group): string {
  const types = instanceTypesOf(group);
  const type = types.find((name) => acceleratorOf(name) !== undefined) ?? types[0] ?? "";
  const accelerator = acceleratorOf(type);
  if (instanceType(type)?.arch === "arm64")
    return accelerator === "nvidia" ? "AL2023_ARM_64_NVIDIA" : "AL2023_ARM_64_STANDARD";
  return `AL2023_x86_64_${accelerator?.toUpperCase() ?? "STANDARD"}`;
}
