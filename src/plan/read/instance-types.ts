// Instance types that are newer than the table, as EC2 describes them.
import type { InstanceTypeInfo } from "@aws-sdk/client-ec2";
import type { Aws } from "../../aws/index.ts";
import { isGone } from "../../aws/index.ts";
import type { InstanceTypeFacts } from "../../facts/index.ts";
import { instanceType } from "../../facts/index.ts";

/**
 * What EC2 says of a type, as facts. Interfaces are those of the default network card: the sum over all cards, which
 * MaximumNetworkInterfaces is, would promise pods that no node takes.
 */
export function factsOfType(info: InstanceTypeInfo): InstanceTypeFacts | undefined {
  const name = info.InstanceType;
  const network = info.NetworkInfo;
  const card = network?.NetworkCards?.find(
    ({ NetworkCardIndex }) => NetworkCardIndex === (network.DefaultNetworkCardIndex ?? 0),
  );
  const enis = card?.MaximumNetworkInterfaces ?? network?.MaximumNetworkInterfaces;
  const ipv4PerEni = network?.Ipv4AddressesPerInterface;
  if (name === undefined || enis === undefined || ipv4PerEni === undefined) return undefined;
  const [family = "", size = ""] = name.split(".");
  const architectures = info.ProcessorInfo?.SupportedArchitectures ?? [];
  const arch = architectures.includes("arm64") ? "arm64" : architectures.includes("x86_64") ? "amd64" : undefined;
  const vcpu = info.VCpuInfo?.DefaultVCpus;
  const memoryMiB = info.MemoryInfo?.SizeInMiB;
  return {
    name,
    family,
    size,
    enis,
    ipv4PerEni,
    hypervisor: info.Hypervisor ?? "unknown",
    bareMetal: info.BareMetal ?? false,
    // No API says which types may be trunks.
    trunking: false,
    networkCards: network?.MaximumNetworkCards ?? 1,
    ...(arch === undefined ? {} : { arch }),
    ...(vcpu === undefined ? {} : { vcpu }),
    ...(memoryMiB === undefined ? {} : { memoryMiB: Number(memoryMiB) }),
  };
}

const perCall = 100;

/**
 * Facts of types by name: the table's, and EC2's for what it doesn't know. Names that EC2 doesn't know either are absent.
 */
export async function readInstanceTypes(
  aws: Aws,
  names: readonly string[],
): Promise<Map<string, Readonly<InstanceTypeFacts>>> {
  const known = new Map(names.flatMap((name) => [[name, instanceType(name)] as const]));
  const unknown = [...known].flatMap(([name, facts]) => (facts ? [] : [name]));
  const found: InstanceTypeInfo[] = [];
  for (let from = 0; from < unknown.length; from += perCall) {
    // By filter: an unknown name among InstanceTypes would fail the whole call.
    const Filters = [{ Name: "instance-type", Values: unknown.slice(from, from + perCall) }];
    try {
      const { InstanceTypes } = await aws.call("ec2", "DescribeInstanceTypes", { Filters });
      found.push(...(InstanceTypes ?? []));
    } catch (error) {
      if (!isGone(error)) throw error;
    }
  }
  const facts = found.flatMap((info) => factsOfType(info) ?? []);
  return new Map(
    [...known, ...facts.map((type) => [type.name, type] as const)].flatMap(([name, type]) =>
      type ? [[name, type] as const] : [],
    ),
  );
}
