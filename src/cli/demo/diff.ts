// The lines that differ between two versions of a small file.

export interface DiffLine {
  sign: "+" | "-" | " ";
  text: string;
}

/** Changed lines with one line of context around each, by the longest common subsequence. Quadratic; files here are short. */
export function diffLines(before: string, after: string): DiffLine[] {
  const [a, b] = [before.split("\n"), after.split("\n")];
  const common = Array.from({ length: a.length + 1 }, () => new Uint32Array(b.length + 1));
  const length = (i: number, j: number): number => common[i]?.[j] ?? 0;
  for (let i = a.length - 1; i >= 0; i -= 1) {
    for (let j = b.length - 1; j >= 0; j -= 1) {
      (common[i] as Uint32Array)[j] =
        a[i] === b[j] ? length(i + 1, j + 1) + 1 : Math.max(length(i + 1, j), length(i, j + 1));
    }
  }
  const all: DiffLine[] = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      all.push({ sign: " ", text: a[i] ?? "" });
      i += 1;
      j += 1;
    } else if (j >= b.length || (i < a.length && length(i + 1, j) >= length(i, j + 1))) {
      all.push({ sign: "-", text: a[i] ?? "" });
      i += 1;
    } else {
      all.push({ sign: "+", text: b[j] ?? "" });
      j += 1;
    }
  }
  const changed = (at: number): boolean => (all[at]?.sign ?? " ") !== " ";
  return all.filter((_, at) => changed(at - 1) || changed(at) || changed(at + 1));
}
