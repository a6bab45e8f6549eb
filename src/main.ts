#!/usr/bin/env node
// The `lotse` executable. Asking for the version loads nothing else.
import { version } from "./base/version.ts";

const [first] = process.argv.slice(2);
if (first === "--version" || first === "-V") {
  process.stdout.write(`${version}\n`);
} else {
  const { main } = await import("./cli/index.ts");
  await main();
}
