// Builds the programs from their Go modules, which proxies carry where downloads of releases are not allowed. Versions and
// checksums of every module are pinned by go.mod and go.sum in data/kubernetes. The compiler's work is kept by Go, so another
// minor costs one link of kube-apiserver with another version stamp.
import { existsSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { LotseError, packageFile } from "../../../base/index.ts";
import type { AssetMaker, AssetOptions, AssetProgress, Program } from "./assets.ts";
import { programs } from "./assets.ts";
import { componentPath, keepComponent, publishSet, workFolder } from "./cache.ts";
import { checkSpace } from "./disk.ts";
import { platform, processEnvironment } from "./environment.ts";
import type { GoOptions } from "./go.ts";
import { findGo, runGo } from "./go.ts";
import { builtKubernetes, builtMinors, etcdRelease, stampedVersion } from "./versions.ts";

/** One program to build. */
export interface GoProgram {
  /** Main package. */
  package: string;
  /** The file to write. */
  output: string;
  /** Values of string variables, by their path. */
  stamps: Readonly<Record<string, string>>;
}

/** What it takes in this order, measured on 2 cores with nothing cached: packages that Go compiles, and seconds. */
const cost: Readonly<Record<Program, { packages: number; seconds: number }>> = {
  etcd: { packages: 580, seconds: 39 },
  "kube-apiserver": { packages: 1800, seconds: 180 },
  "kube-controller-manager": { packages: 390, seconds: 46 },
  "kube-scheduler": { packages: 6, seconds: 4 },
};
const allSeconds = Object.values(cost).reduce((sum, { seconds }) => sum + seconds, 0);

/**
 * Bytes on disk, measured and rounded up: programs (300 MB) with what a link writes meanwhile, compiled packages
 * (1.4 GB), modules (0.8 GB, unpacked and packed).
 */
const space = { programs: 700_000_000, compiled: 1_700_000_000, modules: 1_000_000_000 };

/** Arguments of `go build`: small (no symbols), repeatable (no paths), nothing but what go.sum names. */
export function buildArguments({ package: name, output, stamps }: GoProgram): string[] {
  const values = Object.entries(stamps).map(([variable, value]) => `-X ${variable}=${value}`);
  const flags = ["-s", "-w", ...values].join(" ");
  return ["build", "-mod=readonly", "-trimpath", "-v", "-ldflags", flags, "-o", output, name];
}

/** The variables that a release build of Kubernetes sets (its hack/lib/version.sh), for `v1.35.6`. */
export function versionStamps(version: string): Record<string, string> {
  const [major = "", minor = ""] = version.slice(1).split(".");
  // The commit isn't known; unset it would read `$Format:%H$`.
  const values = { gitVersion: version, gitMajor: major, gitMinor: minor, gitTreeState: "clean", gitCommit: "" };
  return Object.fromEntries(
    ["k8s.io/component-base/version", "k8s.io/client-go/pkg/version"].flatMap((path) =>
      Object.entries(values).map(([name, value]) => [`${path}.${name}`, value]),
    ),
  );
}

/** Compiles and links one program; a failed or aborted build leaves no file. */
export async function buildProgram(program: GoProgram, options: GoOptions): Promise<void> {
  try {
    await runGo(buildArguments(program), options);
  } catch (error) {
    await rm(program.output, { force: true });
    throw error;
  }
}

const moduleFolder = (program: Program): string =>
  packageFile(`data/kubernetes/${program === "etcd" ? "etcd" : "control-plane"}`);

const mainPackage = (program: Program): string =>
  program === "etcd" ? "go.etcd.io/etcd/server/v3" : `k8s.io/kubernetes/cmd/${program}`;

/** Shows Go's lines as progress of one program. */
function listener(program: Program, before: number, progress: (message: AssetProgress) => void) {
  const { packages, seconds } = cost[program];
  let compiled = 0;
  return (line: string): void => {
    const module = /^go: downloading (\S+) (\S+)/.exec(line);
    if (!module) compiled += 1;
    const text = module ? `downloads ${module[1]} ${module[2]}` : `${compiled} packages compiled`;
    const part = Math.min(0.95, compiled / packages);
    progress({ step: `build ${program}`, text, fraction: (before + part * seconds) / allSeconds });
  };
}

/**
 * Builds a set and puts it into the cache; what earlier sets have built isn't built again.
 *
 * @throws LotseError `kube/no-go`, `kube/build-failed`, `kube/disk-space` or `kube/not-runnable`
 */
export const buildSet: AssetMaker = async (minor, folder, options, progress) => {
  if (!builtMinors.includes(minor)) {
    throw new LotseError("kube/build-failed", {
      title: `Kubernetes ${builtKubernetes} stands in for ${builtMinors[0]} to ${builtMinors.at(-1)}, not for ${minor}`,
    });
  }
  if (!["linux", "darwin"].includes(platform.os)) {
    throw new LotseError("kube/build-failed", {
      title: `a control plane runs on Linux and macOS, not on ${platform.os}`,
    });
  }
  const { signal, env = processEnvironment() }: AssetOptions = options;
  const go = await findGo({ env, folder: moduleFolder("kube-apiserver"), ...(signal ? { signal } : {}) });
  const version = stampedVersion(minor);
  const files = {} as Record<Program, string>;
  const releases = {} as Record<Program, string>;
  for (const program of programs) {
    releases[program] =
      program === "etcd" ? `v${etcdRelease}` : program === "kube-apiserver" ? version : `v${builtKubernetes}`;
    files[program] = componentPath(folder, "build", program, releases[program]);
  }
  const missing = programs.filter((program) => !existsSync(files[program]));
  const first = missing.some((program) => program !== "kube-apiserver");
  await checkSpace(
    `Building Kubernetes ${minor}`,
    first
      ? { [folder]: space.programs, [go.cache]: space.compiled, [go.modules]: space.modules }
      : { [folder]: space.programs / 2 },
  );
  const work = await workFolder(folder);
  try {
    const temporary = join(work, "go");
    await mkdir(temporary);
    let before = 0;
    for (const program of programs) {
      const { seconds } = cost[program];
      if (missing.includes(program)) {
        progress({ step: `build ${program}`, text: "begins", fraction: before / allSeconds });
        const stamps = program === "etcd" ? {} : versionStamps(releases[program]);
        const output = join(work, program);
        const goOptions: GoOptions = {
          // What it leaves behind when it is killed lies where the next one removes it.
          env: { ...go.env, GOTMPDIR: temporary },
          folder: moduleFolder(program),
          onLine: listener(program, before, progress),
          ...(signal ? { signal } : {}),
        };
        await buildProgram({ package: mainPackage(program), output, stamps }, goOptions);
        await keepComponent(output, files[program], signal);
      }
      before += seconds;
    }
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  const set = { minor, version, emulated: version !== `v${builtKubernetes}`, source: "build" } as const;
  return await publishSet(folder, set, files, signal);
};
