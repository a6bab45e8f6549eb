// The story must hold for other files than the one it is told with; without Kubernetes' programs it is that of the AWS half.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, it } from "vitest";
import { runLotseIn } from "./testing.ts";

const example = (name: string): string => resolve(import.meta.dirname, "../../../examples", name);
const nothing = mkdtempSync(join(tmpdir(), "lotse-demo-"));
afterAll(() => rmSync(nothing, { recursive: true }));

it.for([
  ["02-fargate-only.yaml", "coredns waits for its move onto Fargate"],
  ["03-self-managed-spot.yaml", "failed as it should: Making stack eksctl-spotty-nodegroup-spare failed at NodeGroup"],
] as const)("demo -f %s", async ([name, text], { expect }) => {
  const { code, stdout } = await runLotseIn({ XDG_CACHE_HOME: nothing }, "", "demo", "-f", example(name));
  expect([code, stdout]).toEqual([0, expect.stringContaining(text)]);
  expect(stdout).toMatch(/The AWS half only: there are no programs of Kubernetes 1\.\d+ on this machine/);
  expect(stdout).toContain("Every stage did what it should.");
  expect(stdout).toContain(`npx lotse plan -f ${example(name)} --sandbox`);
});
