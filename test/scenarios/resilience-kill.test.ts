// `kill -9` on a real process, over real sockets: the next run goes on.
import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { rolldown } from "rolldown";
import { it } from "vitest";
import { destroy, planDestroy } from "../../src/lotse.ts";
import { example, openWorld, stepsOf } from "../helpers/world.ts";

const root = resolve(import.meta.dirname, "../..");

/** The helper process as one file that Node 20 runs. */
async function bundled(folder: string): Promise<string> {
  const bundle = await rolldown({
    input: join(root, "test/helpers/apply-process.ts"),
    platform: "node",
    external: ["node:*"],
    resolve: { conditionNames: ["node", "import"] },
  });
  const file = join(folder, "apply.mjs");
  await bundle.write({ file, format: "esm", codeSplitting: false });
  await bundle.close();
  return file;
}

interface Run {
  code: number | null;
  lines: string[];
}

/** Runs it; kills it without mercy as soon as it has printed so many lines. */
function run(
  script: string,
  args: readonly string[],
  env: Record<string, string | undefined>,
  killAt: number,
): Promise<Run> {
  return new Promise((done, fail) => {
    const child = spawn(process.execPath, [script, ...args], {
      env: { ...process.env, ...env, NODE_NO_WARNINGS: "1" },
      stdio: ["ignore", "pipe", "inherit"],
    });
    let text = "";
    child.stdout.on("data", (chunk: Buffer) => {
      text += chunk.toString();
      if (text.split("\n").length > killAt) child.kill("SIGKILL");
    });
    child.once("error", fail);
    child.once("close", (code) => done({ code, lines: text.trim().split("\n") }));
  });
}

it("goes on after kill -9 at one step boundary after the other", async ({ expect }) => {
  const folder = await mkdtemp(join(tmpdir(), "lotse-kill-"));
  await using world = await openWorld({ kubernetes: "off", listen: true });
  try {
    const script = await bundled(folder);
    const file = join(folder, "cluster.yaml");
    const text = await example("01-production.yaml");
    await writeFile(file, text);
    const { env, endpoint } = { env: world.sandbox.env(), endpoint: world.sandbox.endpoint };
    let kills = 0;
    // Each run may print two lines more than the one before got to, and dies.
    for (let lines = 1; ; lines += 2) {
      const { code } = await run(script, [endpoint, file], env, lines);
      if (code === 0) break;
      kills += 1;
      expect(kills, "it never comes through").toBeLessThan(30);
    }
    expect(kills).toBeGreaterThan(2);
    expect(stepsOf(await world.plan(text))).toEqual([]);
    const gone = await destroy(
      await planDestroy("production", world.aws, { kubernetes: "never" }),
      world.aws,
      world.host,
    );
    expect(gone.ok).toBe(true);
    expect(world.leftovers()).toEqual([]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
