// Versions as kubelets, images and add-ons write them.
import { LotseError } from "../base/index.ts";
import { minorOf } from "../facts/index.ts";

/** Minor of a version in any spelling: `v1.34.2-eks-1`, an image's tag → 34; NaN when it says none. */
export function minorIn(version: string): number {
  const match = /(?:^|[:v])1\.(\d+)/.exec(version);
  return match ? Number(match[1]) : Number.NaN;
}

/** Minors from one, exclusive, to another, inclusive: 1.34, 1.36 → 1.35, 1.36. */
export function minorsBetween(from: string, to: string): string[] {
  const first = minorOf(from) + 1;
  return Array.from({ length: Math.max(0, minorOf(to) - first + 1) }, (_, i) => `1.${first + i}`);
}

/** No cluster goes further than this at once; a typing mistake does. */
const furthest = 20;

/**
 * The minor that is wanted: the next one when none is named.
 *
 * @param atLeast `same` allows the cluster's own: an upgrade that was interrupted goes on with add-ons and nodes
 * @throws LotseError `upgrades/bad-version`
 */
export function targetOf(from: string, to: string | undefined, atLeast: "same" | "newer" = "newer"): string {
  const at = minorOf(from);
  if (Number.isNaN(at))
    throw new LotseError("upgrades/bad-version", {
      title: `The cluster's version ${JSON.stringify(from)} is none of Kubernetes`,
      remedy: "Write it as 1.35.",
      blame: "user",
    });
  const want = to === undefined ? at + 1 : /^1\.\d+$/.test(to) ? minorOf(to) : Number.NaN;
  if (Number.isNaN(want) || want < at + (atLeast === "same" ? 0 : 1) || want > at + furthest)
    throw new LotseError("upgrades/bad-version", {
      title: Number.isNaN(want)
        ? `${JSON.stringify(to)} is no version of Kubernetes on EKS`
        : `Kubernetes ${from} can't be upgraded to ${to}`,
      remedy: `Give a newer minor: --to 1.${at + 1}.`,
      blame: "user",
    });
  return `1.${want}`;
}
