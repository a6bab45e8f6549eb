// EBS volumes of node groups.
import type { VolumeMapping } from "../model/index.ts";
import { defineRule, groupsOf, isSet } from "./rule.ts";
import type { Breach, Rule } from "./rule.ts";

type Ranges = Readonly<Record<string, readonly [number, number]>>;

/** eksctl's limits for the first volume; for further ones only AWS's count. */
const iopsRange: Ranges = {
  gp3: [3000, 16_000],
  io1: [100, 64_000],
  io2: [100, 256_000],
};

const awsIopsRange: Ranges = { ...iopsRange, gp3: [3000, 80_000] };

/** Figures that a kind of volume doesn't have: refused by eksctl on the first volume, left out on further ones. */
function* needlessFigures(
  volume: VolumeMapping,
  written: VolumeMapping,
  path: readonly (string | number)[],
  name: string,
): Generator<Breach> {
  const type = volume.volumeType ?? "gp3";
  if (written.volumeIOPS !== undefined && !iopsRange[type])
    yield {
      path: [...path, "volumeIOPS"],
      title: `${name}.volumeIOPS is only supported for io1, io2 and gp3 volume types, not ${type}`,
    };
  if (written.volumeThroughput !== undefined && type !== "gp3")
    yield {
      path: [...path, "volumeThroughput"],
      title: `${name}.volumeThroughput is only supported for gp3 volume type, not ${type}`,
    };
}

function* volumeBreaches(
  volume: VolumeMapping,
  written: VolumeMapping,
  path: readonly (string | number)[],
  name: string,
  ranges: Ranges,
): Generator<Breach> {
  const range = ranges[volume.volumeType ?? "gp3"];
  const iops = written.volumeIOPS;
  if (iops !== undefined && range && (iops < range[0] || iops > range[1]))
    yield {
      path: [...path, "volumeIOPS"],
      title: `value for ${name}.volumeIOPS must be within range ${range[0]}-${range[1]}, got ${iops}`,
      remedy: "Choose a value in that range",
    };
  if (written.volumeKmsKeyID && !written.volumeEncrypted)
    yield {
      path: [...path, "volumeKmsKeyID"],
      title: `${name}.volumeKmsKeyID can not be set without ${name}.volumeEncrypted enabled explicitly`,
      remedy: "Add volumeEncrypted: true",
    };
}

const volumes: Rule = defineRule({
  code: "config/volume",
  severity: "error",
  demands: "IOPS, throughput and encryption fit the kind of volume.",
  remedy: "Remove it, or use volumeType: gp3",
  *check(context) {
    for (const { group, written, kind, path } of groupsOf(context)) {
      yield* needlessFigures(group, written, path, `${kind}[${path[1]}]`);
      yield* volumeBreaches(group, written, path, `${kind}[${path[1]}]`, iopsRange);
      const devices = new Set([group.volumeName]);
      for (const [index, volume] of (group.additionalVolumes ?? []).entries()) {
        const at = [...path, "additionalVolumes", index];
        const name = `${kind}[${path[1]}].additionalVolumes[${index}]`;
        yield* volumeBreaches(volume, written.additionalVolumes?.[index] ?? {}, at, name, awsIopsRange);
        if (volume.volumeName && devices.has(volume.volumeName))
          yield {
            path: [...at, "volumeName"],
            title: `device ${volume.volumeName} of ${name} is taken already`,
            remedy: "Use another device name, such as /dev/xvdc",
          };
        devices.add(volume.volumeName);
      }
    }
  },
});

const needless: Rule = defineRule({
  code: "config/volume-figure-unused",
  severity: "warning",
  demands: "Further volumes carry figures that their kind of volume has.",
  remedy: "Remove it, or use volumeType: gp3",
  *check(context) {
    for (const { group, written, kind, path } of groupsOf(context))
      for (const [index, volume] of (group.additionalVolumes ?? []).entries()) {
        const name = `${kind}[${path[1]}].additionalVolumes[${index}]`;
        const at = [...path, "additionalVolumes", index];
        yield* needlessFigures(volume, written.additionalVolumes?.[index] ?? {}, at, name);
      }
  },
});

const volumeSmall: Rule = defineRule({
  code: "config/volume-size-eksctl",
  severity: "warning",
  demands: "A self-managed group that says something about its volume says the size too.",
  remedy: "Add volumeSize: 80",
  *check(context) {
    for (const { written, managed, path } of groupsOf(context))
      for (const key of ["volumeName", "volumeEncrypted", "volumeKmsKeyID"] as const)
        if (!managed && written.volumeSize === undefined && isSet(written[key]))
          yield {
            path: [...path, key],
            title: `lotse takes ${key} without volumeSize (80 GiB then), eksctl refuses it on nodeGroups: it cannot be set without volumeSize`,
          };
  },
});

export const nodeVolumeRules: readonly Rule[] = [volumes, needless, volumeSmall];
