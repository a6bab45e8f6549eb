// LT-W020: Something runs in the namespace default.
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { inWorkloads } from "../../sight.ts";

/** Something runs in the namespace default. */
export const defaultNamespace: Check = defineCheck({
  id: "LT-W020",
  title: "Something runs in the namespace default",
  area: "workloads",
  severity: "warning",
  why: "Everything that names no namespace lands there: quotas, policies and rights can't tell it apart.",
  docs: "https://docs.aws.amazon.com/eks/latest/best-practices/identity-and-access-management.html",
  remedy: "Give it a namespace of its own.",
  objects: async (facts) =>
    inWorkloads(facts, ({ namespace }) => namespace === "default" && "It runs in the namespace default"),
});
