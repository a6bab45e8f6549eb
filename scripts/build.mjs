// Builds dist/: one bundle per public entry with shared chunks, dependencies included, so that the installed package
// needs no others. Declarations come from `tsc -b` (`prepack`). Also runs as `prepare`, after `npm ci` and before `npm pack`.
import { chmod, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { rolldown } from "rolldown";
import { bundledLicences } from "./third-party-licences.mjs";

const entries = {
  lotse: "src/main.ts",
  index: "src/lotse.ts",
  config: "src/config/index.ts",
  sandbox: "src/sandbox/index.ts",
};

const quiet = process.argv.includes("--quiet");
const started = performance.now();
const bundle = await rolldown({
  input: entries,
  platform: "node",
  logLevel: quiet ? "silent" : "warn",
  external: ["node:*"],
  transform: { target: "node20.19" },
  resolve: { conditionNames: ["node", "import"] },
});
const { output } = await bundle.write({
  dir: "dist",
  format: "esm",
  sourcemap: false,
  entryFileNames: "[name].js",
  chunkFileNames: "chunks/[name]-[hash].js",
  minify: { compress: false, mangle: false, codegen: { removeWhitespace: true } },
});
await bundle.close();
// Chunks of earlier builds go last, so that whoever runs dist/ at this moment finds what it asks for. dist/types belongs to tsc.
const written = new Set(output.map(({ fileName }) => fileName));
for (const name of await readdir("dist/chunks")) if (!written.has(`chunks/${name}`)) await rm(`dist/chunks/${name}`);
await chmod("dist/lotse.js", 0o755);

const modules = output.flatMap((chunk) => ("moduleIds" in chunk ? chunk.moduleIds : []));
await writeFile("THIRD-PARTY-LICENSES.md", await bundledLicences(modules));

if (!quiet) {
  const size = output.reduce((sum, chunk) => sum + ("code" in chunk ? chunk.code.length : 0), 0);
  const { name } = JSON.parse(await readFile("package.json", "utf8"));
  console.log(
    `${name}: ${output.length} files, ${(size / 1e6).toFixed(1)} MB in ${Math.round(performance.now() - started)} ms`,
  );
}
