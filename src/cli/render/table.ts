// Tables without borders, as wide as they need to be and no wider than the terminal.
import stringWidth from "string-width";

export interface Column<Row> {
  title: string;
  value(row: Row): string | number | undefined;
  /** Numbers are right-aligned by themselves. */
  align?: "left" | "right";
  /** May be cut with an ellipsis when the terminal is narrow. */
  shrink?: boolean;
  /** Is broken into lines when the terminal is narrow: what a person has to read whole. */
  wrap?: boolean;
}

const gap = "  ";
/** What a column is worth: a name's beginning, a few words. */
const narrowest = { shrink: 8, wrap: 24 };

const narrowestOf = ({ shrink, wrap }: Pick<Column<never>, "shrink" | "wrap">): number =>
  wrap ? narrowest.wrap : shrink ? narrowest.shrink : Infinity;

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

/** Breaks a text into lines of at most `width` columns, at spaces where it has them. */
export function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const piece of text.split(/(?<= )/)) {
    if (stringWidth((line + piece).trimEnd()) > width && line !== "") {
      lines.push(line.trimEnd());
      line = "";
    }
    line += piece;
    while (stringWidth(line.trimEnd()) > width) {
      const head = cut(line, width + 1).slice(0, -1);
      lines.push(head);
      line = line.slice(head.length);
    }
  }
  return line.trimEnd() === "" && lines.length > 0 ? lines : [...lines, line.trimEnd()];
}

type Texts = readonly (readonly string[])[];

/** Natural widths, and what all take together when every column that can gives way. */
function widthsOf<Row>(columns: readonly Column<Row>[], texts: Texts): { natural: number[]; least: number } {
  const natural = columns.map((_, i) => Math.max(...texts.map((line) => stringWidth(line[i] ?? ""))));
  const least = columns.map((column, i) => Math.min(natural[i] ?? 0, narrowestOf(column)));
  return { natural, least: least.reduce((sum, w) => sum + w, 0) + gap.length * (columns.length - 1) };
}

const textsOf = <Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string[][] => [
  columns.map((column) => column.title),
  ...rows.map((row) => columns.map((column) => String(column.value(row) ?? ""))),
];

/** True when a table of these rows can't be had in `width` columns. */
export function isTooWide<Row>(columns: readonly Column<Row>[], rows: readonly Row[], width: number): boolean {
  return widthsOf(columns, textsOf(columns, rows)).least > width;
}

/** `TITLE  value` lines of one row, for terminals on which the table doesn't fit. */
function recordLines(titles: readonly string[], row: readonly string[], width: number): string[] {
  const indent = Math.max(...titles.map((title) => stringWidth(title))) + gap.length;
  return titles.flatMap((title, column) =>
    wrapped(row[column] ?? "", Math.max(narrowest.shrink, width - indent)).map((line, part) =>
      `${pad(part === 0 ? title : "", indent, false)}${line}`.trimEnd(),
    ),
  );
}

/** Takes from the widest column that can give until all fit. */
function fitted<Row>(columns: readonly Column<Row>[], natural: readonly number[], width: number): number[] {
  const widths = [...natural];
  const total = (): number => widths.reduce((sum, w) => sum + w, 0) + gap.length * (columns.length - 1);
  for (let excess = total() - width; excess > 0; excess = total() - width) {
    const candidates = columns.map((column, i) => ((widths[i] ?? 0) > narrowestOf(column) ? (widths[i] ?? 0) : 0));
    const widest = Math.max(...candidates);
    if (widest === 0) break;
    const i = candidates.indexOf(widest);
    widths[i] = Math.max(narrowestOf(columns[i] as Column<Row>), widest - excess);
  }
  return widths;
}

/**
 * A table as blocks of lines: the header, then one block per row, of one line unless a column was broken. On a terminal that
 * is too narrow even for that the header is empty and each row a list.
 *
 * @param width columns of the terminal; columns that shrink or wrap give way, others never do
 */
export function tableBlocks<Row>(columns: readonly Column<Row>[], rows: readonly Row[], width: number): string[][] {
  const texts = textsOf(columns, rows);
  const { natural, least } = widthsOf(columns, texts);
  if (least > width && rows.length > 0) {
    const [titles = [], ...records] = texts;
    return [[], ...records.map((row, i) => [...(i > 0 ? [""] : []), ...recordLines(titles, row, width)])];
  }
  const widths = fitted(columns, natural, width);
  const isRight = (column: Column<Row>, row: Row | undefined): boolean =>
    column.align === "right" ||
    (column.align === undefined && row !== undefined && typeof column.value(row) === "number");
  return texts.map((line, number) => {
    const cells = columns.map((column, i) => {
      const [text, space] = [line[i] ?? "", widths[i] ?? 0];
      return column.wrap ? wrapped(text, space) : [cut(text, space)];
    });
    const height = Math.max(...cells.map((cell) => cell.length));
    return Array.from({ length: height }, (_, part) =>
      columns
        .map((column, i) => pad(cells[i]?.[part] ?? "", widths[i] ?? 0, isRight(column, rows[number - 1])))
        .join(gap)
        .trimEnd(),
    );
  });
}

/** The lines of {@link tableBlocks}, one after the other. */
export function tableLines<Row>(columns: readonly Column<Row>[], rows: readonly Row[], width: number): string[] {
  return tableBlocks(columns, rows, width).flat();
}
