// `lotse sandbox …` as a person uses it: the built command line, a daemon, state that survives being killed.
import { execFile } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { CreateRoleCommand, IAMClient, ListRolesCommand } from "@aws-sdk/client-iam";
import { afterEach, describe, it } from "vitest";

const entry = resolve("dist/lotse.js");
const missing = "dist/lotse.js is not built: npm run build";
const folders: string[] = [];

interface Result {
  exit: number;
  out: string;
  err: string;
}

/** A state folder of its own, and the commands on it. */
function sandbox(): { folder: string; lotse: (...words: string[]) => Promise<Result> } {
  const folder = mkdtempSync(join(tmpdir(), "lotse-daemon-"));
  folders.push(folder);
  const lotse = (...words: string[]): Promise<Result> =>
    new Promise((done) => {
      const env = {
        ...process.env,
        LOTSE_SANDBOX_DIR: folder,
        AWS_PROFILE: "prod",
        AWS_ENDPOINT_URL_EKS: "http://prod",
      };
      execFile(process.execPath, [entry, "sandbox", ...words], { env }, (error, out, err) => {
        done({ exit: typeof error?.code === "number" ? error.code : error ? 1 : 0, out, err });
      });
    });
  return { folder, lotse };
}

function variables(text: string): Record<string, string> {
  return Object.fromEntries(
    [...text.matchAll(/^export (\w+)=(.*)$/gm)].map(([, name = "", value = ""]) => [name, value]),
  );
}

function iamOf(env: Record<string, string>): IAMClient {
  const { AWS_ENDPOINT_URL = "", AWS_ACCESS_KEY_ID = "", AWS_SECRET_ACCESS_KEY = "", AWS_REGION = "" } = env;
  const credentials = { accessKeyId: AWS_ACCESS_KEY_ID, secretAccessKey: AWS_SECRET_ACCESS_KEY };
  return new IAMClient({ endpoint: AWS_ENDPOINT_URL, region: AWS_REGION, credentials, maxAttempts: 1 });
}

const trust = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" }],
});
const createRole = (iam: IAMClient, RoleName: string): Promise<unknown> =>
  iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: trust }));
const roleNames = async (iam: IAMClient): Promise<(string | undefined)[]> =>
  ((await iam.send(new ListRolesCommand({ MaxItems: 1000 }))).Roles ?? []).map(({ RoleName }) => RoleName);

afterEach(async () => {
  for (const folder of folders.splice(0)) {
    const file = join(folder, "daemon.json");
    if (existsSync(file)) {
      const { pid } = JSON.parse(readFileSync(file, "utf8")) as { pid: number };
      try {
        process.kill(pid, "SIGKILL");
      } catch {
        // It ended by itself, as it should.
      }
    }
    rmSync(folder, { recursive: true, force: true });
  }
});

describe.skipIf(!existsSync(entry))(`lotse sandbox${existsSync(entry) ? "" : ` (skipped: ${missing})`}`, () => {
  it("goes up, serves, and goes down; asking twice is no error", async ({ expect }) => {
    const { lotse } = sandbox();
    expect(await lotse("env")).toMatchObject({ exit: 1, out: "" });
    expect(await lotse("down")).toMatchObject({ exit: 0 });
    expect(await lotse("reset")).toMatchObject({ exit: 0 });
    expect(await lotse("up")).toMatchObject({
      exit: 0,
      out: expect.stringContaining("ready at http://127.0.0.1:") as string,
    });
    expect(await lotse("up")).toMatchObject({ exit: 0, out: expect.stringContaining("already running") as string });
    const { out } = await lotse("env");
    const env = variables(out);
    expect(Object.keys(env).toSorted()).toEqual([
      "AWS_ACCESS_KEY_ID",
      "AWS_DEFAULT_REGION",
      "AWS_ENDPOINT_URL",
      "AWS_REGION",
      "AWS_SECRET_ACCESS_KEY",
    ]);
    for (const name of ["AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_ROLE_ARN", "AWS_ENDPOINT_URL_EKS"]) {
      expect(out).toContain(`unset ${name}\n`);
    }
    const iam = iamOf(env);
    await createRole(iam, "pilot");
    expect((await lotse("events", "--writes")).out).toContain("CreateRole");
    expect(await lotse("reset")).toMatchObject({ exit: 0 });
    expect(await roleNames(iam)).toEqual([]);
    expect(await lotse("down")).toMatchObject({ exit: 0 });
    expect(await lotse("status")).toMatchObject({ exit: 1 });
  });

  it("keeps its state and its port when it is started again", async ({ expect }) => {
    const { lotse } = sandbox();
    await lotse("up", "--clock", "instant");
    const first = variables((await lotse("env")).out);
    await createRole(iamOf(first), "pilot");
    await lotse("faults", "add", "--effect", "throttle", "--service", "iam", "--times", "1");
    await lotse("down");
    await lotse("up");
    const second = variables((await lotse("env")).out);
    expect(second).toEqual(first);
    await expect(roleNames(iamOf(second))).rejects.toThrow("Rate exceeded");
    expect(await roleNames(iamOf(second))).toEqual(["pilot"]);
  });

  it("loses no more than the last second when it is killed", async ({ expect }) => {
    const { folder, lotse } = sandbox();
    await lotse("up");
    const iam = iamOf(variables((await lotse("env")).out));
    const { pid } = JSON.parse(readFileSync(join(folder, "daemon.json"), "utf8")) as { pid: number };
    const made: { name: string; at: number }[] = [];
    const until = Date.now() + 1500;
    while (Date.now() < until) {
      const name = `role-${made.length}`;
      await createRole(iam, name);
      made.push({ name, at: Date.now() });
      // An account holds 1,000 roles, and a quick machine makes more in this time.
      await sleep(3);
    }
    const killed = Date.now();
    process.kill(pid, "SIGKILL");
    expect(await lotse("up")).toMatchObject({ exit: 0 });
    const found = new Set(await roleNames(iamOf(variables((await lotse("env")).out))));
    const lost = made.filter(({ name }) => !found.has(name));
    for (const { at } of lost) expect(killed - at).toBeLessThan(1000);
    expect(found.size).toBeGreaterThan(0);
    // What is there is a beginning of what was made, without holes.
    const byText = (a = "", b = ""): number => (a < b ? -1 : 1);
    expect([...found].toSorted(byText)).toEqual(
      made
        .slice(0, found.size)
        .map(({ name }) => name)
        .toSorted(byText),
    );
  });

  it("saves its state to a file and takes it back", async ({ expect }) => {
    const { folder, lotse } = sandbox();
    await lotse("up");
    const iam = iamOf(variables((await lotse("env")).out));
    await createRole(iam, "before");
    const file = join(folder, "saved.jsonl");
    expect(await lotse("save", file)).toMatchObject({ exit: 0 });
    await createRole(iam, "after");
    expect(await lotse("load", file)).toMatchObject({ exit: 0 });
    expect(await roleNames(iam)).toEqual(["before"]);
    expect(await lotse("load", entry)).toMatchObject({ exit: 1 });
    expect((await lotse("load", "nowhere.jsonl")).err).toContain("cli/unreadable");
    expect((await lotse("save", "nowhere/saved.jsonl")).err).toContain("cli/unwritable");
    expect(await roleNames(iam)).toEqual(["before"]);
  });

  it("starts whatever its own notes say, and says where it can't", async ({ expect }) => {
    const { folder, lotse } = sandbox();
    for (const notes of ['{"pid":1,"endpoint":"http://127.0.0.1:1"}', '{"pid":1,"endpoint":5}']) {
      writeFileSync(join(folder, "daemon.json"), notes);
      expect(await lotse("status")).toMatchObject({ exit: 1 });
      expect(await lotse("up")).toMatchObject({ exit: 0 });
      expect(await lotse("down")).toMatchObject({ exit: 0 });
    }
    const file = join(folder, "file");
    writeFileSync(file, "");
    expect((await lotse("up", "--state", file)).err).toContain("sandbox/state-folder");
    expect((await lotse("reset", "--state", file)).err).toContain("sandbox/state-folder");
    expect(await lotse("status", "--state", file)).toMatchObject({ exit: 1 });
  });

  it("doesn't claim to have saved what the disk refused", async ({ expect }) => {
    const { folder, lotse } = sandbox();
    await lotse("up");
    await createRole(iamOf(variables((await lotse("env")).out)), "unsaved");
    // A folder where the next journal belongs: it can't be written, and keeps being so.
    mkdirSync(join(folder, "journal-1.jsonl"));
    expect(await lotse("reset")).toMatchObject({ exit: 1 });
    expect((await lotse("status")).out).toContain("NOT SAVED: EISDIR");
    const stopped = await lotse("down");
    expect(stopped).toMatchObject({ exit: 1, out: "" });
    expect(stopped.err).toContain("EISDIR");
  });

  it("tells what a running one keeps", async ({ expect }) => {
    const { lotse } = sandbox();
    await lotse("up", "--port", "0", "--clock", "scaled:60");
    expect((await lotse("status", "-o", "json")).out).toContain('"clock": "scaled:60"');
    expect(await lotse("up", "--clock", "scaled:60")).toMatchObject({ exit: 0, err: "" });
    const again = await lotse("up", "--clock", "instant");
    expect(again).toMatchObject({ exit: 0 });
    expect(again.err).toContain("clock scaled:60, not instant");
  });

  it("takes any access key and other quotas when it is told to, and says so", async ({ expect }) => {
    const { lotse } = sandbox();
    expect(await lotse("up", "--quota", "vpc=6")).toMatchObject({
      exit: 1,
      err: expect.stringContaining("vpcs, elasticAddresses") as string,
    });
    expect((await lotse("up", "--quota", "vpcs")).exit).toBe(2);
    await lotse("up", "--credentials", "any", "--quota", "users=1", "--quota", "roles=2");
    const env = variables((await lotse("env")).out);
    const iam = iamOf({ ...env, AWS_ACCESS_KEY_ID: "test", AWS_SECRET_ACCESS_KEY: "test" });
    await createRole(iam, "one");
    await createRole(iam, "two");
    await expect(createRole(iam, "three")).rejects.toMatchObject({ name: "LimitExceededException" });
    const { out } = await lotse("status");
    expect(out).toMatch(/credentials +any/);
    expect(out).toMatch(/quota +roles = 2/);
    const { err } = await lotse("up", "--credentials", "strict", "--quota", "roles=3");
    expect(err).toContain("credentials any, not strict and quotas, not roles=3");
  });
});
