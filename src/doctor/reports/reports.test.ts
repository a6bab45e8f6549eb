// The report in its forms: each is valid in its own language, whatever the findings hold.
import { describe, it } from "vitest";
import { checks } from "../checks/index.ts";
import type { DoctorReport } from "../report.ts";
import { runChecks } from "../run.ts";
import { account, manifests, pod, today, workload } from "../testing.ts";
import { renderDoctorReport } from "./index.ts";

const nasty = workload("Deployment", `we"b<script>|&`, pod({ image: "nginx" }), { replicas: 1 });
const report = async (): Promise<DoctorReport> =>
  runChecks(
    {
      today,
      ...manifests(nasty),
      ...account({ cluster: { accessConfig: { authenticationMode: "API" } } }, ["insights"]),
    },
    {
      checks,
      cluster: "demo",
      region: "eu-central-1",
      exclusions: [{ check: "LT-C007", reason: "a demo", until: "2027-01-01" }],
    },
  );

interface Log {
  version: string;
  runs: {
    tool: { driver: { name: string; rules: { id: string; helpUri: string; properties: Record<string, unknown> }[] } };
    results: {
      ruleId: string;
      ruleIndex: number;
      level: string;
      kind: string;
      message: { text: string };
      locations: { physicalLocation: { artifactLocation: { uri: string }; region: { startLine: number } } }[];
      partialFingerprints?: Record<string, string>;
      suppressions?: { kind: string; justification: string }[];
    }[];
  }[];
}

describe("the report", () => {
  it("in SARIF keeps the rules of 2.1.0", async ({ expect }) => {
    const log = JSON.parse(renderDoctorReport(await report(), "sarif")) as Log;
    expect(log.version).toBe("2.1.0");
    const [{ tool, results } = { tool: undefined, results: [] }] = log.runs;
    const rules = tool?.driver.rules ?? [];
    expect(rules.map(({ id }) => id)).toEqual(checks.map(({ id }) => id));
    for (const { properties } of rules) expect(properties["security-severity"]).toMatch(/^\d{1,2}\.\d$/);
    expect(results.length).toBeGreaterThan(5);
    for (const { ruleId, ruleIndex, level, kind, message, locations } of results) {
      expect(rules[ruleIndex]?.id).toBe(ruleId);
      expect(["fail", "open"]).toContain(kind);
      // A level other than none is for failures alone (3.27.10).
      expect(kind === "fail" ? ["error", "warning", "note"] : ["none"]).toContain(level);
      expect(message.text).not.toBe("");
      for (const { physicalLocation } of locations) {
        expect(physicalLocation.artifactLocation.uri).toMatch(/^[^/\s][^\s]*$/);
        expect(physicalLocation.region.startLine).toBeGreaterThan(0);
      }
    }
    expect(results.filter(({ kind }) => kind === "open").map(({ ruleId }) => ruleId)).toEqual(["LT-U008", "LT-U009"]);
    expect(results.find(({ ruleId }) => ruleId === "LT-C007")?.suppressions).toEqual([
      { kind: "external", justification: "a demo" },
    ]);
  });

  it("in SARIF has only members that 2.1.0 knows", async ({ expect }) => {
    // Of the schema's objects, which allow no others (additionalProperties: false), as far as the report uses them.
    const known: Readonly<Record<string, string>> = {
      log: "$schema version runs",
      "log.runs": "tool columnKind invocations results",
      "log.runs.tool": "driver",
      "log.runs.tool.driver": "name version semanticVersion informationUri rules",
      "log.runs.tool.driver.rules":
        "id name shortDescription fullDescription help helpUri defaultConfiguration properties",
      "log.runs.tool.driver.rules.shortDescription": "text",
      "log.runs.tool.driver.rules.fullDescription": "text",
      "log.runs.tool.driver.rules.help": "text markdown",
      "log.runs.tool.driver.rules.defaultConfiguration": "level",
      "log.runs.invocations": "executionSuccessful exitCode startTimeUtc",
      "log.runs.results": "ruleId ruleIndex level kind message locations partialFingerprints suppressions properties",
      "log.runs.results.message": "text",
      "log.runs.results.locations": "physicalLocation logicalLocations",
      "log.runs.results.locations.physicalLocation": "artifactLocation region",
      "log.runs.results.locations.physicalLocation.artifactLocation": "uri",
      "log.runs.results.locations.physicalLocation.region": "startLine startColumn",
      "log.runs.results.locations.logicalLocations": "fullyQualifiedName kind",
      "log.runs.results.suppressions": "kind justification",
    };
    const strange = new Set<string>();
    const look = (value: unknown, path: string): void => {
      if (Array.isArray(value)) for (const each of value) look(each, path);
      else if (value !== null && typeof value === "object" && !/(properties|partialFingerprints)$/i.test(path)) {
        const members = (known[path] ?? "").split(" ");
        for (const [key, inner] of Object.entries(value)) {
          if (!members.includes(key)) strange.add(`${path}.${key}`);
          look(inner, `${path}.${key}`);
        }
      }
    };
    look(JSON.parse(renderDoctorReport(await report(), "sarif")), "log");
    expect([...strange]).toEqual([]);
  });

  it("in JSON says how many, and everything", async ({ expect }) => {
    const value = JSON.parse(renderDoctorReport(await report(), "json")) as {
      counts: Record<string, number>;
      findings: object[];
    };
    expect(value.counts["unknown"]).toBe(2);
    expect(value.findings.length).toBeGreaterThan(5);
  });

  it("in JUnit has a case for each check that was made; what is unknown is skipped", async ({ expect }) => {
    const made = await report();
    const xml = renderDoctorReport(made, "junit");
    expect(xml.match(/<testcase /g)?.length).toBe(made.checked.length);
    expect(xml.match(/<skipped /g)?.length).toBe(2);
    expect(xml).toContain("we&quot;b&lt;script&gt;|&amp;");
    expect(xml).not.toContain("<script>");
  });

  it("in Markdown keeps its tables whole", async ({ expect }) => {
    const text = renderDoctorReport(await report(), "markdown");
    const rows = text.split("\n").filter((line) => line.startsWith("| ") && !line.startsWith("| severity"));
    for (const row of rows) expect(row.replaceAll(/\\\|/g, "").split("|").length).toBe(6);
    expect(text).toContain("## Unknown");
  });

  it("in HTML is one page that asks nobody", async ({ expect }) => {
    const page = renderDoctorReport(await report(), "html");
    expect(page).not.toMatch(/<script|<link rel="stylesheet"|src="http/);
    expect(page).toContain("we&quot;b&lt;script&gt;");
    expect(page).toContain('name="viewport"');
  });
});
