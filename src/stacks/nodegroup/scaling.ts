// Sizes of a node group: what the file leaves out follows from what it says, as in eksctl.
import type { Group } from "./group.ts";

export interface Scaling {
  readonly min: number;
  readonly max: number;
  /** Self-managed groups may leave it to the Auto Scaling group. */
  readonly desired?: number;
}

/** eksctl's size when the file names none. */
const defaultSize = 2;

/** Minimum, maximum and desired size. A managed group always says what it desires, and its maximum is at least 1. */
export function scalingOf(group: Group): Scaling {
  const { desiredCapacity, minSize, maxSize } = group.spec;
  const min = minSize ?? desiredCapacity ?? defaultSize;
  const max = maxSize ?? desiredCapacity ?? min;
  if (group.managed) return { min, max: maxSize ?? Math.max(max, 1), desired: desiredCapacity ?? min };
  return { min, max, ...(desiredCapacity === undefined ? {} : { desired: desiredCapacity }) };
}
