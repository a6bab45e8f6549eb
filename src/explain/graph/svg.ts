// Pictures as SVG: all of it in one file, without scripts and fonts from elsewhere.
import type { Layout, PlacedEdge, PlacedNode } from "./layout.ts";
import { layoutOf } from "./layout.ts";
import type { Graph, NodeKind } from "./model.ts";

const headings: Readonly<Record<NodeKind, string>> = {
  principal: "IAM",
  user: "User in Kubernetes",
  group: "Group",
  right: "What it may",
  workload: "Pods",
  account: "Service account",
  role: "Role of IAM",
};

const colours: Readonly<Record<NodeKind, string>> = {
  principal: "#b45309",
  user: "#1d4ed8",
  group: "#6d28d9",
  right: "#047857",
  workload: "#0e7490",
  account: "#1d4ed8",
  role: "#b45309",
};

const margin = { side: 32, top: 64, heading: 34, between: 72, bottom: 56 };

/** Text for XML. */
export function escaped(text: string): string {
  return (
    text
      .replaceAll("&", "&amp;")
      .replaceAll("<", "&lt;")
      .replaceAll(">", "&gt;")
      .replaceAll('"', "&quot;")
      // What XML forbids would make the whole file unreadable.
      .replaceAll(/[^\P{Cc}\t\n\r]|\p{Cs}|[\uFFFE\uFFFF]/gu, "\uFFFD")
  );
}

const style = `
.lotse text{font:13px ui-sans-serif,system-ui,-apple-system,"Segoe UI","Helvetica Neue",Arial,sans-serif;fill:#0f172a}
.lotse .title{font-size:18px;font-weight:600}
.lotse .heading{font-size:12px;font-weight:600;fill:#475569}
.lotse .detail{font-size:11.5px;fill:#64748b}
.lotse .box{fill:#fff;stroke:#cbd5e1}
.lotse .strong .box{fill:#fef2f2;stroke:#dc2626}
.lotse .broken .box{fill:#f8fafc;stroke:#94a3b8;stroke-dasharray:4 3}
.lotse .broken .label{fill:#64748b}
.lotse .edge{fill:none;stroke:#94a3b8;stroke-width:1.4}
.lotse .edge.broken{stroke:#dc2626;stroke-dasharray:5 4}
.lotse .edge.idle{stroke-dasharray:2 4}
.lotse .edge:hover{stroke:#1d4ed8;stroke-width:2.4}
.lotse .legend{font-size:11.5px;fill:#475569}
`.replaceAll("\n", "");

/** Whole tenths: more nobody sees. */
const rounded = (value: number): number => Math.round(value * 10) / 10;

function pathOf({ points: exact }: PlacedEdge): string {
  const points = exact.map(([x, y]) => [rounded(x), rounded(y)] as const);
  const [first, ...rest] = points;
  if (!first) return "";
  let [x, y] = first;
  const parts = [`M${x} ${y}`];
  for (const [nextX, nextY] of rest) {
    const half = (nextX - x) / 2;
    parts.push(y === nextY ? `H${nextX}` : `C${x + half} ${y} ${nextX - half} ${nextY} ${nextX} ${nextY}`);
    [x, y] = [nextX, nextY];
  }
  return parts.join("");
}

function edgeText(edge: PlacedEdge): string {
  const title = edge.label === undefined ? "" : `<title>${escaped(edge.label)}</title>`;
  const ends = `data-from="${escaped(edge.from)}" data-to="${escaped(edge.to)}"`;
  return `<path class="edge${edge.broken ? " broken" : edge.idle ? " idle" : ""}" ${ends} d="${pathOf(edge)}">${title}</path>`;
}

function nodeText({ id, kind, label, detail, mark, x, y: exact, width, height, lines }: PlacedNode): string {
  const y = rounded(exact);
  const [first = "", second] = lines;
  const title = `<title>${escaped(detail ? `${label}\n${detail}` : label)}</title>`;
  const texts = [
    `<text class="label" x="${x + 14}" y="${y + (second === undefined ? height / 2 + 4.5 : 19)}">${escaped(first)}</text>`,
    second === undefined ? "" : `<text class="detail" x="${x + 14}" y="${y + 36}">${escaped(second)}</text>`,
  ].join("");
  return `<g class="node${mark ? ` ${mark}` : ""}" data-id="${escaped(id)}">${title}<rect class="box" x="${x}" y="${y}" width="${width}" height="${height}" rx="6"/><rect x="${x}" y="${y}" width="5" height="${height}" rx="2.5" fill="${colours[kind]}"/>${texts}</g>`;
}

function partText(layout: Layout, top: number): string {
  const heads = layout.layers
    .map(({ kind, x }) => `<text class="heading" x="${x}" y="${margin.heading - 12}">${headings[kind]}</text>`)
    .join("");
  const edges = layout.edges.map(edgeText).join("\n");
  const nodes = layout.nodes.map(nodeText).join("\n");
  return `<g transform="translate(${margin.side} ${top})"><text class="title" x="0" y="0">${escaped(layout.title)}</text><g transform="translate(0 14)">${heads}<g transform="translate(0 ${margin.heading})">${edges}\n${nodes}</g></g></g>`;
}

const legend: readonly [mark: string, text: string][] = [
  ["strong", "may do everything"],
  ["broken", "is meant, and doesn't work"],
];

/** Pictures one under the other, as one SVG document. */
export function svgOf(graphs: readonly Graph[]): string {
  const layouts = graphs.map(layoutOf);
  const width = Math.max(640, ...layouts.map((layout) => layout.width)) + 2 * margin.side;
  let top = margin.top;
  const parts = layouts.map((layout) => {
    const text = partText(layout, top);
    top += Math.ceil(layout.height) + 14 + margin.heading + margin.between;
    return text;
  });
  const foot = rounded(top - margin.between + 34);
  const keys = legend
    .map(
      ([mark, text], i) =>
        `<g class="node ${mark}" transform="translate(${margin.side + i * 190} ${foot})"><rect class="box" width="22" height="14" rx="3"/><text class="legend" x="30" y="11.5">${text}</text></g>`,
    )
    .join("");
  const idle = `<path class="edge idle" d="M${margin.side + 400} ${foot + 7}h28"/><text class="legend" x="${margin.side + 438}" y="${foot + 11.5}">would work, and nobody uses it</text>`;
  const height = Math.ceil(foot + margin.bottom);
  return `<svg xmlns="http://www.w3.org/2000/svg" class="lotse" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img"><title>${escaped(layouts.map(({ title }) => title).join("; "))}</title><style>${style}</style><rect width="100%" height="100%" fill="#fff"/>${parts.join("\n")}${keys}${idle}</svg>\n`;
}
