// `lotse rehearse --keep`: the account stays until Ctrl-C, says how to get there, and is gone after.
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { EKSClient, ListClustersCommand } from "@aws-sdk/client-eks";
import { it } from "vitest";

const root = resolve(import.meta.dirname, "../..");

it("keeps the account for a look at it, and ends it with Ctrl-C", async ({ expect }) => {
  const folder = mkdtempSync(join(tmpdir(), "lotse-keep-"));
  mkdirSync(join(folder, "tmp"));
  const words = ["rehearse", "-f", join(root, "examples/01-production.yaml"), "--keep"];
  const child = spawn(process.execPath, [join(root, "dist/lotse.js"), ...words], {
    cwd: folder,
    // A home without programs of Kubernetes: the AWS half is enough here.
    env: { PATH: process.env["PATH"] ?? "", HOME: folder, TMPDIR: join(folder, "tmp") },
    timeout: 110_000,
    killSignal: "SIGKILL",
  });
  try {
    let text = "";
    const ended = new Promise<number | null>((done) => child.once("exit", done));
    const kept = new Promise<void>((done) => {
      child.stdout.on("data", (chunk: Buffer) => {
        text += chunk.toString();
        // Empty lines around what is to be typed.
        if (/Kept until Ctrl-C[^]*export AWS_ENDPOINT_URL=\S+\n[^]*\n\n/.test(text)) done();
      });
    });
    await Promise.race([kept, ended]);
    expect(text).toContain("In another terminal:");
    const variables = Object.fromEntries(
      [...text.matchAll(/^ *export (\w+)=(.*)$/gm)].map(([, name = "", value = ""]) => [name, value]),
    );
    const client = new EKSClient({
      region: variables["AWS_REGION"] ?? "",
      endpoint: variables["AWS_ENDPOINT_URL"] ?? "",
      credentials: {
        accessKeyId: variables["AWS_ACCESS_KEY_ID"] ?? "",
        secretAccessKey: variables["AWS_SECRET_ACCESS_KEY"] ?? "",
      },
      maxAttempts: 1,
    });
    expect((await client.send(new ListClustersCommand({}))).clusters).toEqual(["production"]);

    child.kill("SIGINT");
    expect(await ended).toBe(0);
    expect(text).toContain("Everything went as it should");
    await expect(client.send(new ListClustersCommand({}))).rejects.toThrow("ECONNREFUSED");
    expect(readdirSync(join(folder, "tmp"))).toEqual([]);
    client.destroy();
  } finally {
    child.kill("SIGKILL");
    rmSync(folder, { recursive: true });
  }
});
