// Runs a TypeScript file of this repository on Node 20, which can't strip types itself: `node scripts/run.mjs FILE [args…]`.
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { rolldown } from "rolldown";

const [file, ...args] = process.argv.slice(2);
const bundle = await rolldown({
  input: resolve(file),
  platform: "node",
  transform: { target: "node20.19" },
  // The runtime is what `await using` is lowered to; rolldown brings it along.
  external: (id) => !/^[./]|^@oxc-project\/runtime|^\0/.test(id),
});
const outputFile = resolve(".cache", "run", `${process.pid}.mjs`);
await bundle.write({ file: outputFile, format: "esm", codeSplitting: false });
process.argv = [process.argv[0], outputFile, ...args];
const { rm } = await import("node:fs/promises");
process.once("exit", () => void rm(outputFile, { force: true }));
await import(pathToFileURL(outputFile).href);
await rm(outputFile, { force: true });
