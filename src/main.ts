#!/usr/bin/env node
// The `lotse` executable. Asking for the version or for a token loads little else: kubectl waits for the latter.
import { version } from "./base/version.ts";

const [first, ...rest] = process.argv.slice(2);
if (first === "--version" || first === "-V") {
  process.stdout.write(`${version}\n`);
} else {
  const done = first === "token" && (await (await import("./cli/token/main.ts")).tokenMain(rest));
  if (!done) {
    const { main } = await import("./cli/index.ts");
    await main();
  }
}
