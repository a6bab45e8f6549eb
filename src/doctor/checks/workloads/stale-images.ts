// LT-W029: A moving tag that isn't pulled anew.
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { tagOf } from "../../objects/workloads.ts";
import { inContainers } from "../../sight.ts";

/** A moving tag that isn't pulled anew. */
export const staleImages: Check = defineCheck({
  id: "LT-W029",
  title: "A moving tag that isn't pulled anew",
  area: "workloads",
  severity: "info",
  why: "With IfNotPresent and latest, each node keeps the image of the day on which it first saw it.",
  docs: "https://kubernetes.io/docs/concepts/containers/images/",
  remedy: "Name a version, or set imagePullPolicy: Always.",
  objects: async (facts) =>
    inContainers(
      facts,
      ({ image = "", imagePullPolicy }) =>
        (imagePullPolicy === "IfNotPresent" || imagePullPolicy === "Never") &&
        tagOf(image) === "latest" &&
        `${image} with imagePullPolicy ${imagePullPolicy}`,
    ),
});
