// Roles of `lotse controller` in this process, as the command line starts them.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { RoleDefinition, RunningRoles, RunOptions } from "../../src/controllers/index.ts";
import { roleNamed, runRoles } from "../../src/controllers/index.ts";

export interface StartedRole extends RunningRoles {
  /** Lines of its log. */
  log: Record<string, unknown>[];
  /** The text of a probe: `readyz`, `healthz`, `metrics`. */
  probe(path: string): Promise<{ status: number; text: string }>;
  /** Asks it to stop, and gives its exit code. */
  stop(): Promise<number>;
}

/** Starts a role on free ports. */
export async function startRole(
  role: string | RoleDefinition,
  words: readonly string[],
  options: Partial<RunOptions> = {},
): Promise<StartedRole> {
  const definition = typeof role === "string" ? roleNamed(role) : role;
  if (!definition) throw new Error("there is no such role");
  const stop = new AbortController();
  const log: Record<string, unknown>[] = [];
  const running = await runRoles({
    roles: [definition],
    words: ["--health-port=0", "--health-address=127.0.0.1", ...words],
    env: {},
    write: (line) => void log.push(JSON.parse(line) as Record<string, unknown>),
    signal: stop.signal,
    ...options,
  });
  return {
    ...running,
    log,
    async probe(path) {
      const answer = await fetch(`http://127.0.0.1:${running.probePort}/${path}`);
      return { status: answer.status, text: await answer.text() };
    },
    async stop() {
      stop.abort(new Error("stopped"));
      return running.done;
    },
  };
}

/** The port of a role's listener, once it listens. */
export async function listening(running: StartedRole, role: string, seconds = 30): Promise<number> {
  for (const end = Date.now() + seconds * 1000; Date.now() < end; await sleep(25)) {
    const port = running.port(role);
    if (port !== undefined) return port;
  }
  throw new Error(`${role} doesn't listen: ${JSON.stringify(running.log)}`);
}

/** A folder of a test's own. */
export function temporaryFolder(): { path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), "lotse-roles-"));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}
