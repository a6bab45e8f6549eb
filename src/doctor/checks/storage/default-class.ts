// LT-S003: No good default storage class.
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import type { Meta } from "../../objects/kinds.ts";
import { ofObject } from "../../sight.ts";

const isDefault = ({ annotations }: Meta): boolean =>
  annotations?.["storageclass.kubernetes.io/is-default-class"] === "true";

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
  fix: async (_, { cluster }) => {
    const classes = (await cluster?.list("storageClasses")) ?? [];
    const other = classes.find(({ metadata, parameters }) => metadata.name === "gp3" && parameters?.["type"] !== "gp3");
    if (other) return "a class named gp3 makes volumes of another type";
    const instead = classes.filter(({ metadata }) => metadata.name !== "gp3" && isDefault(metadata));
    return [{ do: "default-class", type: "gp3", instead: instead.map(({ metadata }) => metadata.name) }];
  },
  cluster: async (facts) => {
    const classes = await facts.list("storageClasses");
    const defaults = classes.filter(({ metadata }) => isDefault(metadata));
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
