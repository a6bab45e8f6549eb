import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, it } from "vitest";
import { isAlive } from "../../state/lock.ts";
import { buildArguments, buildProgram, versionStamps } from "./build.ts";
import { processEnvironment } from "./environment.ts";
import { findGo, runGo } from "./go.ts";
import { installAssets } from "./install.ts";
import { scratchFolder, writePrograms } from "./testing.ts";
import { builtKubernetes, builtMinors, etcdRelease, oldestGo, stampedVersion } from "./versions.ts";

const modules = resolve("data/kubernetes");
const nowhere = { kubernetes: "http://127.0.0.1:2", etcd: "http://127.0.0.1:2" };

describe("the pinned modules", () => {
  const file = (name: string): string => readFileSync(join(modules, name), "utf8");

  it("are the releases that are promised", ({ expect }) => {
    const mod = file("control-plane/go.mod");
    expect(mod).toContain(`require k8s.io/kubernetes v${builtKubernetes}\n`);
    expect(mod).toContain(`\ngo ${oldestGo}\n`);
    expect(file("etcd/go.mod")).toContain(`require go.etcd.io/etcd/server/v3 v${etcdRelease}\n`);
  });

  it("are replaced by releases of the same number, each with its checksum", ({ expect }) => {
    const replaced = [...file("control-plane/go.mod").matchAll(/^\t(k8s\.io\/\S+) => (\S+) (\S+)$/gm)];
    expect(replaced).toHaveLength(33);
    const names = new Set(replaced.map(([, name]) => name));
    for (const [, , by, version] of replaced) expect(version, by).toBe(`v0.${builtKubernetes.slice(2)}`);
    const sums = [...file("control-plane/go.sum").matchAll(/^(\S+) (v[^/\s]+)(\/go\.mod)? h1:\S+$/gm)];
    const staging = sums.filter(([, name]) => names.has(name));
    expect(staging.length).toBeGreaterThan(40);
    for (const [, name, version] of staging) expect(version, name).toBe(`v0.${builtKubernetes.slice(2)}`);
    expect(sums.some(([, name, version]) => name === "k8s.io/kubernetes" && version === `v${builtKubernetes}`)).toBe(
      true,
    );
  });
});

describe("the stamp of a built API server", () => {
  it("is the release itself, or EKS's newest patch of the minor that it stands in for", ({ expect }) => {
    expect(builtMinors).toEqual(["1.33", "1.34", "1.35", "1.36"]);
    expect(stampedVersion("1.36")).toBe("v1.36.3");
    expect(stampedVersion("1.34")).toMatch(/^v1\.34\.\d+$/);
  });

  it("reaches the linker as Kubernetes' own release builds have it", ({ expect }) => {
    const stamps = versionStamps("v1.34.9");
    expect(stamps["k8s.io/component-base/version.gitVersion"]).toBe("v1.34.9");
    expect(stamps["k8s.io/client-go/pkg/version.gitMinor"]).toBe("34");
    expect(
      buildArguments({ package: "example.com/x", output: "/out/x", stamps: { "main.a": "1", "main.b": "2" } }),
    ).toEqual([
      "build",
      "-mod=readonly",
      "-trimpath",
      "-v",
      "-ldflags",
      "-s -w -X main.a=1 -X main.b=2",
      "-o",
      "/out/x",
      "example.com/x",
    ]);
  });
});

const go = spawnSync("go", ["version"]).status === 0;
describe.skipIf(!go)(go ? "Go" : "skipped: no Go toolchain to try builds with", () => {
  const module = (folder: string, text: string): void => {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "go.mod"), "module example.com/two-lines\n\ngo 1.21\n");
    writeFileSync(join(folder, "main.go"), text);
  };
  const source = 'package main\n\nvar version = "unknown"\n\nfunc main() { println(version) }\n';

  it("links a version into a program, and another without compiling again", async ({ expect }) => {
    using scratch = scratchFolder();
    module(scratch.path, source);
    const lines: string[] = [];
    const options = {
      env: processEnvironment(),
      folder: scratch.path,
      onLine: (line: string) => void lines.push(line),
    };
    for (const version of ["v1.34.9", "v1.35.6"]) {
      const output = join(scratch.path, version);
      await buildProgram({ package: "example.com/two-lines", output, stamps: { "main.version": version } }, options);
      expect(spawnSync(output, { encoding: "utf8" }).stderr.trim()).toBe(version);
    }
    expect(lines.filter((line) => line === "example.com/two-lines").length).toBeLessThanOrEqual(1);
  });

  it("says what is wrong, and leaves no program behind", async ({ expect }) => {
    using scratch = scratchFolder();
    module(scratch.path, "package main\n\nfunc main() { undefinedName() }\n");
    const output = join(scratch.path, "out");
    const wanted = buildProgram(
      { package: "example.com/two-lines", output, stamps: {} },
      { env: processEnvironment(), folder: scratch.path },
    );
    await expect(wanted).rejects.toMatchObject({ code: "kube/build-failed" });
    await expect(wanted).rejects.toThrow("undefined: undefinedName");
    expect(existsSync(output)).toBe(false);
  });

  it("is found with its version and its folders", async ({ expect }) => {
    using scratch = scratchFolder();
    module(scratch.path, source);
    const found = await findGo({ env: processEnvironment(), folder: scratch.path });
    expect(found.version).toMatch(/^1\.\d+/);
    for (const folder of [found.cache, found.modules]) expect(folder.startsWith("/")).toBe(true);
  });
});

describe("a toolchain", () => {
  /** A `go` in the PATH that does what the script says. */
  const toolchain = (folder: string, script: string): Record<string, string> => {
    writePrograms(join(folder, "bin"), { go: `#!/bin/sh\n${script}\n` });
    return { PATH: `${join(folder, "bin")}:/usr/bin:/bin` };
  };

  it("that is too old and can't fetch a newer one is named with its version", async ({ expect }) => {
    using scratch = scratchFolder();
    const env = toolchain(
      scratch.path,
      'if [ "$GOTOOLCHAIN" = local ]; then printf "go1.22.3\\n/c\\n/m\\n"; else echo "go: no such host" >&2; exit 1; fi',
    );
    const wanted = installAssets("1.35", { env, cache: join(scratch.path, "cache"), releases: nowhere });
    await expect(wanted).rejects.toThrow("Go 1.22.3 is older than 1.26, and it can't fetch a newer one");
  });

  it("builds what sets share once, and one API server for each minor", async ({ expect }) => {
    using scratch = scratchFolder();
    // Writes a program that says what was asked of the linker, as the real one does.
    const env = toolchain(
      scratch.path,
      `echo "$*" >> ${scratch.path}/calls
if [ "$1" = env ]; then printf "go1.26.8\\n${scratch.path}\\n${scratch.path}\\n"; exit; fi
for word in "$@"; do case "$previous" in -o) out=$word;; -ldflags) flags=$word;; esac; previous=$word; done
version=$(echo "$flags" | tr ' ' '\\n' | sed -n 's/.*component-base.version.gitVersion=//p')
case "$out" in */etcd) say="etcd Version: ${etcdRelease}";; *) say="Kubernetes $version";; esac
echo "k8s.io/some/package" >&2
printf '#!/bin/sh\\necho "%s"\\n' "$say" > "$out"`,
    );
    const options = { env, cache: join(scratch.path, "cache"), releases: nowhere };
    const heard: string[] = [];
    const newest = await installAssets("1.36", options, ({ step }) => heard.push(step));
    expect(newest).toMatchObject({ version: `v${builtKubernetes}`, emulated: false, source: "build" });
    const older = await installAssets("1.34", options);
    expect(older).toMatchObject({ version: stampedVersion("1.34"), emulated: true, source: "build" });
    const built = readFileSync(join(scratch.path, "calls"), "utf8")
      .split("\n")
      .filter((line) => line.startsWith("build "));
    expect(built.map((line) => line.split("/").at(-1))).toEqual([
      "v3",
      "kube-apiserver",
      "kube-controller-manager",
      "kube-scheduler",
      "kube-apiserver",
    ]);
    expect(heard).toContain("build kube-apiserver");
  });

  it("is ended with all it has started when the user has enough, and nothing stays", async ({ expect }) => {
    using scratch = scratchFolder();
    const pid = join(scratch.path, "pid");
    const env = toolchain(
      scratch.path,
      `if [ "$1" = env ]; then printf "go1.26.8\\n${scratch.path}\\n${scratch.path}\\n"; exit; fi\nsleep 60 & echo $! > ${pid}; wait`,
    );
    const stop = new AbortController();
    const cache = join(scratch.path, "cache");
    const wanted = installAssets("1.36", { env, cache, releases: nowhere, signal: stop.signal }, ({ step }) => {
      if (step.startsWith("build")) setTimeout(() => stop.abort(new Error("Ctrl-C")), 300);
    });
    await expect(wanted).rejects.toThrow("Ctrl-C");
    const child = Number(readFileSync(pid, "utf8"));
    expect(isAlive(child)).toBe(false);
    const [folder = ""] = readdirSync(cache);
    expect(readdirSync(join(cache, folder))).toEqual([]);
  });

  it("that isn't there is said in words", async ({ expect }) => {
    using scratch = scratchFolder();
    const wanted = runGo(["version"], { env: { PATH: scratch.path }, folder: scratch.path });
    await expect(wanted).rejects.toMatchObject({ code: "kube/no-go" });
  });
});
