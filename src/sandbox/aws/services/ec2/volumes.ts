// What volume types allow. https://docs.aws.amazon.com/ebs/latest/userguide/ebs-volume-types.html
import { AwsError } from "../../core/index.ts";
import { invalidValue } from "./errors.ts";

interface VolumeType {
  /** GiB. */
  sizes: readonly [least: number, most: number];
  iops?: readonly [least: number, most: number];
  iopsPerGiB?: number;
  throughput?: readonly [least: number, most: number];
}

const types: Readonly<Record<string, VolumeType>> = {
  gp2: { sizes: [1, 16384] },
  gp3: { sizes: [1, 65536], iops: [3000, 80000], iopsPerGiB: 500, throughput: [125, 2000] },
  io1: { sizes: [4, 16384], iops: [100, 64000], iopsPerGiB: 50 },
  io2: { sizes: [4, 65536], iops: [100, 256000], iopsPerGiB: 1000 },
  st1: { sizes: [125, 16384] },
  sc1: { sizes: [125, 16384] },
  standard: { sizes: [1, 1024] },
};

/** Size, type, IOPS and throughput of a volume with AWS's defaults, or AWS's refusal. */
export function volumeFacts(
  type: string,
  size: number,
  iops: number | undefined,
  throughput: number | undefined,
): { type: string; size: number; iops?: number; throughput?: number } {
  const rules = Object.hasOwn(types, type) ? types[type] : undefined;
  if (!rules) throw new AwsError("UnknownVolumeType", `Unsupported volume type '${type}' for volume creation.`);
  const [least, most] = rules.sizes;
  if (size < least || size > most)
    throw invalidValue(
      size,
      "size",
      `Volume of ${size}GiB is too ${size < least ? "small" : "large"} for volume type ${type}; ${size < least ? "minimum" : "maximum"} is ${size < least ? least : most}GiB.`,
    );
  if (iops !== undefined && !rules.iops)
    throw new AwsError("InvalidParameterCombination", `The parameter iops is not supported for ${type} volumes.`);
  if (throughput !== undefined && !rules.throughput)
    throw new AwsError("InvalidParameterCombination", `The parameter throughput is not supported for ${type} volumes.`);
  if (type === "gp2") return { type, size, iops: Math.min(16000, Math.max(100, size * 3)) };
  if (!rules.iops) return { type, size };
  if (iops === undefined && type !== "gp3")
    throw new AwsError("MissingParameter", `The parameter iops must be specified for ${type} volumes.`);
  const wanted = iops ?? rules.iops[0];
  if (wanted < rules.iops[0] || wanted > rules.iops[1])
    throw new AwsError(
      "InvalidParameterValue",
      `Volume iops of ${wanted} is too ${wanted < rules.iops[0] ? "low" : "high"}; ${wanted < rules.iops[0] ? "minimum" : "maximum"} is ${wanted < rules.iops[0] ? rules.iops[0] : rules.iops[1]}.`,
    );
  const ratio = rules.iopsPerGiB ?? Infinity;
  if (iops !== undefined && wanted > rules.iops[0] && wanted > size * ratio)
    throw new AwsError(
      "InvalidParameterCombination",
      `Iops to volume size ratio of ${(wanted / size).toFixed(6)} is too high; maximum is ${ratio}`,
    );
  if (!rules.throughput) return { type, size, iops: wanted };
  const rate = throughput ?? rules.throughput[0];
  if (rate < rules.throughput[0] || rate > rules.throughput[1])
    throw invalidValue(
      rate,
      "throughput",
      `Throughput must be between ${rules.throughput[0]} and ${rules.throughput[1]} MiB/s.`,
    );
  return { type, size, iops: wanted, throughput: rate };
}
