import { Readable } from "node:stream";
import { it } from "vitest";
import type { Output } from "./command.ts";
import { runCommandLine } from "./run.ts";

const file = "apiVersion: eksctl.io/v1alpha5\nkind: ClusterConfig\nmetadata: {name: demo, region: eu-central-1}\n";

async function lotsePlan(...options: string[]): Promise<{ code: number; stderr: string }> {
  let stderr = "";
  const output = (write: (text: string) => void): Output => ({ write, isTTY: false, columns: 100, color: false });
  const code = await runCommandLine({
    arguments: ["plan", "-f", "-", ...options],
    env: {},
    terminal: {
      stdin: Readable.from([Buffer.from(file)]),
      stdout: output(() => undefined),
      stderr: output((text) => void (stderr += text)),
    },
    signal: new AbortController().signal,
  });
  return { code, stderr };
}

it.for([
  [["--region", "us-east-1"], "--region us-east-1 contradicts the file, which says eu-central-1"],
  [["--region", "frankfurt"], '--region "frankfurt" is no region of AWS'],
  [["--sandbox", "--profile", "prod"], "--sandbox and --profile contradict each other"],
  [["--sandbox", "--endpoint-url", "http://127.0.0.1:1"], "--sandbox and --endpoint-url contradict each other"],
  [["--endpoint-url", "127.0.0.1:4566"], '"127.0.0.1:4566" is no endpoint URL'],
] as const)("refuses %s before any call", async ([options, text], { expect }) => {
  const { code, stderr } = await lotsePlan(...options);
  expect([code, stderr]).toEqual([2, expect.stringContaining(text)]);
});

it("points from eksctl's words to ours", async ({ expect }) => {
  const output = (write: (text: string) => void): Output => ({ write, isTTY: false, columns: 100, color: false });
  let stderr = "";
  const terminal = {
    stdin: Readable.from([]),
    stdout: output(() => undefined),
    stderr: output((text) => void (stderr += text)),
  };
  const { signal } = new AbortController();
  expect(await runCommandLine({ arguments: ["delete", "cluster"], env: {}, terminal, signal })).toBe(2);
  expect(stderr).toContain("lotse destroy deletes a cluster");
});
