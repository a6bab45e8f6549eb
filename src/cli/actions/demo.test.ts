// The story must hold for other files than the one it is told with.
import { resolve } from "node:path";
import { Readable } from "node:stream";
import { it } from "vitest";
import type { Output } from "../command.ts";
import { runCommandLine } from "../run.ts";

const example = (name: string): string => resolve(import.meta.dirname, "../../../examples", name);

async function lotseDemo(file: string): Promise<{ code: number; stdout: string; stderr: string }> {
  const written = { stdout: "", stderr: "" };
  const output = (name: "stdout" | "stderr"): Output => ({
    write: (text) => void (written[name] += text),
    isTTY: false,
    columns: 100,
    color: false,
  });
  const code = await runCommandLine({
    arguments: ["demo", "-f", file],
    env: {},
    terminal: { stdin: Readable.from([]), stdout: output("stdout"), stderr: output("stderr") },
    signal: new AbortController().signal,
  });
  return { code, ...written };
}

it.for([
  ["02-fargate-only.yaml", "coredns waits for its move onto Fargate"],
  ["03-self-managed-spot.yaml", "failed as it should: Making stack eksctl-spotty-nodegroup-spare failed at NodeGroup"],
] as const)("demo -f %s", async ([name, text], { expect }) => {
  const { code, stdout } = await lotseDemo(example(name));
  expect([code, stdout]).toEqual([0, expect.stringContaining(text)]);
  expect(stdout).toContain("Every stage did what it should.");
  expect(stdout).toContain(`npx lotse plan -f ${example(name)} --sandbox`);
});
