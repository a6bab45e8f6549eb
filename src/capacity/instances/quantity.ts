// Kubernetes' quantities as numbers: https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
import { LotseError } from "../../base/index.ts";

const factors: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  "": 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

function quantity(text: string, what: string, example: string): number {
  const match = /^(\d+\.?\d*|\.\d+)(?:e([+-]?\d+)|([A-Za-z]*))$/.exec(text);
  const factor = match?.[2] === undefined ? factors[match?.[3] ?? ""] : 10 ** Number(match[2]);
  if (!match || factor === undefined)
    throw new LotseError("capacity/bad-number", {
      title: `${what} ${JSON.stringify(text)} is no quantity of Kubernetes`,
      remedy: `Give it as ${example}`,
      blame: "user",
    });
  return Number(match[1]) * factor;
}

/** `250m` is 250, `2` is 2000; rounded up. @throws LotseError `capacity/bad-number` */
export function millicoresOf(text: string): number {
  return Math.ceil(Number((quantity(text, "CPU", "250m or 2") * 1000).toFixed(3)));
}

/** `512Mi` is 512, `1G` is 954; rounded up. @throws LotseError `capacity/bad-number` */
export function mebibytesOf(text: string): number {
  return Math.ceil(quantity(text, "Memory", "512Mi or 2Gi") / 2 ** 20);
}
