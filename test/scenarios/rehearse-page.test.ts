// The pages of a rehearsal and of the doctor in a real browser: no error, nothing cut off on a phone, a timeline that can be read.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, Page } from "playwright-core";
import { chromium } from "playwright-core";
import { afterAll, beforeAll, describe, it } from "vitest";
import type { RehearsalReport } from "../../src/rehearse/index.ts";
import { renderReport } from "../../src/rehearse/index.ts";
import { checks, renderDoctorReport, runChecks } from "../../src/doctor/index.ts";
import { account, manifests, pod, today, workload } from "../../src/doctor/testing.ts";

/** Where Debian, Ubuntu, Fedora and macOS put it; CHROME_PATH for elsewhere. */
const programs = [
  process.env["CHROME_PATH"],
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];
const program = programs.find((path) => path !== undefined && existsSync(path));
const skipped = "the page of a rehearsal in a browser (skipped: there is no Chromium; Debian's package is chromium)";

/** The three-zone example with its shop and a Deployment that is too large, through an upgrade and a lost zone. */
const recorded = JSON.parse(
  readFileSync(join(import.meta.dirname, "../fixtures/rehearsal/report.json"), "utf8"),
) as RehearsalReport;

describe.skipIf(program === undefined)(program === undefined ? skipped : "the page of a rehearsal", () => {
  const folder = mkdtempSync(join(tmpdir(), "lotse-page-"));
  let browser: Browser;
  beforeAll(async () => {
    browser = await chromium.launch({
      executablePath: program ?? "",
      // Root, as in containers, has no sandbox of Chromium's; the page is our own.
      args: ["--no-sandbox", "--disable-dev-shm-usage"],
      timeout: 60_000,
    });
  }, 90_000);
  afterAll(async () => {
    await browser.close();
    rmSync(folder, { recursive: true });
  }, 30_000);

  const open = async (report: RehearsalReport, width: number): Promise<{ page: Page; complaints: string[] }> =>
    openPage(renderReport(report, "html"), width);

  /** Opens a page, and collects what the browser complains of. */
  async function openPage(html: string, width: number): Promise<{ page: Page; complaints: string[] }> {
    const file = join(folder, `${width}.html`);
    writeFileSync(file, html);
    const page = await browser.newPage({ viewport: { width, height: 800 } });
    const complaints: string[] = [];
    page.on("console", (message) => complaints.push(message.text()));
    page.on("pageerror", (error) => complaints.push(error.message));
    page.on("request", (request) => {
      if (!/^(file|data):/.test(request.url())) complaints.push(`asks for ${request.url()}`);
    });
    await page.goto(pathToFileURL(file).href);
    return { page, complaints };
  }

  it.for([375, 1280])(
    "of the doctor opens without a complaint at %i pixels, and is no wider",
    async (width, { expect }) => {
      const image = `${"a-very-long-name-without-any-place-to-break-it".repeat(4)}:latest`;
      const web = workload("Deployment", "web", pod({ image, securityContext: { privileged: true } }), { replicas: 1 });
      const report = await runChecks(
        { today, ...manifests(web), ...account({}, ["insights"]) },
        { checks, cluster: "demo", region: "eu-central-1" },
      );
      const { page, complaints } = await openPage(renderDoctorReport(report, "html"), width);
      expect(complaints).toEqual([]);
      expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(width);
      expect(await page.title()).toBe("Doctor's report: demo");
      expect(await page.locator("article li").count()).toBe(report.findings.length);
      // Worst first, and nothing unknown is hidden.
      expect(await page.locator("article").first().getAttribute("class")).toBe("error");
      expect(await page.locator("main").innerText()).toContain("LT-U009");
      const sizes = (await page.evaluate(
        "[...document.querySelectorAll('p,li,pre,h3')].map((e) => parseFloat(getComputedStyle(e).fontSize))",
      )) as number[];
      expect(Math.min(...sizes)).toBeGreaterThanOrEqual(12);
      await page.close();
    },
  );

  it.for([375, 1280])("opens without a complaint at %i pixels, and is no wider", async (width, { expect }) => {
    const { page, complaints } = await open(recorded, width);
    expect(complaints).toEqual([]);
    // Text in the browser: scripts of the page itself are forbidden by its policy, and it has none.
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(width);
    expect(await page.title()).toBe("Rehearsal of production");
    expect(await page.locator(".verdict").innerText()).toMatch(/^1 finding\./);
    expect(await page.locator(".findings li").innerText()).toContain("no node has 9 cpu free");
    expect(await page.locator(".stages li").count()).toBe(recorded.stages.length);
    // The smallest letters are those of the timeline's numbers.
    const sizes = (await page.evaluate(
      "[...document.querySelectorAll('p,li,dt,dd,.name')].map((e) => parseFloat(getComputedStyle(e).fontSize))",
    )) as number[];
    expect(Math.min(...sizes)).toBeGreaterThanOrEqual(12);
  });

  it("draws nodes and pods where they were in time", async ({ expect }) => {
    const { page } = await open(recorded, 1280);
    const bars = page.locator(".lane .track i.ready");
    expect(await bars.first().isVisible()).toBe(true);
    const [node] = recorded.timeline.nodes;
    const span = node?.spans.find(({ state }) => state === "ready");
    const lane = page.locator(".lane", { hasText: node?.name ?? "" });
    const track = await lane.locator(".track").boundingBox();
    const bar = await lane.locator("i.ready").boundingBox();
    const share = ((bar?.x ?? 0) - (track?.x ?? 0)) / (track?.width ?? 1);
    expect(share).toBeCloseTo((span?.from ?? 0) / recorded.seconds.virtual, 2);
    // The system's pods are folded away, and come when they are asked for.
    const system = page.locator("details .lane").first();
    expect(await system.isVisible()).toBe(false);
    await page.locator("summary").click();
    expect(await system.isVisible()).toBe(true);
  });

  it("stays readable with names that are too long for anything", async ({ expect }) => {
    const long = "x".repeat(300);
    const { page } = await open(
      {
        ...recorded,
        cluster: long,
        file: long,
        stages: recorded.stages.map((stage) => ({ ...stage, title: long, text: long })),
        findings: recorded.findings.map((finding) => ({ ...finding, title: long, detail: long, remedy: long })),
        timeline: {
          ...recorded.timeline,
          pods: recorded.timeline.pods.map((lane) => ({ ...lane, name: long, about: long })),
          marks: recorded.timeline.marks.map((mark) => ({ ...mark, text: long })),
        },
      },
      375,
    );
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(375);
  });
});
