// The official releases: Kubernetes' own server binaries in the cluster's minor, and etcd's, each with the checksum that
// its publisher puts beside it.
import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { LotseError } from "../../../base/index.ts";
import type { AssetMaker, Program, Releases } from "./assets.ts";
import { programs } from "./assets.ts";
import { componentPath, keepComponent, publishSet } from "./cache.ts";
import type { DownloadOptions } from "./download.ts";
import { download, fetchText } from "./download.ts";
import { platform } from "./environment.ts";
import { extract } from "./untar.ts";
import { etcdRelease } from "./versions.ts";

/** https://kubernetes.io/releases/download/ and https://github.com/etcd-io/etcd/releases */
const official: Releases = {
  kubernetes: "https://dl.k8s.io/release",
  etcd: "https://github.com/etcd-io/etcd/releases/download",
};

/** Systems that Kubernetes publishes server binaries for. */
const published = ["linux-amd64", "linux-arm64"];

/** The first sum of a checksum file, or that of the line that names the file. */
function sumIn(text: string, url: string, file?: string): string {
  const line = text.split("\n").find((each) => file === undefined || each.trim().endsWith(file)) ?? "";
  const sum = /^\s*([0-9a-f]{64})\b/i.exec(line)?.[1];
  if (sum !== undefined) return sum.toLowerCase();
  throw new LotseError("kube/download-failed", { title: `${url} holds no checksum${file ? ` of ${file}` : ""}` });
}

/**
 * Downloads the newest patch release of a minor and puts it into the cache.
 *
 * @throws LotseError `kube/download-failed`, `kube/checksum`, `kube/disk-space` or `kube/not-runnable`
 */
export const downloadSet: AssetMaker = async (minor, folder, options, progress) => {
  const { kubernetes, etcd } = options.releases ?? official;
  const { os, arch } = platform;
  if (!published.includes(`${os}-${arch}`)) {
    throw new LotseError("kube/download-failed", {
      title: `Kubernetes publishes no control plane for ${os} on ${arch}`,
    });
  }
  const fetching: DownloadOptions = {
    ...(options.signal ? { signal: options.signal } : {}),
    ...(options.stallMilliseconds === undefined ? {} : { stallMilliseconds: options.stallMilliseconds }),
  };
  const stable = `${kubernetes}/stable-${minor}.txt`;
  progress({ step: `look for the newest ${minor}`, text: stable });
  const version = (await fetchText(stable, fetching)).trim();
  if (!version.startsWith(`v${minor}.`) || !/^v\d+\.\d+\.\d+$/.test(version)) {
    const title = `${stable} names no release of ${minor}: ${JSON.stringify(version.slice(0, 40))}`;
    throw new LotseError("kube/download-failed", { title });
  }
  const downloads = join(folder, "downloads");
  /** Downloads with progress; `share` is the part of the whole that is done before. */
  const get = async (url: string, file: string, sum: string, done: number): Promise<void> => {
    const name = url.split("/").at(-1) ?? url;
    const step = `download ${name} (${version})`;
    progress({ step, text: url, fraction: done / programs.length });
    await download(url, file, sum, {
      ...fetching,
      onBytes: (bytes, total) => {
        const part = total ? bytes / total : 0;
        const text = `${(bytes / 1e6).toFixed(0)}${total ? ` of ${(total / 1e6).toFixed(0)}` : ""} MB`;
        progress({ step, text, fraction: (done + part) / programs.length });
      },
    });
  };

  const files = {} as Record<Program, string>;
  for (const [i, program] of programs.entries()) {
    const release = program === "etcd" ? `v${etcdRelease}` : version;
    const component = componentPath(folder, "download", program, release);
    files[program] = component;
    if (existsSync(component)) continue;
    const file = join(downloads, `${program}-${release}`);
    if (program === "etcd") {
      const base = `${etcd}/${release}`;
      const name = `etcd-${release}-${os}-${arch}`;
      const sums = await fetchText(`${base}/SHA256SUMS`, fetching);
      const archive = `${file}.tar.gz`;
      await get(`${base}/${name}.tar.gz`, archive, sumIn(sums, `${base}/SHA256SUMS`, `${name}.tar.gz`), i);
      await extract(archive, `${name}/etcd`, file);
      await rm(archive);
    } else {
      const url = `${kubernetes}/${version}/bin/${os}/${arch}/${program}`;
      await get(url, file, sumIn(await fetchText(`${url}.sha256`, fetching), `${url}.sha256`), i);
    }
    await keepComponent(file, component, options.signal);
  }
  return await publishSet(folder, { minor, version, emulated: false, source: "download" }, files, options.signal);
};
