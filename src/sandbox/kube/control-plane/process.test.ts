import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { it } from "vitest";
import { programEnded, startProgram } from "./process.ts";

const folder = mkdtempSync(join(tmpdir(), "lotse-program-"));
let count = 0;
const logFile = (): string => join(folder, `${(count += 1)}.log`);

async function running(marker: string): Promise<boolean> {
  const { stdout } = await promisify(execFile)("ps", ["-eo", "stat,args"]);
  return stdout.split("\n").some((line) => !line.startsWith("Z") && line.includes(`sleep ${marker}`));
}

async function gone(marker: string): Promise<boolean> {
  for (let i = 0; i < 50 && (await running(marker)); i += 1) await sleep(50);
  return !(await running(marker));
}

it("tells how a program ended, with the end of what it said", async ({ expect }) => {
  const program = startProgram({
    name: "etcd",
    path: "/bin/sh",
    arguments: ["-c", "echo no space left; exit 7"],
    logFile: logFile(),
  });
  await program.ended;
  expect(program.exit).toEqual({ status: 7, tail: "no space left\n" });
});

it("gives the line that tells most, not the stack behind it", async ({ expect }) => {
  const said = "I0101 fine\npanic: failed to create WAL\n\ngoroutine 1 [running]:\nmain.main()\n\tmain.go:31 +0x28";
  const file = logFile();
  const program = startProgram({
    name: "etcd",
    path: "/bin/sh",
    arguments: ["-c", `printf '${said}'; exit 2`],
    logFile: file,
  });
  await program.ended;
  expect(programEnded(program, file).diagnostic.detail).toContain("panic: failed to create WAL");
});

it("ends a program that is asked to", async ({ expect }) => {
  const program = startProgram({ name: "x", path: "/bin/sleep", arguments: ["86397"], logFile: logFile() });
  await program.stop();
  expect(await gone("86397")).toBe(true);
});

it("is waited for by a process that has nothing else to do", async ({ expect }) => {
  // Deaf to SIGTERM: it is killed, and its end comes after the last timer.
  const script = join(folder, "waiting.ts");
  const program = { name: "x", path: "/bin/sh", arguments: ["-c", "trap '' TERM; sleep 86396"], logFile: logFile() };
  writeFileSync(
    script,
    `import { startProgram } from ${JSON.stringify(join(import.meta.dirname, "process.ts"))};
const program = startProgram(${JSON.stringify(program)});
await new Promise((done) => setTimeout(done, 200));
await program.stop(1);
console.log("it has ended");
`,
  );
  const run = join(import.meta.dirname, "../../../../scripts/run.mjs");
  const { stdout } = await promisify(execFile)(process.execPath, [run, script]);
  expect(stdout).toBe("it has ended\n");
  expect(await gone("86396")).toBe(true);
});

it("says when there is no such program", async ({ expect }) => {
  const file = logFile();
  const program = startProgram({ name: "x", path: "/no/such/program", arguments: [], logFile: file });
  await program.ended;
  expect(program.exit?.status).toBe(127);
  expect(readFileSync(file, "utf8")).toContain("/no/such/program");
});

it("lets no program outlive a process that was killed", async ({ expect }) => {
  const source = `
    import { startProgram } from ${JSON.stringify(join(import.meta.dirname, "process.ts"))};
    startProgram({ name: "x", path: "/bin/sleep", arguments: ["86398"], logFile: ${JSON.stringify(logFile())} });
    setInterval(() => {}, 1000);
    console.log("started");
  `;
  const file = join(folder, "parent.ts");
  writeFileSync(file, source);
  const parent = spawn(process.execPath, ["scripts/run.mjs", file], { stdio: ["ignore", "pipe", "inherit"] });
  await once(parent.stdout, "data");
  while (!(await running("86398"))) await sleep(20);
  parent.kill("SIGKILL");
  expect(await gone("86398")).toBe(true);
});
