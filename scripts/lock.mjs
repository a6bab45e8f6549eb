// `npm run lock`: writes package-lock.json anew from package.json. Where a registry doesn't carry the optional packages of every
// platform, npm leaves these out of the lock file, and then `npm ci` refuses it; so their entries are completed here.
import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const systems = ["aix", "android", "darwin", "freebsd", "linux", "netbsd", "openbsd", "openharmony", "sunos", "win32"];
const processors = ["arm64", "arm", "ia32", "loong64", "mips64el", "ppc64", "riscv64", "s390x", "wasm32", "x64"];

/** What a package of one platform is for, read from its name: `@rolldown/binding-linux-x64-musl`. */
function platformOf(name) {
  const words = name.split(/[/-]/);
  const os = systems.filter((system) => words.includes(system));
  const cpu = processors.filter((processor) => words.includes(processor)).slice(0, 1);
  const libc = /musl/.test(name) ? ["musl"] : os.includes("linux") && /gnu/.test(name) ? ["glibc"] : [];
  return Object.fromEntries(Object.entries({ os, cpu, libc }).filter(([, values]) => values.length > 0));
}

const folder = mkdtempSync(join(tmpdir(), "lotse-lock-"));
for (const file of ["package.json", ".npmrc", "package-lock.json"])
  if (existsSync(file)) copyFileSync(file, join(folder, file));
if (process.argv.includes("--fresh")) rmSync(join(folder, "package-lock.json"));
const { status } = spawnSync("npm", ["install", "--package-lock-only", "--ignore-scripts"], {
  cwd: folder,
  stdio: "inherit",
});
if (status !== 0) process.exit(status ?? 1);

const lock = JSON.parse(readFileSync(join(folder, "package-lock.json"), "utf8"));
/** The folders in which Node looks for a dependency of the package at `path`, nearest first. */
function* foldersFor(path) {
  for (
    let folder = path;
    folder !== "";
    folder = folder.includes("/node_modules/") ? folder.replace(/\/node_modules\/(@[^/]+\/)?[^/]+$/, "") : ""
  ) {
    yield `${folder}/node_modules`;
  }
  yield "node_modules";
}

let completed = 0;
for (const [path, entry] of Object.entries(lock.packages)) {
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    const places = [...foldersFor(path)].map((folder) => `${folder}/${name}`);
    const found = places.find((place) => lock.packages[place]?.version);
    // Ranges (fsevents: ~2.3.3) are npm's to judge; only exact versions can be told apart here.
    if (found && (lock.packages[found].version === version || !/^\d/.test(version))) continue;
    const platform = platformOf(name);
    if (Object.keys(platform).length === 0) throw new Error(`${name} is optional, but its name says no platform`);
    // The top folder when it is free, else beside the package that asks.
    const place = found ? places[0] : places.at(-1);
    lock.packages[place] = { version, dev: true, license: entry.license, optional: true, ...platform };
    completed += 1;
  }
}
lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1)));
writeFileSync("package-lock.json", `${JSON.stringify(lock, null, 2)}\n`);
rmSync(folder, { recursive: true, force: true });
console.log(
  `package-lock.json: ${Object.keys(lock.packages).length} packages, ${completed} of other platforms completed`,
);
