// The life of a cluster against the sandbox in this process, and planning at size.
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type * as Lotse from "../src/lotse.ts";
import type * as SandboxRoom from "../src/sandbox/index.ts";
import type { Bench, Figure } from "./figure.ts";
import { median } from "./figure.ts";

const runs = 5;

/** AWS alone is measured here. */
const awsOnly = { kubernetes: "never" } as const;

/** What is measured is what is shipped: the bundles of dist/. */
async function shipped(): Promise<{ lotse: typeof Lotse; room: typeof SandboxRoom }> {
  const lotse = (await import(resolve("dist/index.js"))) as typeof Lotse;
  const room = (await import(resolve("dist/sandbox.js"))) as typeof SandboxRoom;
  return { lotse, room };
}

async function seconds(body: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await body();
  return (performance.now() - started) / 1000;
}

async function* life(): AsyncGenerator<Figure> {
  const { lotse, room } = await shipped();
  const text = readFileSync("examples/01-production.yaml", "utf8");
  const { cluster } = await lotse.loadCluster(text);
  if (!cluster) throw new Error("the example isn't valid");
  const times = { start: [] as number[], create: [] as number[], plan: [] as number[] };
  // One more run than counts: the first loads the SDK's clients.
  for (let run = 0; run <= runs; run += 1) {
    const host = lotse.recordingHost();
    let sandbox: SandboxRoom.Sandbox | undefined;
    const start = await seconds(async () => {
      sandbox = await room.createSandbox({ listen: true, kubernetes: "off" });
    });
    if (!sandbox) throw new Error("no sandbox");
    const { region, endpoint, credentials } = sandbox.clientConfig();
    const aws = await lotse.connect({ region, endpoint, credentials });
    const create = await seconds(async () => {
      const { ok, failed } = await lotse.apply(await lotse.plan(cluster, aws, awsOnly), aws, host, awsOnly);
      if (!ok) throw new Error(JSON.stringify(failed));
    });
    const plan = await seconds(async () => {
      if (lotse.hasChanges(await lotse.plan(cluster, aws, awsOnly))) throw new Error("the plan isn't empty");
    });
    aws.close();
    await sandbox.close();
    if (run === 0) continue;
    times.start.push(start * 1000);
    times.create.push(create);
    times.plan.push(plan);
  }
  yield { name: "sandbox start, after import", ours: median(times.start), unit: "ms", bound: { atMost: 150 } };
  yield { name: "three-zone example: create", ours: median(times.create), unit: "s", bound: { atMost: 1 } };
  yield { name: "three-zone example: empty plan", ours: median(times.plan), unit: "s", bound: { atMost: 0.3 } };
}

function fileWith(groups: number): string {
  const lines = Array.from(
    { length: groups },
    (_, i) => `  - {name: ng-${i}, instanceType: m5.large, desiredCapacity: 1, labels: {n: "${i}"}}`,
  );
  const head =
    "apiVersion: eksctl.io/v1alpha5\nkind: ClusterConfig\nmetadata: {name: big, region: eu-central-1}\nmanagedNodeGroups:\n";
  return `${head}${lines.join("\n")}\n`;
}

/** Whole processes: `lotse plan` of new clusters with 10 to 1,000 node groups against a running daemon. */
async function* size(): AsyncGenerator<Figure> {
  const folder = mkdtempSync(join(tmpdir(), "lotse-bench-"));
  const env = { ...process.env, LOTSE_SANDBOX_DIR: join(folder, "sandbox") };
  const lotse = (...args: string[]): number => {
    const started = performance.now();
    const { status, stderr } = spawnSync(process.execPath, [resolve("dist/lotse.js"), ...args], {
      env,
      encoding: "utf8",
      // A plan of 1,000 groups is some megabytes of JSON.
      maxBuffer: 256 * 1024 * 1024,
    });
    if (status !== 0) throw new Error(`lotse ${args.join(" ")}: ${status} ${stderr}`);
    return (performance.now() - started) / 1000;
  };
  try {
    lotse("sandbox", "up", "--kubernetes", "off");
    const sizes = [10, 100, 500, 1000];
    const times = sizes.map((): number[] => []);
    for (const groups of sizes) writeFileSync(join(folder, `${groups}.yaml`), fileWith(groups));
    // In turns, so that whatever else the machine does hits all of them.
    for (let run = 0; run < runs; run += 1) {
      for (const [i, groups] of sizes.entries()) {
        times[i]?.push(lotse("plan", "-f", join(folder, `${groups}.yaml`), "--sandbox", "-o", "json"));
      }
    }
    const [ten = NaN, hundred = NaN, half = NaN, thousand = NaN] = times.map(median);
    yield { name: "lotse plan, 100 node groups, cold", ours: hundred, unit: "s", bound: { atMost: 1.5 } };
    // Linear: a group of the second half costs what one of the first costs. Halves, as each then is some 0.4 s long:
    // between 10 and 100 groups lie some 70 ms, which a process's own start-up drowns.
    const perGroup = { late: ((thousand - half) / 500) * 1000, early: ((half - ten) / 490) * 1000 };
    yield {
      name: "lotse plan, a group more from 500 to 1,000",
      ours: perGroup.late,
      unit: "ms",
      peer: { name: "from 10 to 500", value: perGroup.early },
      bound: { atMost: 1.5 },
    };
  } finally {
    lotse("sandbox", "down");
    rmSync(folder, { recursive: true, force: true });
  }
}

export const bench: Bench = {
  name: "lifecycle",
  async *run() {
    yield* life();
    yield* size();
  },
};
