// Finds the programs of a version, or gets them: what the user names, what the cache has, an official release, a build.
import { LotseError, isLotseError, errorMessage } from "../../../base/index.ts";
import type { AssetMaker, AssetOptions, AssetProgress, KubeAssets } from "./assets.ts";
import { checkMinor } from "./assets.ts";
import { buildSet } from "./build.ts";
import { cachedSet, cacheFolder, withCache } from "./cache.ts";
import { processEnvironment } from "./environment.ts";
import { givenAssets } from "./given.ts";
import { throttled } from "./progress.ts";
import { downloadSet } from "./releases.ts";
import { builtMinors } from "./versions.ts";

/** What there is, and why other places don't do. */
async function lookUp(minor: string, options: AssetOptions): Promise<{ assets?: KubeAssets; reasons: string[] }> {
  checkMinor(minor);
  const given = await givenAssets(minor, options.env ?? processEnvironment(), options.signal);
  if (given.assets) return given;
  const cached = await cachedSet(cacheFolder(options), minor);
  return cached ? { assets: cached, reasons: given.reasons } : given;
}

/**
 * The programs for clusters of a minor version, when this machine has them: named by LOTSE_KUBE_ASSETS or
 * KUBEBUILDER_ASSETS, or in the user's cache. Nothing is fetched.
 *
 * @param minor `1.35`
 * @throws LotseError `kube/bad-version` when it is none
 */
export async function findAssets(minor: string, options: AssetOptions = {}): Promise<KubeAssets | undefined> {
  return (await lookUp(minor, options)).assets;
}

const sources: readonly { name: string; begins: string; make: AssetMaker }[] = [
  { name: "download", begins: "download the official release", make: downloadSet },
  { name: "build", begins: "build from Go modules", make: buildSet },
];

/**
 * Finds the programs as {@link findAssets} does, else downloads the official release, else builds them with Go. A second
 * process that wants the same waits for the first. What an abort leaves is gone on with the next time.
 *
 * @param progress hears of each step, and once a second what happens within
 * @throws LotseError `kube/no-binaries` or `kube/out-of-reach` with what was tried; `kube/cache-folder`; `kube/bad-version`
 */
export async function installAssets(
  minor: string,
  options: AssetOptions = {},
  progress: (message: AssetProgress) => void = () => undefined,
): Promise<KubeAssets> {
  const found = await lookUp(minor, options);
  if (found.assets) return found.assets;
  const folder = cacheFolder(options);
  const tell = throttled(progress);
  const install = async (): Promise<KubeAssets> => {
    // Whoever had the cache before may have made just this.
    const made = await cachedSet(folder, minor);
    if (made) return made;
    const tried = [...found.reasons];
    const findings: unknown[] = [];
    for (const { name, begins, make } of sources) {
      let step = begins;
      const note = (message: AssetProgress): void => {
        step = message.step;
        tell(message);
      };
      try {
        return await make(minor, folder, options, note);
      } catch (error) {
        options.signal?.throwIfAborted();
        // The system's own errors (a disk that is full after all) end this way as well, defects don't.
        if (!isLotseError(error) && typeof (error as NodeJS.ErrnoException).errno !== "number") throw error;
        tell({ step, text: errorMessage(error), failed: true });
        findings.push(error);
        tried.push(`${name}: ${errorMessage(error)}`);
      }
    }
    throw nothingHelped(minor, tried, findings);
  };
  return await withCache(folder, install, {
    ...(options.signal ? { signal: options.signal } : {}),
    waiting: (pid) => tell({ step: "wait for another lotse", text: `process ${pid} is installing` }),
  });
}

function nothingHelped(minor: string, tried: readonly string[], findings: readonly unknown[]): LotseError {
  const reachable = `${builtMinors[0]} to ${builtMinors.at(-1)}`;
  const why = tried.join("; ");
  const diagnostics = findings.filter(isLotseError).map(({ diagnostic }) => diagnostic);
  const data = { minor, tried, findings: diagnostics };
  if (builtMinors.includes(minor)) {
    return new LotseError("kube/no-binaries", {
      title: `No binaries of Kubernetes ${minor}: ${why}`,
      remedy:
        "Get Go 1.26 or newer, or a way to dl.k8s.io and github.com, then: " +
        `lotse sandbox kubernetes install ${minor}. Or name a folder with etcd, kube-apiserver, kube-controller-manager and ` +
        "kube-scheduler in LOTSE_KUBE_ASSETS.",
      data,
    });
  }
  return new LotseError("kube/out-of-reach", {
    title: `Kubernetes ${minor} is out of reach: ${why}`,
    remedy:
      `Go builds ${reachable}. Any release that dl.k8s.io has can be downloaded from a machine that reaches it, ` +
      "or named as a folder in LOTSE_KUBE_ASSETS.",
    data,
  });
}
