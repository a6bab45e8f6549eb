// A rehearsal's report in each of its forms.
import { it } from "vitest";
import type { RehearsalReport } from "../report.ts";
import { renderReport, reporterOf, reporters } from "./index.ts";

const report: RehearsalReport = {
  apiVersion: "lotse.dev/rehearsal/v1",
  cluster: "shop",
  region: "eu-central-1",
  file: "cluster.yaml",
  version: "1.34",
  upgradedTo: "1.35",
  kubernetes: { version: "v1.34.9" },
  startedAt: "2026-11-21T18:00:00.000Z",
  outcome: "findings",
  seconds: { virtual: 1500, wall: 12.5, cpu: 3 },
  stages: [
    {
      id: "apply",
      title: "Apply",
      outcome: "passed",
      text: "2 steps done",
      from: 0,
      to: 900,
      wallSeconds: 1,
      cases: [
        { name: "cluster/shop", outcome: "passed" },
        { name: "nodegroup/workers", outcome: "passed", seconds: 174 },
      ],
      findings: [
        { code: "rehearse/deprecated-api", severity: "warning", title: "old <api>", at: { file: "a&b.yaml", line: 3 } },
      ],
    },
    {
      id: "ready",
      title: "Wait until everything is Ready",
      outcome: "failed",
      text: "1 of 2 workloads",
      from: 900,
      to: 1000,
      wallSeconds: 2,
      cases: [
        { name: "Deployment default/a", outcome: "passed" },
        { name: "Deployment default/b", outcome: "failed", text: 'no node has "x" & <y>' },
      ],
      findings: [
        {
          code: "rehearse/no-capacity",
          severity: "error",
          title: 'no node has "x" & <y>',
          detail: "first\nsecond \u0007 \u{1F6A2}",
          remedy: "more nodes",
          at: { file: "b.yaml", line: 7 },
        },
      ],
    },
    {
      id: "upgrade-1.35",
      title: "Upgrade",
      outcome: "skipped",
      text: "the cluster isn't as it should be",
      from: 1000,
      to: 1000,
      wallSeconds: 0,
      cases: [],
      findings: [],
    },
  ],
  findings: [],
  timeline: {
    nodes: [
      {
        name: "ip-10-0-0-1",
        about: "eu-central-1a · m5.large",
        spans: [
          { state: "waiting", from: 800, to: 850 },
          { state: "ready", from: 850 },
        ],
      },
    ],
    pods: [{ name: "web-<1>", about: "shop/web", spans: [{ state: "trouble", from: 900, to: 950 }] }],
    morePods: 3,
    marks: [{ at: 0, text: "Apply" }],
  },
};
report.findings = report.stages.flatMap(({ findings }) => findings);

it("is chosen by a file's ending", ({ expect }) => {
  const names = ["r.json", "R.XML", "r.html", "r.log", "r.pdf"].map((file) => reporterOf(file)?.name);
  expect(names).toEqual(["json", "junit", "html", "text", undefined]);
});

it("is text with the places of findings first on their lines", ({ expect }) => {
  const text = renderReport(report, "text");
  expect(text).toContain("rehearse shop · cluster.yaml · eu-central-1 · v1.34.9 → 1.35\n");
  expect(text).toContain('b.yaml:7 error rehearse/no-capacity no node has "x" & <y>\n    first\n');
  expect(text).toContain("    → more nodes\n");
  expect(text).toContain("1 finding and 1 warning. AWS would have taken 25m; this took 12.5s.\n");
});

it("is JSON as it is", ({ expect }) => {
  expect(JSON.parse(renderReport(report, "json"))).toEqual(report);
});

/** Start and end tags in order, with their attributes' text; throws when they don't match. */
function elements(xml: string): { name: string; attributes: Record<string, string>; depth: number }[] {
  const open: string[] = [];
  const found: { name: string; attributes: Record<string, string>; depth: number }[] = [];
  for (const [, end, name = "", inside = "", empty] of xml.matchAll(
    /<(\/?)([a-z-]+)((?:\s+[a-zA-Z]+="[^"<]*")*)\s*(\/?)>/g,
  )) {
    if (end) {
      if (open.pop() !== name) throw new Error(`</${name}> closes nothing`);
      continue;
    }
    const attributes = Object.fromEntries(
      [...inside.matchAll(/([a-zA-Z]+)="([^"]*)"/g)].map(([, key = "", value = ""]) => [key, value]),
    );
    found.push({ name, attributes, depth: open.length });
    if (!empty) open.push(name);
  }
  if (open.length > 0) throw new Error(`${open.join()} is open`);
  return found;
}

it("is JUnit: a suite for a stage, a case for each thing, failures with code and place", ({ expect }) => {
  const xml = renderReport(report, "junit");
  const all = elements(xml);
  const [root] = all;
  expect(root).toMatchObject({
    name: "testsuites",
    attributes: { tests: "6", failures: "1", skipped: "1", errors: "0" },
  });
  const suites = all.filter(({ name }) => name === "testsuite");
  expect(suites.map(({ attributes }) => [attributes["name"], attributes["tests"]])).toEqual([
    ["Apply", "3"],
    ["Wait until everything is Ready", "2"],
    ["Upgrade", "1"],
  ]);
  const failure = all.find(({ name }) => name === "failure");
  expect(failure?.attributes).toEqual({
    message: "no node has &quot;x&quot; &amp; &lt;y&gt;",
    type: "rehearse/no-capacity",
  });
  const failed = all[all.indexOf(failure as (typeof all)[number]) - 1];
  expect(failed?.attributes).toMatchObject({ name: "Deployment default/b", file: "b.yaml", line: "7" });
  // No character that XML doesn't have; those beyond 16 bits stay.
  expect(xml).not.toContain("\u0007");
  expect(xml).toContain("second  \u{1F6A2}");
});

it("is one page that needs nothing from elsewhere and runs nothing", ({ expect }) => {
  const page = renderReport(report, "html");
  expect(page).not.toMatch(/<script|<link[^>]+href="(?!data:)|src=|url\(|@import|https?:/);
  expect(page).toContain('<meta name="viewport"');
  expect(page).toContain("old &lt;api&gt;");
  expect(page).toContain("web-&lt;1&gt;");
  expect(page).toContain("and 3 pods more");
  expect(page).toContain('class="ready" style="left:56.67%;width:43.33%"');
});

it("exists in every form that -o names", ({ expect }) => {
  expect(reporters.map(({ name }) => name)).toEqual(["text", "json", "junit", "html"]);
});
