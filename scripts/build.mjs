// Builds dist/: one bundle per public entry with shared chunks, and the executable in one file, dependencies included, so
// that the installed package needs no others. Declarations come from `tsc -b` (`prepack`). Also runs as `prepare`, after
// `npm ci` and before `npm pack`.
import { chmod, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, relative, resolve } from "node:path";
import { rolldown } from "rolldown";
import { singleFile } from "./image-bundle.mjs";
import { bundledLicences } from "./third-party-licences.mjs";

const entries = {
  index: "src/lotse.ts",
  config: "src/config/index.ts",
  sandbox: "src/sandbox/index.ts",
};

/** What the executable loads when it has to: everything but `--version` and `token`. */
const behindExecutable = {
  cli: "src/cli/index.ts",
  "find-credentials": "src/cli/token/find-credentials.ts",
  "report-failure": "src/cli/token/report-failure.ts",
};
const chunkOf = (name) => `chunks/${name}.js`;

/**
 * The executable is one file of CommonJS: kubectl waits for each further one, and for Node's loader of modules, which takes a
 * fifth of what a process takes anyway. What lies behind it stays outside.
 */
const leaveBehind = {
  name: "leave-behind",
  resolveId(source, importer) {
    if (!importer) return undefined;
    const path = relative(process.cwd(), resolve(dirname(importer), source));
    const [name] = Object.entries(behindExecutable).find(([, file]) => file === path) ?? [];
    return name && { id: `./${chunkOf(name)}`, external: true };
  },
};

const quiet = process.argv.includes("--quiet");
const started = performance.now();
const input = {
  platform: "node",
  logLevel: quiet ? "silent" : "warn",
  external: ["node:*"],
  transform: { target: "node20.19" },
  resolve: { conditionNames: ["node", "import"] },
};
const form = {
  dir: "dist",
  format: "esm",
  sourcemap: false,
  minify: { compress: false, mangle: false, codegen: { removeWhitespace: true } },
};
const library = await rolldown({ ...input, input: { ...entries, ...behindExecutable } });
const { output } = await library.write({
  ...form,
  entryFileNames: ({ name }) => (name in behindExecutable ? chunkOf(name) : `${name}.js`),
  chunkFileNames: "chunks/[name]-[hash].js",
});
await library.close();
// Last: it refers to the others.
const executable = await rolldown({ ...input, input: { lotse: "src/main.ts" }, plugins: [leaveBehind] });
const single = { ...form, format: "cjs", codeSplitting: false, entryFileNames: "[name].cjs" };
output.push(...(await executable.write(single)).output);
await executable.close();
// What the container image runs (Dockerfile): roles alone, in one file with everything that they need.
const image = await rolldown({ ...input, input: { "lotse-image": "src/image.ts" } });
const ofImage = await image.generate({
  ...form,
  format: "cjs",
  entryFileNames: "[name].cjs",
  chunkFileNames: "chunks/[name].cjs",
});
await image.close();
await writeFile("dist/lotse-image.cjs", singleFile(ofImage.output), { mode: 0o755 });
// Chunks of earlier builds go last, so that whoever runs dist/ at this moment finds what it asks for. dist/types belongs to tsc.
const written = new Set(output.map(({ fileName }) => fileName));
for (const name of await readdir("dist/chunks")) if (!written.has(`chunks/${name}`)) await rm(`dist/chunks/${name}`);
await chmod("dist/lotse.cjs", 0o755);
// `node dist/lotse.js`, as it has always been.
const shim = 'import { createRequire } from "node:module";\ncreateRequire(import.meta.url)("./lotse.cjs");\n';
await writeFile("dist/lotse.js", `#!/usr/bin/env node\n${shim}`, { mode: 0o755 });

const modules = output.flatMap((chunk) => ("moduleIds" in chunk ? chunk.moduleIds : []));
await writeFile("THIRD-PARTY-LICENSES.md", await bundledLicences(modules));

if (!quiet) {
  const size = output.reduce((sum, chunk) => sum + ("code" in chunk ? chunk.code.length : 0), 0);
  const { name } = JSON.parse(await readFile("package.json", "utf8"));
  console.log(
    `${name}: ${output.length} files, ${(size / 1e6).toFixed(1)} MB in ${Math.round(performance.now() - started)} ms`,
  );
}
