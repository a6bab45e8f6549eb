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

void run(process.argv.slice(2));
