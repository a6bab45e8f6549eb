#!/usr/bin/env node
// The `lotse` executable. Asking for the version or for a token loads little else: kubectl waits for the latter.
import { version } from "./base/version.ts";

async function run([first, ...rest]: readonly string[]): Promise<void> {
  if (first === "--version" || first === "-V") {
    process.stdout.write(`${version}\n`);
    return;
  }
  if (first === "token" && (await (await import("./cli/token/main.ts")).tokenMain(rest))) return;
  await (await import("./cli/index.ts")).main();
}

let isRunning = true;
// Node ends with 0 when nothing is left that could ever settle what is waited for; that is no success.
process.once("beforeExit", () => {
  if (!isRunning) return;
  process.stderr.write("error: lotse ended in the middle of its work; this is a defect of lotse\n");
  process.exitCode = 1;
});
void run(process.argv.slice(2)).finally(() => {
  isRunning = false;
});
