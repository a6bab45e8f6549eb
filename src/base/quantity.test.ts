// Quantities as Kubernetes counts them.
import { it } from "vitest";
import { quantity } from "./quantity.ts";

it.for([
  ["1500m", 1.5],
  ["2", 2],
  ["512Mi", 2 ** 29],
  ["1e3", 1000],
  ["1k", 1000],
  ["0.5Gi", 2 ** 29],
  [undefined, 0],
] as const)("%s is %s", ([text, value], { expect }) => {
  expect(quantity(text)).toBe(value);
});

it("isn't what isn't one", ({ expect }) => {
  expect(quantity("many")).toBeNaN();
});
