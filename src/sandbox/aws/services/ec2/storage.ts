// How much storage all volumes of a region may have together. https://docs.aws.amazon.com/ebs/latest/userguide/ebs-resource-quotas.html
import type { Context } from "../../core/index.ts";
import { AwsError } from "../../core/index.ts";
import { quota } from "./quotas.ts";
import { volumes } from "./state.ts";

/** A volume that is to be made, or what one is to grow by: GiB. */
export interface WantedStorage {
  type: string;
  size: number;
}

const limited = ["gp2", "gp3"] as const;
const sumOf = (type: string, all: Iterable<WantedStorage>): number =>
  [...all].reduce((gib, each) => (each.type === type ? gib + each.size : gib), 0);

/** Takes room for volumes, or answers with the refusal of what would be more, with those there are, than the account may have. */
export type TakeStorage = (wanted: readonly WantedStorage[]) => AwsError | undefined;

/** For one request, however many instances it starts: volumes that were there before are counted once. */
export function storageRoom(ctx: Context): TakeStorage {
  const left = new Map<string, number>();
  return (wanted) => {
    const needs = limited.map((type) => [type, sumOf(type, wanted)] as const).filter(([, more]) => more > 0);
    for (const [type, more] of needs) {
      const most = quota(ctx, `${type}StorageTiB`) * 1024;
      const room = left.get(type) ?? most - sumOf(type, ctx.table(volumes).values());
      left.set(type, room);
      if (more > room)
        return new AwsError(
          "VolumeLimitExceeded",
          `You have exceeded your maximum ${type} storage limit of ${most} GiB in this region. Please contact AWS Support to request an Elastic Block Store service limit increase.`,
        );
    }
    for (const [type, more] of needs) left.set(type, (left.get(type) ?? 0) - more);
    return undefined;
  };
}

/** @throws AwsError `VolumeLimitExceeded` */
export function checkStorage(ctx: Context, type: string, size: number): void {
  const refusal = storageRoom(ctx)([{ type, size }]);
  if (refusal) throw refusal;
}
