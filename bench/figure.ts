// What a benchmark yields: medians of one run, beside a peer's, with the bound that the project promises.

export interface Figure {
  name: string;
  /** Median of ours. */
  ours: number;
  unit: string;
  /** The peer measured in the same run, if the promise is a ratio. */
  peer?: { name: string; value: number };
  /** The promise: on the ratio ours/peer where there is a peer, else on ours. */
  bound: { atMost?: number; atLeast?: number };
}

export interface Bench {
  name: string;
  run(): AsyncGenerator<Figure>;
}

/** Middle value; mean of the two middle ones for an even count. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2;
}

/** The number that the bound is about. */
export function judged(figure: Figure): number {
  return figure.peer ? figure.ours / figure.peer.value : figure.ours;
}

export function holds(figure: Figure): boolean {
  const value = judged(figure);
  const { atMost = Infinity, atLeast = -Infinity } = figure.bound;
  return value <= atMost && value >= atLeast;
}
