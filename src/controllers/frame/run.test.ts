import { describe, it } from "vitest";
import type { RoleContext } from "./context.ts";
import type { RoleDefinition } from "./role.ts";
import type { RunningRoles } from "./run.ts";
import { runRoles } from "./run.ts";

const workload = { kind: "Deployment", resources: { cpu: "1m", memory: "1Mi", memoryLimit: "1Mi" } } as const;
const define = (name: string, more: Partial<RoleDefinition>): RoleDefinition => ({
  name,
  title: name,
  flags: [],
  watches: [],
  rbac: [],
  needsCluster: false,
  workload,
  ...more,
});

interface Started extends RunningRoles {
  lines: Record<string, unknown>[];
  stop: AbortController;
  get(path: string): Promise<{ status: number; text: string }>;
}

async function start(roles: readonly RoleDefinition[], ...words: string[]): Promise<Started> {
  const stop = new AbortController();
  const lines: Record<string, unknown>[] = [];
  const running = await runRoles({
    roles,
    words: ["--health-port=0", "--health-address=127.0.0.1", ...words],
    env: { HOME: "/nonexistent", POD_NAMESPACE: "shop", POD_NAME: "pod-1" },
    write: (line) => void lines.push(JSON.parse(line) as Record<string, unknown>),
    signal: stop.signal,
  });
  const get = async (path: string): Promise<{ status: number; text: string }> => {
    const answer = await fetch(`http://127.0.0.1:${running.probePort}${path}`);
    return { status: answer.status, text: await answer.text() };
  };
  return { ...running, lines, stop, get };
}

/** Goes on until it is stopped, and takes a moment to end. */
const patient = (ended: string[]): RoleDefinition =>
  define("patient", {
    async run({ signal, namespace, instance, log }: RoleContext) {
      log.info("runs", { namespace, instance });
      await new Promise<void>((done) => signal.addEventListener("abort", () => done(), { once: true }));
      await new Promise((done) => setTimeout(done, 50));
      ended.push("patient");
    },
  });

describe("a process of roles", () => {
  it("says how it is, and lets what is under way end when it is stopped", async ({ expect }) => {
    const ended: string[] = [];
    const running = await start([patient(ended)]);
    expect(await running.get("/healthz")).toEqual({ status: 200, text: "ok\n" });
    expect(await running.get("/readyz")).toEqual({ status: 200, text: "ok\n" });
    expect((await running.get("/metrics")).text).toContain("# TYPE process_resident_memory_bytes gauge");
    running.stop.abort(new Error("SIGTERM"));
    expect(await running.done).toBe(0);
    expect(ended).toEqual(["patient"]);
    expect(running.lines.find(({ message }) => message === "runs")).toMatchObject({
      role: "patient",
      namespace: "shop",
      instance: "pod-1",
    });
    expect(running.lines.at(-1)).toMatchObject({ message: "stopped" });
  });

  it("ends with all its roles when one of them fails", async ({ expect }) => {
    const ended: string[] = [];
    let running: Started | undefined;
    const failing = define("failing", {
      async run({ namespace }) {
        // The other one is at work by then.
        while (!running?.lines.some(({ message }) => message === "runs"))
          await new Promise((done) => setTimeout(done, 5));
        throw new Error(`no file of mine in ${namespace}`);
      },
    });
    running = await start([patient(ended), failing]);
    expect(await running.done).toBe(1);
    expect(ended).toEqual(["patient"]);
    expect(running.lines.find(({ level }) => level === "error")).toMatchObject({
      role: "failing",
      error: "no file of mine in shop",
    });
  });

  it("doesn't take a role that ends by itself for one that was stopped", async ({ expect }) => {
    const running = await start([define("brief", { run: () => Promise.resolve() })]);
    expect(await running.done).toBe(1);
    expect(running.lines.some(({ code }) => code === "controllers/role-ended")).toBe(true);
  });

  it("isn't ready while a role says why", async ({ expect }) => {
    let why: string | undefined = "the files are still to come";
    const slow = define("slow", {
      async run({ health, signal }) {
        health.check("files", () => why);
        await new Promise<void>((done) => signal.addEventListener("abort", () => done(), { once: true }));
      },
    });
    const running = await start([slow]);
    expect(await running.get("/readyz")).toEqual({
      status: 503,
      text: "[-]files failed: the files are still to come\n",
    });
    expect((await running.get("/healthz")).status).toBe(200);
    why = undefined;
    expect((await running.get("/readyz")).status).toBe(200);
    running.stop.abort(new Error("over"));
    expect(await running.done).toBe(0);
  });

  it.for([
    [[define("a", { run: () => Promise.resolve() })], ["--prot=1"], "controllers/bad-flag"],
    [[define("a", { run: () => Promise.resolve() })], ["--log-level=loud"], "controllers/bad-flag"],
    [[define("a", { needsCluster: true, run: () => Promise.resolve() })], [], "controllers/no-cluster"],
  ] as const)("isn't started with what can't work (%#)", async ([roles, words, code], { expect }) => {
    await expect(start(roles, ...words)).rejects.toMatchObject({ code });
  });
});
