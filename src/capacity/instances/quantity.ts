// CPU and memory of a pod as people give them, in the units that types are compared in.
import { LotseError, quantity } from "../../base/index.ts";

function amount(text: string, what: string, example: string): number {
  const value = quantity(text);
  if (!(value >= 0))
    throw new LotseError("capacity/bad-number", {
      title: `${what} ${JSON.stringify(text)} is no quantity of Kubernetes`,
      remedy: `Give it as ${example}`,
      blame: "user",
    });
  return value;
}

/** `250m` is 250, `2` is 2000; rounded up. @throws LotseError `capacity/bad-number` */
export function millicoresOf(text: string): number {
  return Math.ceil(Number((amount(text, "CPU", "250m or 2") * 1000).toFixed(3)));
}

/** `512Mi` is 512, `1G` is 954; rounded up. @throws LotseError `capacity/bad-number` */
export function mebibytesOf(text: string): number {
  return Math.ceil(amount(text, "Memory", "512Mi or 2Gi") / 2 ** 20);
}
