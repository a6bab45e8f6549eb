// The rehearsal of the three-zone example with Kubernetes, as a person starts it: how long it takes, and lotse's own share.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { RehearsalReport } from "../src/rehearse/index.ts";
import type { Bench, Figure } from "./figure.ts";
import { median } from "./figure.ts";

const runs = 3;

async function* rehearsal(): AsyncGenerator<Figure> {
  const folder = mkdtempSync(join(tmpdir(), "lotse-bench-"));
  const report = join(folder, "report.json");
  const times = { wall: [] as number[], cpu: [] as number[] };
  try {
    // One run more than counts: it warms the file cache.
    for (let run = 0; run <= runs; run += 1) {
      const started = performance.now();
      const words = ["rehearse", "-f", "examples/01-production.yaml", "--report", report];
      const { status, stdout, stderr } = spawnSync(process.execPath, [resolve("dist/lotse.js"), ...words], {
        encoding: "utf8",
      });
      if (status !== 0) throw new Error(`lotse ${words.join(" ")}: ${status}\n${stdout}${stderr}`);
      const { kubernetes, seconds } = JSON.parse(readFileSync(report, "utf8")) as RehearsalReport;
      if ("missing" in kubernetes) {
        console.log(`  skipped: ${kubernetes.missing}`);
        return;
      }
      if (run === 0) continue;
      times.wall.push((performance.now() - started) / 1000);
      times.cpu.push(seconds.cpu);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  const name = "three-zone rehearsal with Kubernetes";
  yield { name: `${name}: end to end`, ours: median(times.wall), unit: "s", bound: { atMost: 25 } };
  yield { name: `${name}: lotse's CPU`, ours: median(times.cpu), unit: "s", bound: { atMost: 6 } };
}

export const bench: Bench = { name: "rehearsal", run: rehearsal };
