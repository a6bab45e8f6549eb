// Every fault that a rehearsal can be given, by name.
import { LotseError } from "../../base/index.ts";
import type { Fault } from "./fault.ts";
import { insufficientCapacity, nodeLoss, throttling, zoneOutage } from "./losses.ts";
import { spotInterruption } from "./spot-interruption.ts";

/** In the order they are listed in. */
export const faults: readonly Fault[] = [zoneOutage, insufficientCapacity, nodeLoss, spotInterruption, throttling];

/** @throws LotseError `rehearse/unknown-fault` */
export function faultNamed(name: string): Fault {
  const found = faults.find((each) => each.name === name);
  if (found) return found;
  throw new LotseError("rehearse/unknown-fault", {
    title: `There is no fault ${JSON.stringify(name)}`,
    remedy: `Faults are ${faults.map((each) => each.name).join(", ")}.`,
  });
}
