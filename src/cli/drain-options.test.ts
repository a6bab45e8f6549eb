import { it } from "vitest";
import { durationOf } from "./drain-options.ts";

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
