// The story must hold for other files than the one it is told with.
import { resolve } from "node:path";
import { it } from "vitest";
import { runLotse } from "./testing.ts";

const example = (name: string): string => resolve(import.meta.dirname, "../../../examples", name);

it.for([
  ["02-fargate-only.yaml", "coredns waits for its move onto Fargate"],
  ["03-self-managed-spot.yaml", "failed as it should: Making stack eksctl-spotty-nodegroup-spare failed at NodeGroup"],
] as const)("demo -f %s", async ([name, text], { expect }) => {
  const { code, stdout } = await runLotse("", "demo", "-f", example(name));
  expect([code, stdout]).toEqual([0, expect.stringContaining(text)]);
  expect(stdout).toContain("Every stage did what it should.");
  expect(stdout).toContain(`npx lotse plan -f ${example(name)} --sandbox`);
});
