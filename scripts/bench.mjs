// `npm run bench [names…]`: builds, then runs bench/main.ts.
import { spawnSync } from "node:child_process";

for (const args of [["scripts/build.mjs"], ["scripts/run.mjs", "bench/main.ts", ...process.argv.slice(2)]]) {
  const { status } = spawnSync(process.execPath, args, { stdio: "inherit" });
  if (status !== 0) process.exit(status ?? 1);
}
