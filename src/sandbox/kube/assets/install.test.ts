import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "vitest";
import type { AssetProgress } from "./assets.ts";
import { cacheFolder } from "./cache.ts";
import { defaultCache, platform } from "./environment.ts";
import { findAssets, installAssets } from "./install.ts";
import { listAssets, removeAssets } from "./manage.ts";
import { kubernetesOr, program, releasePages, scratchFolder, site, writePrograms } from "./testing.ts";
import { versionOf } from "./verify.ts";
import { etcdRelease } from "./versions.ts";

const etcd = `v${etcdRelease}`;
const nowhere = { kubernetes: "http://127.0.0.1:2", etcd: "http://127.0.0.1:2" };
/** Node publishes no other systems' releases: downloads are a matter of Linux. */
const linux = platform.os === "linux";

describe.skipIf(!linux)(linux ? "an official release" : "skipped: official releases are for Linux", () => {
  it("is downloaded in the cluster's own minor, checked, and found from then on", async ({ expect }) => {
    using scratch = scratchFolder();
    await using web = await site(releasePages("v1.35.6", etcd));
    const options = { env: {}, cache: scratch.path, releases: { kubernetes: web.url, etcd: web.url } };
    expect(await findAssets("1.35", options)).toBeUndefined();
    const heard: AssetProgress[] = [];
    const assets = await installAssets("1.35", options, (message) => heard.push(message));
    expect(assets).toMatchObject({ minor: "1.35", version: "v1.35.6", etcdVersion: etcd, emulated: false });
    expect(assets.source).toBe("download");
    for (const path of Object.values(assets.paths)) expect(await versionOf(path)).toMatch(/^v[13]\./);
    expect(heard.map(({ step }) => step)).toEqual([
      "look for the newest 1.35",
      `download etcd-${etcd}-${platform.os}-${platform.arch}.tar.gz (v1.35.6)`,
      "download kube-apiserver (v1.35.6)",
      "download kube-controller-manager (v1.35.6)",
      "download kube-scheduler (v1.35.6)",
    ]);
    const asked = web.asked.length;
    expect(await findAssets("1.35", options)).toEqual(assets);
    expect(await installAssets("1.35", options)).toEqual(assets);
    expect(web.asked).toHaveLength(asked);
  });

  it("shares with other minors what is the same, and goes with the last of them", async ({ expect }) => {
    using scratch = scratchFolder();
    await using web = await site({ ...releasePages("v1.34.9", etcd), ...releasePages("v1.35.6", etcd) });
    const options = { env: {}, cache: scratch.path, releases: { kubernetes: web.url, etcd: web.url } };
    const [older, newer] = [await installAssets("1.34", options), await installAssets("1.35", options)];
    expect(statSync(newer.paths.etcd).ino).toBe(statSync(older.paths.etcd).ino);
    expect((await listAssets(options)).map(({ minor }) => minor)).toEqual(["1.34", "1.35"]);
    expect(await removeAssets(["1.34", "1.20"], options)).toEqual(["1.34"]);
    expect(await findAssets("1.34", options)).toBeUndefined();
    expect(await findAssets("1.35", options)).toBeDefined();
    expect(await removeAssets(undefined, options)).toEqual(["1.35"]);
    const left = readdirSync(scratch.path, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    expect(left).toEqual([]);
  });

  it("that is half there isn't found, and is completed", async ({ expect }) => {
    using scratch = scratchFolder();
    await using web = await site(releasePages("v1.35.6", etcd));
    const options = { env: {}, cache: scratch.path, releases: { kubernetes: web.url, etcd: web.url } };
    const { paths } = await installAssets("1.35", options);
    rmSync(paths.scheduler);
    expect(await findAssets("1.35", options)).toBeUndefined();
    mkdirSync(join(cacheFolder(options), ".work-of-a-process-that-was-killed"));
    await installAssets("1.35", options);
    expect(existsSync(paths.scheduler)).toBe(true);
    expect(readdirSync(cacheFolder(options)).filter((name) => name.startsWith(".work-"))).toEqual([]);
  });

  it("is fetched once by two that want it at the same time", async ({ expect }) => {
    using scratch = scratchFolder();
    await using web = await site(releasePages("v1.35.6", etcd));
    const options = { env: {}, cache: scratch.path, releases: { kubernetes: web.url, etcd: web.url } };
    const heard: string[] = [];
    const [one, other] = await Promise.all([
      installAssets("1.35", options),
      installAssets("1.35", options, ({ step }) => heard.push(step)),
    ]);
    expect(other).toEqual(one);
    expect(heard).toContain("wait for another lotse");
    expect(web.asked.filter((path) => path.endsWith("/kube-apiserver"))).toHaveLength(1);
  });

  it("waits for another process, and takes over from one that died", async ({ expect }) => {
    using scratch = scratchFolder();
    await using web = await site(releasePages("v1.35.6", etcd));
    const options = { env: {}, cache: scratch.path, releases: { kubernetes: web.url, etcd: web.url } };
    const folder = cacheFolder(options);
    mkdirSync(folder, { recursive: true });
    const other = spawn("sleep", ["60"]);
    writeFileSync(join(folder, "lock"), JSON.stringify({ pid: other.pid }));
    const waits: string[] = [];
    const made = await installAssets("1.35", options, ({ text }) => {
      if (text.startsWith("process ")) waits.push(text);
      other.kill("SIGKILL");
    });
    expect(waits[0]).toBe(`process ${other.pid} is installing`);
    expect(made.version).toBe("v1.35.6");
  });

  it("that was changed on the way isn't used, and the text says so", async ({ expect }) => {
    using scratch = scratchFolder();
    const pages = releasePages("v1.35.6", etcd);
    await using web = await site({
      ...pages,
      [`/v1.35.6/bin/${platform.os}/${platform.arch}/kube-apiserver`]: "#!/bin/sh\necho evil\n",
    });
    const options = { env: {}, cache: scratch.path, releases: { kubernetes: web.url, etcd: web.url } };
    const wanted = installAssets("1.35", options);
    await expect(wanted).rejects.toMatchObject({ code: "kube/no-binaries" });
    await expect(wanted).rejects.toThrow("kube-apiserver isn't what its publisher made");
    expect(await findAssets("1.35", options)).toBeUndefined();
  });

  it("that doesn't run here isn't used", async ({ expect }) => {
    using scratch = scratchFolder();
    const pages = releasePages("v1.35.6", etcd);
    const site64 = `/v1.35.6/bin/${platform.os}/${platform.arch}/kube-scheduler`;
    const other = "\u007fELF of another machine";
    const { sum } = await import("./testing.ts");
    await using web = await site({
      ...pages,
      [site64]: other,
      [`${site64}.sha256`]: `${sum(other)}  kube-scheduler\n`,
    });
    const options = { env: {}, cache: scratch.path, releases: { kubernetes: web.url, etcd: web.url } };
    await expect(installAssets("1.35", options)).rejects.toThrow("kube-scheduler doesn't run");
  });

  it("goes on after an interruption with what it had", async ({ expect }) => {
    using scratch = scratchFolder();
    const pages = releasePages("v1.35.6", etcd);
    const path = `/v1.35.6/bin/${platform.os}/${platform.arch}/kube-scheduler`;
    const whole = String(pages[path]);
    let hang = true;
    await using web = await site({
      ...pages,
      [path]: (request, response) => {
        const from = Number(/\d+/.exec(request.headers.range ?? "0")?.[0]);
        response.writeHead(from > 0 ? 206 : 200, { "content-length": whole.length - from });
        if (hang) response.write(whole.slice(from, from + 12));
        else response.end(whole.slice(from));
      },
    });
    const options = { env: {}, cache: scratch.path, releases: { kubernetes: web.url, etcd: web.url } };
    const stop = new AbortController();
    const interrupted = installAssets("1.35", { ...options, signal: stop.signal }, ({ step }) => {
      if (step.includes("kube-scheduler")) setTimeout(() => stop.abort(new Error("Ctrl-C")), 100);
    });
    await expect(interrupted).rejects.toThrow("Ctrl-C");
    expect(existsSync(join(cacheFolder(options), "lock"))).toBe(false);
    hang = false;
    const before = web.asked.length;
    await installAssets("1.35", options);
    expect(web.asked.slice(before)).toEqual(["/stable-1.35.txt", `${path}.sha256`, `${path} bytes=12-`]);
  });
});

describe("binaries of the user's own", () => {
  const own = (version: string): Record<string, string> => ({
    etcd: program("v3.6.1", true),
    "kube-apiserver": program(version),
    "kube-controller-manager": program(version),
    "kube-scheduler": program(version),
  });

  it("come first, flat or by minor, LOTSE_KUBE_ASSETS before KUBEBUILDER_ASSETS", async ({ expect }) => {
    using scratch = scratchFolder();
    const [flat, many] = [join(scratch.path, "flat"), join(scratch.path, "many")];
    writePrograms(flat, own("v1.35.1"));
    writePrograms(join(many, "1.35"), own("v1.35.2"));
    const find = (env: Record<string, string>) => findAssets("1.35", { env, cache: scratch.path });
    expect(await find({ KUBEBUILDER_ASSETS: flat })).toMatchObject({ version: "v1.35.1", source: "environment" });
    expect(await find({ LOTSE_KUBE_ASSETS: many, KUBEBUILDER_ASSETS: flat })).toMatchObject({ version: "v1.35.2" });
    expect((await find({ LOTSE_KUBE_ASSETS: many }))?.paths.etcd).toBe(join(many, "1.35", "etcd"));
  });

  it("that can't be used are named with the reason when nothing else helps", async ({ expect }) => {
    using scratch = scratchFolder();
    const envtest = join(scratch.path, "envtest");
    const { etcd: etcdProgram = "", "kube-apiserver": apiserver = "" } = own("v1.35.1");
    writePrograms(envtest, { etcd: etcdProgram, "kube-apiserver": apiserver, kubectl: "#!/bin/sh\n" });
    const older = join(scratch.path, "older");
    writePrograms(older, own("v1.34.2"));
    const reasonFor = (env: Record<string, string>): Promise<string> =>
      installAssets("1.35", { env, cache: join(scratch.path, "cache"), releases: nowhere }).then(
        () => "it worked",
        (error: Error) => error.message,
      );
    expect(await reasonFor({ KUBEBUILDER_ASSETS: envtest, LOTSE_KUBE_ASSETS: "/not/there" })).toBe(
      `No binaries of Kubernetes 1.35: LOTSE_KUBE_ASSETS: /not/there doesn't exist; KUBEBUILDER_ASSETS: ${envtest} lacks ` +
        "kube-controller-manager and kube-scheduler; download: http://127.0.0.1:2/stable-1.35.txt can't be downloaded: " +
        "connect ECONNREFUSED 127.0.0.1:2; build: no Go toolchain is in the PATH",
    );
    expect(await reasonFor({ LOTSE_KUBE_ASSETS: older })).toContain(`LOTSE_KUBE_ASSETS: ${older} holds v1.34.2`);
    writePrograms(older, { "kube-scheduler": "#!/bin/sh\necho 'not found: libc.so' >&2; exit 127\n" });
    expect(await reasonFor({ LOTSE_KUBE_ASSETS: older })).toContain("can't be used: kube-scheduler doesn't run");
  });
});

describe("versions", () => {
  it("that nothing reaches say which are in reach", async ({ expect }) => {
    using scratch = scratchFolder();
    const wanted = installAssets("1.28", { env: {}, cache: scratch.path, releases: nowhere });
    await expect(wanted).rejects.toMatchObject({ code: "kube/out-of-reach" });
    await expect(wanted).rejects.toThrow("Kubernetes 1.36.3 stands in for 1.33 to 1.36, not for 1.28");
  });

  it.for(["", "1", "1.35.6", "v1.35", "../../etc", "1.035"])("%j is none", async (minor, { expect }) => {
    await expect(findAssets(minor, { env: {} })).rejects.toMatchObject({ code: "kube/bad-version" });
  });
});

describe("the cache", () => {
  it("stands where caches stand", ({ expect }) => {
    const usual = platform.os === "darwin" ? "/home/me/Library/Caches" : "/home/me/.cache";
    expect(defaultCache({ HOME: "/home/me" })).toBe(`${usual}/lotse/kubernetes`);
    expect(defaultCache({ HOME: "/home/me", XDG_CACHE_HOME: "/fast" })).toBe("/fast/lotse/kubernetes");
    expect(defaultCache({ HOME: "/home/me", XDG_CACHE_HOME: "relative" })).toBe(`${usual}/lotse/kubernetes`);
  });

  it("that can't be written says so", async ({ expect }) => {
    using scratch = scratchFolder();
    const file = join(scratch.path, "file");
    writeFileSync(file, "");
    const wanted = installAssets("1.35", { env: {}, cache: file, releases: nowhere });
    await expect(wanted).rejects.toMatchObject({ code: "kube/cache-folder" });
    expect(readFileSync(file, "utf8")).toBe("");
  });
});

const kubernetes = await kubernetesOr();
describe.skipIf(kubernetes.skip)(kubernetes.skip ?? "this machine's Kubernetes", () => {
  it("is four programs that say what the set says", async ({ expect }) => {
    const { paths, version, etcdVersion, minor } = kubernetes.assets ?? expect.unreachable();
    expect(version).toMatch(new RegExp(`^v${minor}\\.`));
    expect(await versionOf(paths.apiserver)).toBe(version);
    expect(await versionOf(paths.etcd)).toBe(etcdVersion);
  });
});
