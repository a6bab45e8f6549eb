// How nodes are drained; names and defaults are those of eksctl's flags.

/** How nodes are drained. */
export interface DrainOptions {
  /** Nodes at a time; eksctl takes 1 to 25. */
  parallel: number;
  /** Seconds between two tries to evict a pod whose budget forbids it. */
  podEvictionWait: number;
  /** Seconds that a pod has for ending itself, at most. */
  maxGrace: number;
  /** Seconds between two nodes. */
  nodeDrainWait: number;
  /** Deletes pods instead of evicting them: budgets aren't asked. */
  disableEviction: boolean;
  /** Seconds for a whole group. */
  timeout: number;
  /** Nodes go also when their pods can't. */
  force: boolean;
}

export const drainDefaults: DrainOptions = {
  parallel: 1,
  podEvictionWait: 10,
  maxGrace: 600,
  nodeDrainWait: 0,
  disableEviction: false,
  timeout: 1500,
  force: false,
};
