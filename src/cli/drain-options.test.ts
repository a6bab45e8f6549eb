import { it } from "vitest";
import type { Invocation } from "./command.ts";
import { drainOf, durationOf, insideOf } from "./drain-options.ts";
import type { Target } from "./target.ts";

const saying = (options: Record<string, unknown>): Invocation => ({ options }) as Partial<Invocation> as Invocation;

it.for([
  ["10m", 600],
  ["90s", 90],
  ["1h30m", 5400],
  ["500ms", 0.5],
  ["0", 0],
] as const)("%s is %d seconds", ([text, seconds], { expect }) => {
  expect(durationOf("timeout", text)).toBe(seconds);
});

it.for(["", "10", "ten", "10m x", "-5s"])("refuses %j", (text, { expect }) => {
  expect(() => durationOf("timeout", text)).toThrow(`--timeout ${JSON.stringify(text)} is no duration`);
});

it("a command line says how nodes are drained, and leaves the rest to the defaults", ({ expect }) => {
  expect(drainOf(saying({}))).toEqual({});
  const options = { parallel: "5", maxGracePeriod: "2m", podEvictionWaitPeriod: "5s", timeout: "1h" };
  expect(drainOf(saying({ ...options, disableEviction: true }))).toEqual({
    parallel: 5,
    maxGrace: 120,
    podEvictionWait: 5,
    timeout: 3600,
    disableEviction: true,
  });
});

it.for(["0", "26", "2.5", "all"])("no number of nodes at a time: %s", (parallel, { expect }) => {
  expect(() => drainOf(saying({ parallel }))).toThrow(`--parallel ${parallel} is no number of nodes`);
});

it("the inside of a cluster has to be reached on AWS, unless nobody wants it", ({ expect }) => {
  const [aws, sandbox] = [false, true].map((isSandbox) => ({ isSandbox }) as Partial<Target> as Target);
  if (!aws || !sandbox) throw new Error("no targets");
  expect(insideOf(saying({}), aws)).toBe("required");
  expect(insideOf(saying({}), sandbox)).toBe("when-reachable");
  for (const target of [aws, sandbox]) expect(insideOf(saying({ awsOnly: true }), target)).toBe("never");
});
