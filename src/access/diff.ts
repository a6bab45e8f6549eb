// Which lines of a text change, for people to confirm.

/** Lines in both, by the longest common subsequence; texts here have a few hundred lines at most. */
function common(left: readonly string[], right: readonly string[]): number[][] {
  const table = Array.from({ length: left.length + 1 }, () => Array.from({ length: right.length + 1 }, () => 0));
  const at = (i: number, j: number): number => table[i]?.[j] ?? 0;
  for (let i = left.length - 1; i >= 0; i -= 1)
    for (let j = right.length - 1; j >= 0; j -= 1)
      (table[i] as number[])[j] = left[i] === right[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
  return table;
}

const linesOf = (text: string): string[] => (text === "" ? [] : text.replace(/\n$/, "").split("\n"));

function wholeDiff(before: string, after: string): string[] {
  const [left, right] = [linesOf(before), linesOf(after)];
  const table = common(left, right);
  const result: string[] = [];
  let [i, j] = [0, 0];
  while (i < left.length || j < right.length) {
    if (i < left.length && left[i] === right[j]) {
      result.push(`  ${left[i]}`);
      i += 1;
      j += 1;
    } else if (i < left.length && (j >= right.length || (table[i + 1]?.[j] ?? 0) >= (table[i]?.[j + 1] ?? 0))) {
      result.push(`- ${left[i]}`);
      i += 1;
    } else {
      result.push(`+ ${right[j]}`);
      j += 1;
    }
  }
  return result;
}

const context = 2;

/** Lines with `+`, `-` or two spaces before them; what is far from any change is left out as `…`. Empty when nothing changes. */
export function lineDiff(before: string, after: string): string[] {
  const all = wholeDiff(before, after);
  const near = all.map((_, i) =>
    all.slice(Math.max(0, i - context), i + context + 1).some((line) => !line.startsWith("  ")),
  );
  if (!near.includes(true)) return [];
  return all.flatMap((line, i) => (near[i] ? [line] : i === 0 || near[i - 1] ? ["  …"] : []));
}
