// LT-W007: An image whose tag moves.
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { tagOf } from "../../objects/workloads.ts";
import { inContainers } from "../../sight.ts";

/** An image whose tag moves. */
export const floatingImage: Check = defineCheck({
  id: "LT-W007",
  title: "An image whose tag moves",
  area: "workloads",
  severity: "warning",
  why: "latest is another image tomorrow: two pods of one workload may differ, and a rollback changes nothing.",
  docs: "https://docs.aws.amazon.com/eks/latest/best-practices/image-security.html",
  remedy: "Name a version, better a digest.",
  objects: async (facts) =>
    inContainers(
      facts,
      ({ image = "" }) =>
        !image.includes("@sha256:") &&
        (tagOf(image) === undefined || tagOf(image) === "latest") &&
        `${image} names no version`,
      true,
    ),
});
