// When nothing more is to be expected on a cluster: a judgement that a busy machine only delays.
import { isLotseError } from "../base/index.ts";
import type { Kube } from "../kube/index.ts";

/** What somebody who waits has seen of the cluster in one turn. */
export interface Turn {
  /** Wall time of the last change of an object. */
  changedAt: number;
  /** Kubelets, drivers or add-ons are at work. */
  busy: boolean;
}

/** Measures how long a cluster has been still. */
export interface Stillness {
  /** Looks once more; returns for how long nothing has happened, in milliseconds of a machine that isn't busy. */
  after(turn: Turn): Promise<number>;
}

/** What an API server takes to answer on a machine that has nothing else to do, with much to spare; milliseconds. */
const usualAnswer = 15;
/** A turn that takes this much longer than the pause in it is the machine's doing. */
const usualTurn = 1.25;

/**
 * Begins to measure. Controllers and the scheduler don't say whether they have work left, but a machine on which they have
 * to wait for their turn lets others wait, too: each turn counts the less, the longer the API server and our own process
 * were kept waiting in it.
 *
 * @param pause wall milliseconds between two turns
 */
export function measureStillness(kube: Pick<Kube, "version">, pause: number): Stillness {
  let still = 0;
  let seen = 0;
  let before = performance.now();
  return {
    async after({ changedAt, busy }) {
      const now = performance.now();
      const turn = now - before;
      before = now;
      const changed = changedAt !== seen;
      if (changed) still = 0;
      seen = changedAt;
      // These turns don't count: whoever tries again and again is busy now and then, and changes nothing.
      if (changed || busy) return still;
      const reached = await kube.version().then(
        () => true,
        (error: unknown) => {
          // It restarts: that is no stillness.
          if (isLotseError(error) && error.code === "kube/unreachable") return false;
          throw error;
        },
      );
      const answer = performance.now() - now;
      // A turn begins when this answer was there: what it took isn't counted twice.
      before = performance.now();
      const slowness = Math.max(1, answer / usualAnswer, turn / (pause * usualTurn));
      still = reached ? still + pause / slowness : 0;
      return still;
    },
  };
}
