// Tables without borders, as wide as they need to be and no wider than the terminal.
import stringWidth from "string-width";

export interface Column<Row> {
  title: string;
  value(row: Row): string | number | undefined;
  /** Numbers are right-aligned by themselves. */
  align?: "left" | "right";
  /** May be cut with an ellipsis when the terminal is narrow. */
  shrink?: boolean;
}

const gap = "  ";
const narrowest = 8;

function pad(text: string, width: number, right: boolean): string {
  const space = " ".repeat(Math.max(0, width - stringWidth(text)));
  return right ? space + text : text + space;
}

function cut(text: string, width: number): string {
  if (stringWidth(text) <= width) return text;
  let result = "";
  for (const character of text) {
    if (stringWidth(result + character) > width - 1) break;
    result += character;
  }
  return `${result}…`;
}

/**
 * Lines of a table: a header, then one line per row.
 *
 * @param width columns of the terminal; shrinkable columns give way, others never do
 */
export function tableLines<Row>(columns: readonly Column<Row>[], rows: readonly Row[], width: number): string[] {
  const cells = rows.map((row) => columns.map((column) => column.value(row) ?? ""));
  const texts = [columns.map((column) => column.title), ...cells.map((line) => line.map(String))];
  const widths = columns.map((_, i) => Math.max(...texts.map((line) => stringWidth(line[i] ?? ""))));
  const total = (): number => widths.reduce((sum, w) => sum + w, 0) + gap.length * (columns.length - 1);
  for (let excess = total() - width; excess > 0; excess = total() - width) {
    const candidates = columns.map((column, i) =>
      column.shrink && (widths[i] ?? 0) > narrowest ? (widths[i] ?? 0) : 0,
    );
    const widest = Math.max(...candidates);
    if (widest === 0) break;
    widths[candidates.indexOf(widest)] = Math.max(narrowest, widest - excess);
  }
  return texts.map((line, row) =>
    line
      .map((text, i) => {
        const column = columns[i] as Column<Row>;
        const right =
          column.align === "right" || (column.align === undefined && row > 0 && isNumber(cells[row - 1]?.[i]));
        return pad(cut(text, widths[i] ?? 0), widths[i] ?? 0, right);
      })
      .join(gap)
      .trimEnd(),
  );
}

function isNumber(value: unknown): boolean {
  return typeof value === "number";
}
