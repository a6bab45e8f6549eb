// A capacity plan as a picture: a bar for each subnet, as long as it is full. One file without scripts and fonts.
import type { CapacityPlan, PlannedSubnet } from "../plan/model.ts";

const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");

/** Parts of a bar in their order; texts are those of the legend. */
export const barParts: readonly {
  key: "nodes" | "surge" | "controlPlane" | "loadBalancers" | "other" | "churn";
  text: string;
  colour: string;
  of(subnet: PlannedSubnet): number;
}[] = [
  {
    key: "nodes",
    text: "nodes and pods",
    colour: "#2563eb",
    of: ({ needs }) => Math.max(needs.maximum, needs.rest),
  },
  {
    key: "surge",
    text: "rolling upgrade",
    colour: "#93c5fd",
    of: ({ needs }) => Math.max(needs.rollingUpgrade - Math.max(needs.maximum, needs.rest), 0),
  },
  { key: "controlPlane", text: "control plane", colour: "#7c3aed", of: ({ needs }) => needs.controlPlane },
  { key: "loadBalancers", text: "load balancers", colour: "#0d9488", of: ({ needs }) => needs.loadBalancers },
  {
    key: "other",
    text: "NAT, endpoints, others",
    colour: "#64748b",
    of: ({ needs }) => needs.nat + needs.endpoints + needs.others,
  },
  { key: "churn", text: "resting addresses", colour: "#d97706", of: ({ needs }) => needs.churn },
];

const layout = { width: 960, left: 250, bar: 480, row: 46, top: 104, bottom: 40 } as const;
const style =
  '.lotse text{font:13px ui-sans-serif,system-ui,-apple-system,"Segoe UI","Helvetica Neue",Arial,sans-serif;fill:#0f172a}' +
  ".lotse .title{font-size:18px;font-weight:600}.lotse .detail{font-size:11.5px;fill:#64748b}" +
  ".lotse .room{fill:#f1f5f9;stroke:#cbd5e1}.lotse .bad{fill:#dc2626;font-weight:600}.lotse .tight{fill:#b45309;font-weight:600}";

const words: Readonly<Record<PlannedSubnet["verdict"], string>> = {
  fits: "fits",
  tight: "tight",
  "too small": "too small",
  unknown: "size unknown",
};

function row(subnet: PlannedSubnet, y: number): string {
  const { needs, usable, verdict, smallestPrefix } = subnet;
  // The scale is the subnet's own; one that is too small is drawn beyond its end.
  const scale = layout.bar / Math.max(usable ?? needs.total, needs.total, 1);
  let x = layout.left;
  const parts = barParts.flatMap(({ colour, text, of }) => {
    const [count, from] = [of(subnet), x];
    x += count * scale;
    if (count === 0) return [];
    const width = Math.max(count * scale, 1).toFixed(1);
    return [
      `<rect x="${from.toFixed(1)}" y="${y}" width="${width}" height="18" fill="${colour}"><title>${escaped(`${text}: ${count}`)}</title></rect>`,
    ];
  });
  const room = ((usable ?? needs.total) * scale).toFixed(1);
  const end = layout.left + (usable ?? needs.total) * scale;
  const tone = verdict === "too small" ? "bad" : verdict === "tight" ? "tight" : "detail";
  const least = smallestPrefix === null ? "no size is enough" : `/${smallestPrefix} is enough`;
  const limit =
    verdict === "too small"
      ? `<line x1="${end.toFixed(1)}" x2="${end.toFixed(1)}" y1="${y - 4}" y2="${y + 22}" stroke="#dc2626" stroke-width="2"/>`
      : "";
  return [
    `<text x="24" y="${y + 9}">${escaped(subnet.name)}</text>`,
    `<text class="detail" x="24" y="${y + 24}">${escaped(subnet.cidr ?? "no block")}</text>`,
    `<rect class="room" x="${layout.left}" y="${y}" width="${room}" height="18"/>`,
    ...parts,
    limit,
    `<text x="${layout.left + layout.bar + 16}" y="${y + 9}">${needs.total} of ${usable ?? "?"}</text>`,
    `<text class="${tone}" x="${layout.left + layout.bar + 16}" y="${y + 24}">${words[verdict]}; ${least}</text>`,
  ].join("");
}

/** The picture as SVG. */
export function capacitySvg(plan: CapacityPlan): string {
  const height = layout.top + plan.subnets.length * layout.row + layout.bottom;
  let next = 24;
  const legend = barParts.map(({ text, colour }) => {
    const x = next;
    // Fonts differ from machine to machine: seven units a letter is enough for all of them.
    next += 34 + text.length * 7;
    return `<rect x="${x}" y="58" width="12" height="12" fill="${colour}"/><text class="detail" x="${x + 17}" y="68">${escaped(text)}</text>`;
  });
  const verdict = plan.fits ? "Everything fits" : "It doesn't fit";
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" class="lotse" role="img" width="${layout.width}" height="${height}" viewBox="0 0 ${layout.width} ${height}">`,
    `<title>${escaped(`Addresses of ${plan.cluster}`)}</title><style>${style}</style>`,
    `<rect width="${layout.width}" height="${height}" fill="#fff"/>`,
    `<text class="title" x="24" y="36">${escaped(`${plan.cluster} in ${plan.region}: addresses by subnet. ${verdict}.`)}</text>`,
    ...legend,
    ...plan.subnets.map((subnet, i) => row(subnet, layout.top + i * layout.row)),
    `<text class="detail" x="24" y="${height - 14}">Limits of instance types as of ${escaped(plan.asOf)}</text>`,
    "</svg>\n",
  ].join("\n");
}
