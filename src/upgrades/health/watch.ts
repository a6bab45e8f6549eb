// Waiting between the steps of an upgrade until the cluster is well again, and stopping where it doesn't become so.
import { LotseError, sleep } from "../../base/index.ts";
import type { HealthSeen, HealthSign } from "./signs.ts";
import { signsOf } from "./signs.ts";

/** Seconds that nodes and workloads have after a step. EKS's own rolling update waits as long for a node to become Ready. */
export const defaultGrace = 600;

const [firstPause, longestPause] = [250, 10_000];
/** Workloads are counted a moment after pods have changed: one good look may be of the time before. */
const steady = 2;

/** How is looked. */
export interface HealthWatch {
  look(): Promise<HealthSeen>;
  /** Signs that were there before the upgrade began, and aren't its doing: those of {@link signsOf}, by subject. */
  known: readonly HealthSign[];
  /** Whether the inside of the cluster could be read at the beginning. */
  wasInside: boolean;
  /** Seconds. */
  grace: number;
  signal?: AbortSignal | undefined;
  /** Hears what is waited for. */
  waiting?(signs: readonly HealthSign[]): void;
}

/** Signs that are left when the time is over; none as soon as all is well. @throws the signal's reason */
export async function awaitHealth(watch: HealthWatch): Promise<HealthSign[]> {
  const known = new Set(watch.known.map(({ subject }) => subject));
  const deadline = Date.now() + watch.grace * 1000;
  let [well, told] = [0, ""];
  for (let pause = firstPause; ; pause = Math.min(pause * 1.5, longestPause)) {
    const signs = signsOf(await watch.look(), watch.wasInside).filter(({ subject }) => !known.has(subject));
    well = signs.length === 0 ? well + 1 : 0;
    if (well >= steady) return [];
    if (signs.length > 0 && Date.now() > deadline) return signs;
    const text = signs.map(({ subject, text: what }) => `${subject} ${what}`).join();
    if (signs.length > 0 && text !== told) watch.waiting?.(signs);
    told = text;
    await sleep(well > 0 ? firstPause : pause, watch.signal);
  }
}

/** At most so many are named; the rest is counted. */
const named = 5;

/** `addon/coredns: it is DEGRADED; node/ip-10-0-0-1: it isn't Ready`. */
export function signText(signs: readonly HealthSign[]): string {
  const first = signs.slice(0, named).map(({ subject, text }) => `${subject}: ${text}`);
  return [...first, ...(signs.length > named ? [`and ${signs.length - named} more`] : [])].join("; ");
}

/** The stop after a step. */
export function unhealthyAfter(step: string, signs: readonly HealthSign[]): LotseError {
  return new LotseError("upgrades/unhealthy", {
    title: `Not well after ${step}: ${signText(signs)}`,
    remedy: "Mend it and run the same command again, which goes on from there; or go back.",
    blame: "user",
    data: { after: step, signs },
  });
}
