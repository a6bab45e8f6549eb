// Labels and taints of node groups.
import { isAllowedNodeLabel, labelValueProblem, qualifiedNameProblem } from "./label-syntax.ts";
import { defineRule, groupsOf } from "./rule.ts";
import type { Rule } from "./rule.ts";

const labels: Rule = defineRule({
  code: "config/node-label",
  severity: "error",
  demands: "Labels have Kubernetes' syntax, and no reserved prefix.",
  remedy: "Use a prefix of your own, such as example.com/role",
  *check(context) {
    for (const { written, path } of groupsOf(context))
      for (const [key, value] of Object.entries(written.labels ?? {})) {
        const at = [...path, "labels", key];
        const problem = qualifiedNameProblem(key);
        const valueProblem = labelValueProblem(value);
        if (problem)
          yield { path: at, title: `label ${JSON.stringify(key)} is invalid - ${problem}`, remedy: "Rename the label" };
        else if (!isAllowedNodeLabel(key))
          yield {
            path: at,
            title: `the nodegroup label ${key} is disallowed as it has a reserved prefix [kubernetes.io/, k8s.io/]`,
          };
        if (valueProblem)
          yield {
            path: at,
            title: `label ${JSON.stringify(key)} has invalid value ${JSON.stringify(value)} - ${valueProblem}`,
            remedy: "Change the value",
          };
      }
  },
});

const taints: Rule = defineRule({
  code: "config/node-taint",
  severity: "error",
  demands: "Taints have a key, a valid value and one of three effects.",
  remedy: 'Use effect NoSchedule, PreferNoSchedule or NoExecute; in a map: key: "value:NoSchedule"',
  *check(context) {
    const effects = ["NoSchedule", "PreferNoSchedule", "NoExecute"];
    for (const { group, managed, path } of groupsOf(context)) {
      if (managed && (group.taints?.length ?? 0) > 50)
        yield {
          path: [...path, "taints"],
          title: `${group.taints?.length} taints; EKS allows 50`,
          remedy: "Use fewer",
        };
      for (const [index, taint] of (group.taints ?? []).entries()) {
        const at = [...path, "taints", index];
        const problem = qualifiedNameProblem(taint.key ?? "");
        if (taint.key && problem) yield { path: [...at, "key"], title: `invalid taint key: ${taint.key}, ${problem}` };
        const valueProblem = labelValueProblem(taint.value ?? "");
        if (valueProblem)
          yield { path: [...at, "value"], title: `invalid taint value: ${taint.value}, ${valueProblem}` };
        if (taint.effect !== undefined && !effects.includes(taint.effect))
          yield {
            path: [...at, "effect"],
            title: `invalid taint effect: ${taint.effect || '""'} of taint ${taint.key}. Valid taint effects are: NoSchedule, NoExecute and PreferNoSchedule`,
          };
      }
    }
  },
});

const ownLabel: Rule = defineRule({
  code: "config/cluster-name-label",
  severity: "error",
  demands: "The name of a cluster with managed nodes is fit for the label that they carry.",
  remedy: "Choose a name of at most 63 characters that ends with a letter or digit",
  *check({ config }) {
    // Rules also see files whose metadata is wrong or missing.
    const { name } = config.metadata as { name?: string };
    const problem = name === undefined ? undefined : labelValueProblem(name);
    if (problem && config.managedNodeGroups?.length)
      yield {
        path: ["metadata", "name"],
        title: `label "alpha.eksctl.io/cluster-name" has invalid value ${JSON.stringify(name)} - ${problem}`,
      };
  },
});

export const nodeLabelRules: readonly Rule[] = [labels, taints, ownLabel];
