// Runs what documents show: every fenced `console` block is a dialogue of `$ command` lines and their output, in which a line
// of `…` stands for any lines and `…` inside a line for any text.
import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { delimiter, join, resolve } from "node:path";

export interface Dialogue {
  command: string;
  expected: readonly string[];
  /** Line of the document. */
  line: number;
}

/** The dialogues of a document, in order. */
export function dialogues(markdown: string): Dialogue[] {
  const found: Dialogue[] = [];
  let inside = false;
  let current: { command: string; expected: string[]; line: number } | undefined;
  for (const [i, text] of markdown.split("\n").entries()) {
    if (text.startsWith("```")) {
      inside = text === "```console";
      current = undefined;
      continue;
    }
    if (!inside) continue;
    if (text.startsWith("$ ")) {
      current = { command: text.slice(2), expected: [], line: i + 1 };
      found.push(current);
    } else current?.expected.push(text);
  }
  return found;
}

const escape = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);

/** A pattern for the output; trailing spaces don't count. */
export function outputPattern(expected: readonly string[]): RegExp {
  const lines = expected.map((line) =>
    line.trim() === "…" ? String.raw`(?:.*\n)*?` : `${line.trimEnd().split("…").map(escape).join(".*?")}[ ]*\n`,
  );
  return new RegExp(`^${lines.join("")}$`);
}

export interface DocumentShell {
  /** Runs one command line; stdout and stderr come together, as a person sees them. */
  run(command: string): { output: string; status: number };
  close(): void;
}

/** Where this machine's Kubernetes programs are: the shell's home has no cache. */
function kubernetesVariables(): { LOTSE_KUBE_ASSETS: string } {
  const { LOTSE_KUBE_ASSETS, XDG_CACHE_HOME } = process.env;
  const kept = join(XDG_CACHE_HOME ?? join(homedir(), ".cache"), "lotse/kubernetes");
  const platform = `${process.platform}-${process.arch === "x64" ? "amd64" : process.arch}`;
  return { LOTSE_KUBE_ASSETS: LOTSE_KUBE_ASSETS ?? join(kept, platform) };
}

/** A shell in an empty folder with `lotse`, `npx`, the examples, a home and a sandbox of its own. */
export function documentShell(options: { kubernetes?: boolean } = {}): DocumentShell {
  const folder = mkdtempSync(join(tmpdir(), "lotse-docs-"));
  const bin = join(folder, "bin");
  mkdirSync(bin);
  const entry = resolve("dist/lotse.js");
  const scripts = { lotse: `exec "${process.execPath}" "${entry}" "$@"`, npx: 'exec "$@"' };
  for (const [name, text] of Object.entries(scripts)) {
    writeFileSync(join(bin, name), `#!/bin/sh\n${text}\n`);
    chmodSync(join(bin, name), 0o755);
  }
  symlinkSync(resolve("examples"), join(folder, "examples"));
  const judges = process.env["LOTSE_JUDGES"];
  const path = [bin, ...(judges ? [join(judges, "bin")] : []), process.env["PATH"] ?? ""].join(delimiter);
  const env = {
    PATH: path,
    HOME: folder,
    LOTSE_SANDBOX_DIR: join(folder, "sandbox"),
    NO_COLOR: "1",
    AWS_PAGER: "",
    ...(options.kubernetes ? kubernetesVariables() : {}),
  };
  // Variables that a command exports are there for the next one, as in the reader's own shell.
  const variables = join(folder, ".variables");
  writeFileSync(variables, "");
  return {
    run: (command) => {
      const script = `set -a; . "${variables}"; set +a\n{ ${command}\n} 2>&1\nstatus=$?\nexport -p | grep ' AWS_' > "${variables}"\nexit $status`;
      const { stdout, status } = spawnSync("bash", ["-c", script], { cwd: folder, env, encoding: "utf8" });
      return { output: stdout, status: status ?? -1 };
    },
    close: () => {
      spawnSync(process.execPath, [entry, "sandbox", "down"], { env });
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export const readDocument = (path: string): string => readFileSync(resolve(path), "utf8");
