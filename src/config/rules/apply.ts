// Runs the rules over a document and files what they find.
import type { Findings } from "../check/findings.ts";
import type { ConfigPath } from "../cluster.ts";
import type { SourceNode } from "../source/tree.ts";
import { walkTo } from "../source/tree.ts";
import { rules } from "./index.ts";
import type { RuleContext } from "./rule.ts";

/** Applies every rule. A breach by a value that could not even be read is left out: that has been said already. */
export function applyRules(context: RuleContext, root: SourceNode, findings: Findings): void {
  const unreadable = [...findings.failed];
  for (const { code, severity, remedy, check } of rules)
    for (const breach of check(context)) {
      if (findings.isFull(severity)) break;
      if (unreadable.some((path) => isWithin(breach.path, path))) continue;
      const { path, title, detail, data } = breach;
      const finding = {
        code,
        severity,
        title,
        remedy: breach.remedy ?? remedy,
        ...(detail ? { detail } : {}),
        ...(data ? { data } : {}),
      };
      findings.add(finding, path, offsetOf(root, path));
    }
}

function isWithin(path: ConfigPath, ancestor: ConfigPath): boolean {
  return ancestor.every((step, index) => path[index] === step);
}

/** A single value itself, a list or map by its key; for what isn't written, the nearest thing around it. */
function offsetOf(root: SourceNode, path: ConfigPath): number {
  const found = walkTo(root, path).at(-1);
  const many = found?.node.kind === "map" || found?.node.kind === "list";
  return found?.entry && many ? found.entry.keyAt : (found?.node.at ?? 0);
}
