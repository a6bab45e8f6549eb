// How long a whole process takes: the version and help against a node process that does nothing.
import { spawnSync } from "node:child_process";
import { resolve } from "node:path";
import type { Bench } from "./figure.ts";
import { median } from "./figure.ts";

const runs = 21;
const entry = resolve("dist/lotse.cjs");

function milliseconds(args: readonly string[]): number {
  const started = performance.now();
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`node ${args.join(" ")}: ${status} ${stderr}`);
  return performance.now() - started;
}

export const bench: Bench = {
  name: "startup",
  async *run() {
    const commands = { nothing: ["-e", "0"], version: [entry, "--version"], help: [entry, "--help"] };
    const times: Record<keyof typeof commands, number[]> = { nothing: [], version: [], help: [] };
    // In turns, so that whatever else the machine does hits all of them.
    for (let run = 0; run < runs; run += 1) {
      for (const key of Object.keys(commands) as (keyof typeof commands)[])
        times[key].push(milliseconds(commands[key]));
    }
    const peer = { name: "node -e 0", value: median(times.nothing) };
    yield { name: "lotse --version", ours: median(times.version), unit: "ms", peer, bound: { atMost: 2 } };
    yield { name: "lotse --help", ours: median(times.help), unit: "ms", peer, bound: { atMost: 3 } };
  },
};
