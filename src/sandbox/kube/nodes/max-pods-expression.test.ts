import { it } from "vitest";
import { maxPodsOf } from "./max-pods-expression.ts";

const m5Large = { default_enis: 3, ips_per_eni: 10, max_pods: 29 };

it.for<[expression: string, pods: number | undefined]>([
  ["max_pods", 29],
  ["(default_enis * ((ips_per_eni - 1) * 16)) + 2", 434],
  ["((default_enis - 1) * (ips_per_eni - 1)) + 2", 20],
  ["max_pods < 30 ? max_pods : 30", 29],
  ["max_pods >= 29 && default_enis != 3 ? 5 : 110 / 4", 27],
  ["-max_pods", undefined],
  ["max_pods / 0", undefined],
  ["max_pods +", undefined],
  ["vcpus * 8", undefined],
  ["true", undefined],
  ["__proto__", undefined],
])("reads %s as %s on an m5.large", ([expression, pods], { expect }) => {
  expect(maxPodsOf(expression, m5Large)).toBe(pods);
});
