// The calendar as a picture: a bar for each version over the months, standard and extended support, and today. No scripts, no fonts.
import type { Calendar, CalendarRow } from "./model.ts";
import { daysBetween } from "./model.ts";

const layout = { width: 960, left: 92, right: 150, row: 34, top: 110, bottom: 40 } as const;
const style =
  '.lotse text{font:13px ui-sans-serif,system-ui,-apple-system,"Segoe UI","Helvetica Neue",Arial,sans-serif;fill:#0f172a}' +
  ".lotse .title{font-size:18px;font-weight:600}.lotse .detail{font-size:11.5px;fill:#64748b}" +
  ".lotse .bad{fill:#dc2626;font-weight:600}.lotse .tight{fill:#b45309;font-weight:600}.lotse .good{fill:#15803d;font-weight:600}";
const colours = { standard: "#16a34a", extended: "#f59e0b" } as const;

const words: Readonly<Record<CalendarRow["status"], readonly [string, string]>> = {
  STANDARD_SUPPORT: ["standard", "good"],
  EXTENDED_SUPPORT: ["extended", "tight"],
  UNSUPPORTED: ["out of support", "bad"],
  UNKNOWN: ["unknown", "detail"],
};

const shiftYears = (day: string, years: number): string => `${Number(day.slice(0, 4)) + years}${day.slice(4)}`;

/** The picture as SVG: versions that had support within the last year, and all newer ones. */
export function calendarSvg(calendar: Calendar): string {
  const { today, asOf } = calendar;
  const from = `${shiftYears(today, -1).slice(0, 4)}-01-01`;
  const rows = calendar.versions.filter(
    ({ endOfExtendedSupport }) => endOfExtendedSupport === undefined || endOfExtendedSupport > shiftYears(today, -1),
  );
  const ends = rows.flatMap(({ endOfExtendedSupport }) => endOfExtendedSupport ?? []);
  const until = `${Number([...ends, shiftYears(today, 1)].toSorted().at(-1)?.slice(0, 4)) + 1}-01-01`;
  const span = layout.width - layout.left - layout.right;
  const x = (day: string): number => {
    const share = daysBetween(from, day) / daysBetween(from, until);
    return layout.left + Math.min(Math.max(share, 0), 1) * span;
  };
  const height = layout.top + rows.length * layout.row + layout.bottom;
  const foot = height - layout.bottom;
  const years = Array.from({ length: Number(until.slice(0, 4)) - Number(from.slice(0, 4)) }, (_, i) =>
    String(Number(from.slice(0, 4)) + i),
  );
  const grid = years.map((year) => {
    const at = x(`${year}-01-01`).toFixed(1);
    return `<line x1="${at}" x2="${at}" y1="${layout.top - 14}" y2="${foot}" stroke="#e2e8f0"/><text class="detail" x="${at}" y="${layout.top - 18}">${year}</text>`;
  });
  const bar = (start: string, end: string, name: keyof typeof colours, version: string, y: number): string => {
    const [left, right] = [x(start), x(end)];
    return right <= left
      ? ""
      : `<rect x="${left.toFixed(1)}" y="${y}" width="${(right - left).toFixed(1)}" height="16" rx="2" fill="${colours[name]}"><title>${version}: ${name} support ${start} to ${end}</title></rect>`;
  };
  const lines = rows.map(({ version, released, endOfStandardSupport, endOfExtendedSupport, status }, i) => {
    const y = layout.top + i * layout.row;
    const [text, tone] = words[status];
    const known = released !== undefined && endOfStandardSupport !== undefined && endOfExtendedSupport !== undefined;
    const end = status === "STANDARD_SUPPORT" ? endOfStandardSupport : endOfExtendedSupport;
    return [
      `<text x="24" y="${y + 13}">${version}</text>`,
      known ? bar(released, endOfStandardSupport, "standard", version, y) : "",
      known ? bar(endOfStandardSupport, endOfExtendedSupport, "extended", version, y) : "",
      `<text class="${tone}" x="${layout.width - layout.right + 14}" y="${y + 7}">${text}</text>`,
      `<text class="detail" x="${layout.width - layout.right + 14}" y="${y + 21}">${end === undefined ? "dates unknown" : `${status === "UNSUPPORTED" ? "since" : "until"} ${end}`}</text>`,
    ].join("");
  });
  const now = x(today).toFixed(1);
  const source = calendar.source === "account" ? "told by EKS" : "lotse's table";
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" class="lotse" role="img" width="${layout.width}" height="${height}" viewBox="0 0 ${layout.width} ${height}">`,
    `<title>Kubernetes versions on EKS</title><style>${style}</style>`,
    `<rect width="${layout.width}" height="${height}" fill="#fff"/>`,
    `<text class="title" x="24" y="36">Kubernetes versions on EKS, ${today}</text>`,
    `<rect x="24" y="54" width="12" height="12" fill="${colours.standard}"/><text class="detail" x="41" y="64">standard support: $0.10 an hour</text>`,
    `<rect x="264" y="54" width="12" height="12" fill="${colours.extended}"/><text class="detail" x="281" y="64">extended support: $0.60 an hour; at its end EKS upgrades by itself</text>`,
    ...grid,
    ...lines,
    `<line x1="${now}" x2="${now}" y1="${layout.top - 14}" y2="${foot}" stroke="#dc2626" stroke-width="1.5" stroke-dasharray="4 3"/><text class="bad" x="${now}" y="${foot + 16}" text-anchor="middle">today</text>`,
    `<text class="detail" x="24" y="${height - 8}">As of ${asOf}, ${source}${calendar.mayMissVersions ? "; newer versions may be missing" : ""}</text>`,
    "</svg>\n",
  ].join("\n");
}
