// The report as one page that needs nothing else: no script, no font, no address of anybody; readable on a phone.
import { formatLocation } from "../../base/index.ts";
import type { DoctorReport, Finding } from "../report.ts";
import { nameOfSubject, summaryOf } from "../report.ts";
import { escaped } from "./text.ts";

const style = `
:root{color-scheme:light dark;--line:#8884;--bad:#c62828;--attention:#b26a00;--hint:#1565c0}
@media (prefers-color-scheme:dark){:root{--bad:#ff8a80;--attention:#ffcc80;--hint:#90caf9}}
*{box-sizing:border-box}
body{margin:0;font:16px/1.5 system-ui,sans-serif;overflow-wrap:anywhere}
main{max-width:60rem;margin:0 auto;padding:1rem}
h1{font-size:1.5rem;margin:.5rem 0}
h2{font-size:1.2rem;margin:2rem 0 .5rem}
h3{font-size:1rem;margin:0}
article{border:1px solid var(--line);border-left:.4rem solid var(--hint);border-radius:.3rem;padding:.8rem;margin:.8rem 0}
article.error{border-left-color:var(--bad)}
article.warning{border-left-color:var(--attention)}
.word{font-weight:600;color:var(--hint)}
.error .word{color:var(--bad)}
.warning .word{color:var(--attention)}
ul{padding-left:1.2rem;margin:.5rem 0}
p{margin:.4rem 0}
pre{white-space:pre-wrap;margin:.4rem 0;padding:.5rem;border:1px solid var(--line);border-radius:.3rem;font-size:.85rem}
.sub{opacity:.75;font-size:.9rem}
`;

const words = { error: "error", warning: "warning", info: "hint" } as const;

function article(findings: readonly Finding[]): string {
  const [first] = findings as [Finding, ...Finding[]];
  const items = findings.map(({ resource, text, at, source }) => {
    const place = formatLocation(at);
    // The same may be said of the file and of what lives.
    const where = place === "" ? ` <span class="sub">${source}</span>` : ` <span class="sub">${escaped(place)}</span>`;
    return `<li><strong>${escaped(nameOfSubject(resource))}</strong>: ${escaped(text)}${where}</li>`;
  });
  const commands = [...new Set(findings.flatMap(({ fix }) => (fix.command === undefined ? [] : [fix.command])))];
  return `<article class="${first.severity}">
<h3><span class="word">${words[first.severity]}</span> ${escaped(first.title)} <span class="sub">${escaped(first.id)}</span></h3>
<ul>${items.join("\n")}</ul>
<p>${escaped(first.fix.text)} <a href="${escaped(first.docs)}">Source</a></p>
${commands.map((command) => `<pre>${escaped(command)}</pre>`).join("\n")}
</article>`;
}

function list(title: string, items: readonly string[]): string {
  return items.length === 0
    ? ""
    : `<h2>${title}</h2>\n<ul>${items.map((item) => `<li>${escaped(item)}</li>`).join("\n")}</ul>`;
}

/** Findings by check, worst first; then what is unknown and what was left out. */
export function html(report: DoctorReport): string {
  const { findings, unknown, excluded, cluster, region, today, sources } = report;
  const groups = [...new Set(findings.map(({ id, severity }) => `${id} ${severity}`))].map((key) =>
    findings.filter(({ id, severity }) => `${id} ${severity}` === key),
  );
  const title = `Doctor's report${cluster === undefined ? "" : `: ${cluster}`}`;
  const about = [region, `of ${today}`, `from ${sources.join(", ")}`].filter((word) => word !== undefined).join(" · ");
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<link rel="icon" href="data:,">
<title>${escaped(title)}</title>
<style>${style}</style>
</head>
<body>
<main>
<h1>${escaped(title)}</h1>
<p class="sub">${escaped(about)}</p>
<p><strong>${escaped(summaryOf(report))}</strong></p>
${groups.map(article).join("\n")}
${list(
  "Unknown",
  unknown.map(({ id, title: check, reason }) => `${id} ${check}: ${reason}`),
)}
${list(
  "Left out by decision",
  excluded.map(
    ({ finding, reason, until }) =>
      `${finding.id} ${nameOfSubject(finding.resource)}: ${reason}${until === undefined ? "" : ` (until ${until})`}`,
  ),
)}
</main>
</body>
</html>
`;
}
