// What pods that come and go cost in addresses: the CNI gives an address to nobody for 30 seconds after its pod has ended.
// A steady state by Little's law: as many wait as come in the time that each waits.
import { defaultCooldownSeconds } from "../pods/cni.ts";

/** Addresses that wait while so many pods a minute end. */
export function coolingAddresses(podsPerMinute: number, cooldownSeconds: number = defaultCooldownSeconds): number {
  return Math.ceil((Math.max(podsPerMinute, 0) * cooldownSeconds) / 60);
}

/** Pods a minute that may end and begin anew when so many addresses are spare. */
export function sustainedChurn(spareAddresses: number, cooldownSeconds: number = defaultCooldownSeconds): number {
  if (cooldownSeconds <= 0) return Number.POSITIVE_INFINITY;
  return Math.floor((Math.max(spareAddresses, 0) * 60) / cooldownSeconds);
}
