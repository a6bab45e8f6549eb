// Outputs that last as long as their row. Rows are replaced and never changed, so what is shown of a row alone stays the
// same object until the row does; the wire layer keeps the text of such objects and writes it once.

const known: WeakSet<object> = new WeakSet();

/** True for what a {@link lasting} renderer made: an object that never changes. */
export function isLasting(value: object): boolean {
  return known.has(value);
}

/**
 * The same text in one piece. Texts are put together lazily, and one that is part of many others would be put together
 * again with each of them; asking for a character does it now.
 */
export function inOnePiece(text: string): string {
  text.charCodeAt(0);
  return text;
}

function freeze(value: unknown): void {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return;
  // Bytes can't be frozen, and dates are changed by their methods whatever one does.
  if (ArrayBuffer.isView(value) || value instanceof Date) return;
  Object.freeze(value);
  for (const inner of Object.values(value)) freeze(inner);
}

/**
 * Lets `render` remember what it made of a row. Only for renderers that look at nothing but the row and its place.
 *
 * @param when of rows that also depend on something else for a while (on time, say): false
 * @example export const clusterOf = lasting((row: Readonly<ClusterRow>): Cluster => ({ name: row.name }));
 */
export function lasting<Row extends object, Rest extends readonly unknown[], Output extends object>(
  render: (row: Readonly<Row>, ...rest: Rest) => Output,
  when: (row: Readonly<Row>) => boolean = () => true,
): (row: Readonly<Row>, ...rest: Rest) => Output {
  const outputs = new WeakMap<Readonly<Row>, Output>();
  return (row, ...rest) => {
    const found = outputs.get(row);
    if (found) return found;
    const output = render(row, ...rest);
    if (!when(row)) return output;
    freeze(output);
    known.add(output);
    outputs.set(row, output);
    return output;
  };
}
