// Ctrl-C in the middle of a rehearsal leaves nothing: no program, no file.
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { describe, it } from "vitest";
import { kubernetesOr } from "../../src/sandbox/kube/assets/testing.ts";

const kubernetes = await kubernetesOr("1.34");
const root = resolve(import.meta.dirname, "../..");

/** Processes whose command line or environment names a folder, which control planes keep their data in. */
function processesIn(folder: string): string[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const line = readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
        return line.includes(folder) ? [`${pid} ${line.slice(0, 120)}`] : [];
      } catch {
        // It has ended while we looked.
        return [];
      }
    });
}

interface Ended {
  code: number | null;
  stdout: string;
}

/** Rehearses until a text stands on stdout or stderr, then sends the signal. */
function interrupted(folder: string, at: RegExp, signal: NodeJS.Signals): Promise<Ended> {
  const child = spawn(
    process.execPath,
    [
      join(root, "dist/lotse.js"),
      "rehearse",
      "-f",
      join(root, "examples/01-production.yaml"),
      "-m",
      join(root, "examples/manifests/shop"),
    ],
    {
      cwd: folder,
      timeout: 160_000,
      killSignal: "SIGKILL",
      env: {
        PATH: process.env["PATH"] ?? "",
        HOME: homedir(),
        ...(process.env["XDG_CACHE_HOME"] ? { XDG_CACHE_HOME: process.env["XDG_CACHE_HOME"] } : {}),
        ...(process.env["LOTSE_KUBE_ASSETS"] ? { LOTSE_KUBE_ASSETS: process.env["LOTSE_KUBE_ASSETS"] } : {}),
        TMPDIR: join(folder, "tmp"),
        // A rehearsal looks at none of these.
        AWS_ENDPOINT_URL: "http://127.0.0.1:1",
        AWS_PROFILE: "nobody",
        AWS_REGION: "us-east-1",
      },
    },
  );
  let text = "";
  let stdout = "";
  let sent = false;
  const hear = (chunk: Buffer): void => {
    text += chunk.toString();
    if (sent || !at.test(text)) return;
    sent = true;
    child.kill(signal);
  };
  child.stdout.on("data", (chunk: Buffer) => {
    stdout += chunk.toString();
    hear(chunk);
  });
  child.stderr.on("data", hear);
  // Not "exit": what it wrote last may still be on its way then.
  return new Promise((done) => child.once("close", (code) => done({ code, stdout })));
}

describe.skipIf(kubernetes.skip)(kubernetes.skip ?? "an interrupted rehearsal", () => {
  it.for([
    ["while the control plane starts", /Apply the manifests/, "SIGINT"],
    ["while pods start", /workloads get Ready/, "SIGTERM"],
  ] as const)("%s leaves no program and no file", async ([, at, signal], { expect }) => {
    const folder = mkdtempSync(join(tmpdir(), "lotse-interrupted-"));
    mkdirSync(join(folder, "tmp"));
    try {
      const { code, stdout } = await interrupted(folder, at, signal);
      expect([code, stdout]).toEqual([
        130,
        expect.stringContaining("Interrupted; nothing of it is left on this machine."),
      ]);
      expect(processesIn(folder)).toEqual([]);
      expect(readdirSync(join(folder, "tmp"))).toEqual([]);
      expect(readdirSync(folder)).toEqual(["tmp"]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
