// LT-S003: No good default storage class.
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { ofObject } from "../../sight.ts";

/** No good default storage class. */
export const defaultClass: Check = defineCheck({
  id: "LT-S003",
  title: "No good default storage class",
  area: "storage",
  severity: "warning",
  why: "gp3 costs a fifth less than gp2 and has more throughput; new clusters have no default class, and claims without one stay Pending.",
  docs: "https://docs.aws.amazon.com/eks/latest/best-practices/cost-opt-storage.html",
  remedy:
    "Make a class gp3 of ebs.csi.aws.com and mark it default: storage.defaultClass: gp3 in the Platform document.",
  cluster: async (facts) => {
    const classes = await facts.list("storageClasses");
    const defaults = classes.filter(
      ({ metadata }) => metadata.annotations?.["storageclass.kubernetes.io/is-default-class"] === "true",
    );
    const [first] = defaults;
    if (!first) return [{ subject: { kind: "StorageClass", name: "(default)" }, text: "No class is the default" }];
    if (defaults.length > 1)
      return ofObject(
        facts,
        first,
        `${defaults.map(({ metadata }) => metadata.name).join(", ")} are all marked default`,
      );
    if (first.provisioner === "kubernetes.io/aws-ebs")
      return ofObject(facts, first, "The default class uses the in-tree provisioner, which is gone");
    return ofObject(
      facts,
      first,
      first.provisioner === "ebs.csi.aws.com" &&
        first.parameters?.["type"] === "gp2" &&
        "The default class makes gp2 volumes",
    );
  },
});
