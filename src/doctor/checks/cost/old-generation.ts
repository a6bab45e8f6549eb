// LT-C002: An instance type of an old generation.
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { typesOf } from "../../file.ts";
import { inFileGroups, inList } from "../../sight.ts";

function sight(types: readonly string[]): string | undefined {
  const old = types.find((name) => /^([cmr][1-4]|t[12]|i[12]|d2|p[23]|g[23])\./.test(name));
  return old === undefined ? undefined : `${old} is of an old generation`;
}

/** An instance type of an old generation. */
export const oldGeneration: Check = defineCheck({
  id: "LT-C002",
  title: "An instance type of an old generation",
  area: "cost",
  severity: "info",
  why: "Newer generations of the same family and size do more for the same money.",
  docs: "https://docs.aws.amazon.com/eks/latest/best-practices/cost-opt-compute.html",
  remedy: "Choose a newer generation: m5 → m7i, or m7g of Graviton.",

  file: (file) => inFileGroups(file, (each) => sight(typesOf(each)), "instanceType"),
  account: async (account) =>
    inList(
      "NodeGroup",
      await account.read("nodeGroups"),
      ({ nodegroupName }) => nodegroupName,
      ({ instanceTypes = [] }) => sight(instanceTypes),
    ),
});
