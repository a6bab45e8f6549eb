// For tests: the machine's own control planes, and a stand-in for the sites that publish releases.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { KubeAssets } from "./assets.ts";
import { platform } from "./environment.ts";
import { findAssets } from "./install.ts";

/** Programs for tests, or the title of what is skipped for want of them. */
export type KubernetesOr = { assets: KubeAssets; skip?: undefined } | { assets?: undefined; skip: string };

/**
 * What tests with a real Kubernetes begin with. `npm test` has installed the programs before, where they can be had.
 *
 * @param minor default: the newest that is built
 * @example
 * const kubernetes = await kubernetesOr("1.36");
 * describe.skipIf(kubernetes.skip)(kubernetes.skip ?? "a control plane", () => { … kubernetes.assets … });
 */
export async function kubernetesOr(minor = "1.36"): Promise<KubernetesOr> {
  const assets = await findAssets(minor);
  if (assets) return { assets };
  return {
    skip: `skipped: no binaries of Kubernetes ${minor} (\`npm test\` gets them where it can; lotse sandbox kubernetes install says why not)`,
  };
}

/** A folder that is gone with the `using` block. */
export function scratchFolder(): { path: string; [Symbol.dispose](): void } {
  const path = mkdtempSync(join(tmpdir(), "lotse-assets-"));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

/** A program that answers `--version` as Kubernetes' do, and etcd's. */
export function program(version: string, etcd = false): string {
  return `#!/bin/sh\necho "${etcd ? `etcd Version: ${version.slice(1)}` : `Kubernetes ${version}`}"\n`;
}

/** Writes executable files into a folder. */
export function writePrograms(folder: string, files: Readonly<Record<string, string>>): void {
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of Object.entries(files)) {
    writeFileSync(join(folder, name), text);
    chmodSync(join(folder, name), 0o755);
  }
}

/** What a site serves; a function answers for itself. */
export type Pages = Record<string, string | Buffer | ((request: IncomingMessage, response: ServerResponse) => void)>;

/** An HTTP site of these pages that knows byte ranges, as the real ones do. */
export async function site(
  pages: Pages,
): Promise<{ url: string; asked: string[]; [Symbol.asyncDispose](): Promise<void> }> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const page = pages[request.url ?? ""];
    asked.push(`${request.url}${request.headers.range ? ` ${request.headers.range}` : ""}`);
    if (typeof page === "function") return page(request, response);
    if (page === undefined) return void response.writeHead(404).end("not found");
    const body = Buffer.from(page);
    const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1] ?? Number.NaN);
    if (from >= body.length) return void response.writeHead(416).end();
    if (from > 0) {
      const range = `bytes ${from}-${body.length - 1}/${body.length}`;
      response.writeHead(206, { "content-length": body.length - from, "content-range": range });
      return void response.end(body.subarray(from));
    }
    response.writeHead(200, { "content-length": body.length }).end(body);
  });
  await new Promise<void>((done) => void server.listen(0, "127.0.0.1", done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    [Symbol.asyncDispose]: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

/** SHA-256, hex. */
export const sum = (data: string | Buffer): string => createHash("sha256").update(data).digest("hex");

/** A .tar.gz by the system's own tar, of files below one folder. */
export function archive(top: string, files: Readonly<Record<string, string>>): Buffer {
  using scratch = scratchFolder();
  writePrograms(join(scratch.path, top), files);
  const file = join(scratch.path, "archive.tar.gz");
  const { status, stderr } = spawnSync("tar", ["-czf", file, "-C", scratch.path, top], { encoding: "utf8" });
  if (status !== 0) throw new Error(`tar: ${stderr}`);
  return readFileSync(file);
}

/** The pages of a release as dl.k8s.io and etcd's releases have them, for this machine. */
export function releasePages(version: string, etcd: string): Pages {
  const minor = version.split(".").slice(0, 2).join(".").slice(1);
  const binary = program(version);
  const name = `etcd-${etcd}-${platform.os}-${platform.arch}`;
  const tarball = archive(name, { README: "x".repeat(700), etcd: program(etcd, true), etcdctl: "#!/bin/sh\n" });
  const pages: Pages = {
    [`/stable-${minor}.txt`]: version,
    [`/${etcd}/${name}.tar.gz`]: tarball,
    [`/${etcd}/SHA256SUMS`]: `${sum("other")}  etcd-${etcd}-other.zip\n${sum(tarball)}  ${name}.tar.gz\n`,
  };
  for (const each of ["kube-apiserver", "kube-controller-manager", "kube-scheduler"]) {
    pages[`/${version}/bin/${platform.os}/${platform.arch}/${each}`] = binary;
    pages[`/${version}/bin/${platform.os}/${platform.arch}/${each}.sha256`] = sum(binary);
  }
  return pages;
}
