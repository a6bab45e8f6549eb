// The report as one page: verdict, stages, findings, and what happened when. No script, nothing from elsewhere.
import type { Diagnostic } from "../../base/index.ts";
import { formatDuration, formatLocation } from "../../base/index.ts";
import type { Lane, RehearsalReport, StageReport, Timeline } from "../report.ts";
import { style } from "./html-style.ts";
import type { Reporter } from "./reporter.ts";
import { stageTime, verdict } from "./text.ts";

const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");

const marks = { passed: "✔", failed: "✖", skipped: "◌" } as const;

const stageItem = (stage: StageReport): string =>
  `<li class="${stage.outcome}"><span class="mark">${marks[stage.outcome]}</span><span>${escaped(stage.title)}</span><span class="time">${stageTime(stage)}</span><span class="text">${escaped(stage.text)}</span></li>`;

function findingItem({ code, severity, title, detail, remedy, at }: Diagnostic): string {
  const place = formatLocation(at);
  return [
    `<li class="${severity}"><b>${severity}</b> ${escaped(title)} <code>${escaped(code)}</code>`,
    place ? `<p><code>${escaped(place)}</code></p>` : "",
    detail ? `<p>${escaped(detail)}</p>` : "",
    remedy ? `<p class="remedy">${escaped(remedy)}</p>` : "",
    "</li>",
  ].join("");
}

/** As the key has it. */
const words: Readonly<Record<Lane["spans"][number]["state"], string>> = {
  waiting: "not yet Ready",
  ready: "Ready",
  trouble: "in trouble",
};

const percent = (value: number, total: number): string => `${((100 * value) / Math.max(total, 1)).toFixed(2)}%`;

function laneRow({ name, about, spans }: Lane, total: number, short = false): string {
  const bars = spans.map(({ state, from, to = total }) => {
    const text = `${words[state]} ${formatDuration(from)} – ${formatDuration(to)}`;
    return `<i class="${state}" style="left:${percent(from, total)};width:${percent(to - from, total)}" title="${text}"></i>`;
  });
  const more = short ? "" : ` <small>${escaped(about)}</small>`;
  return `<div class="lane"><span class="name" title="${escaped(`${name} ${about}`)}">${escaped(name)}${more}</span><span class="track">${bars.join("")}</span></div>`;
}

/** Lanes under what they have in common, such as the workload of pods. */
function laneGroups(lanes: readonly Lane[], total: number): string {
  const groups = new Map<string, Lane[]>();
  for (const lane of lanes) groups.set(lane.about, [...(groups.get(lane.about) ?? []), lane]);
  return [...groups]
    .map(([about, of]) => `<h4>${escaped(about)}</h4>\n${of.map((lane) => laneRow(lane, total, true)).join("\n")}`)
    .join("\n");
}

/** Round times on the scale: four or so of them. */
function scale(total: number): string {
  const steps = [10, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400];
  const step = steps.find((each) => total / each <= 4) ?? 28_800;
  const times = Array.from({ length: Math.floor(total / step) + 1 }, (_, i) => i * step).filter(
    (at) => total - at > step / 3,
  );
  const labels = [...times, total].map((at) => `<span style="left:${percent(at, total)}">${formatDuration(at)}</span>`);
  return `<div class="lane scale"><span class="name"></span><span class="track">${labels.join("")}</span></div>`;
}

/** Marks that would cover each other stand as one, `1–3`. */
const markWidth = 3.2;

function markRow(happened: Timeline["marks"], total: number): string {
  const together: { at: number; first: number; last: number }[] = [];
  for (const [i, { at }] of happened.entries()) {
    const before = together.at(-1);
    if (before && (100 * (at - before.at)) / Math.max(total, 1) < markWidth) before.last = i + 1;
    else together.push({ at, first: i + 1, last: i + 1 });
  }
  const spots = together.map(({ at, first, last }) => {
    const edge = at < total * 0.03 ? ' class="first"' : at > total * 0.97 ? ' class="last"' : "";
    return `<b${edge} style="left:${percent(at, total)}">${first === last ? first : `${first}–${last}`}</b>`;
  });
  return `<div class="lane marks"><span class="name"></span><span class="track">${spots.join("")}</span></div>`;
}

function timelineSection({ nodes, pods, morePods, marks: happened }: Timeline, total: number): string {
  const lines = happened.map(({ at }) => `<i style="left:${percent(at, total)}"></i>`).join("");
  const list = happened
    .map(({ at, text }, i) => `<li><b>${i + 1}</b><span>${escaped(text)}</span><time>${formatDuration(at)}</time></li>`)
    .join("");
  const system = pods.filter(({ about }) => about.startsWith("kube-system/"));
  const own = pods.filter(({ about }) => !about.startsWith("kube-system/"));
  return [
    "<h2>What happened when</h2>",
    '<p class="sub">In the virtual time of the emulated account.</p>',
    `<ol class="happened">${list}</ol>`,
    '<p class="key"><span><i class="waiting"></i>not yet Ready</span><span><i class="ready"></i>Ready, or done</span><span><i class="trouble"></i>in trouble</span></p>',
    '<div class="lanes">',
    `<div class="lines" aria-hidden="true">${lines}</div>`,
    scale(total),
    markRow(happened, total),
    nodes.length > 0 ? `<h3>Nodes</h3>\n${nodes.map((lane) => laneRow(lane, total)).join("\n")}` : "",
    own.length > 0 ? `<h3>Pods</h3>\n${laneGroups(own, total)}` : "",
    system.length > 0
      ? `<details${own.length > 0 ? "" : " open"}><summary>Pods of kube-system (${system.length})</summary>\n${laneGroups(system, total)}\n</details>`
      : "",
    morePods > 0 ? `<p class="sub">and ${morePods} pods more</p>` : "",
    "</div>",
  ].join("\n");
}

/** The figures that a reader looks for first. */
function tiles({ seconds, stages, findings }: RehearsalReport): string {
  const passed = stages.filter(({ outcome }) => outcome === "passed").length;
  const figures: readonly (readonly [string, string])[] = [
    ["on AWS", formatDuration(seconds.virtual)],
    ["here", `${seconds.wall.toFixed(1)}s`],
    ["stages passed", `${passed} of ${stages.length}`],
    ["findings", String(findings.length)],
  ];
  return figures.map(([name, value]) => `<div><dt>${name}</dt><dd>${value}</dd></div>`).join("");
}

function render(report: RehearsalReport): string {
  const {
    cluster,
    region,
    file,
    version,
    upgradedTo,
    kubernetes,
    outcome,
    stages,
    findings,
    timeline,
    seconds,
    startedAt,
  } = report;
  const versions = `Kubernetes ${version}${upgradedTo ? ` → ${upgradedTo}` : ""}${"missing" in kubernetes ? ` (AWS half only: ${kubernetes.missing})` : ""}`;
  const found =
    findings.length > 0 ? `<h2>Findings</h2>\n<ul class="findings">${findings.map(findingItem).join("\n")}</ul>` : "";
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<link rel="icon" href="data:,">
<title>Rehearsal of ${escaped(cluster)}</title>
<style>${style}</style>
</head>
<body>
<main>
<h1>Rehearsal of ${escaped(cluster)}</h1>
<p class="sub">${escaped(file)} · ${escaped(region)} · ${escaped(versions)} · ${escaped(startedAt.slice(0, 16).replace("T", " "))} UTC</p>
<p class="verdict ${outcome}">${escaped(verdict(report))}</p>
<dl class="tiles">${tiles(report)}</dl>
${found}
<h2>Stages</h2>
<ol class="stages">${stages.map(stageItem).join("\n")}</ol>
${timelineSection(timeline, seconds.virtual)}
</main>
</body>
</html>
`;
}

export const htmlReporter: Reporter = { name: "html", endings: [".html", ".htm"], render };
