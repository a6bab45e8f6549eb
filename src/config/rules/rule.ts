// What a rule is: a check that looks at more than one field, or knows more than a type.
import type { Severity } from "../../base/index.ts";
import type { ConfigPath } from "../cluster.ts";
import type { ClusterConfig, ManagedNodeGroup, NodeGroup } from "../model/index.ts";

export interface RuleContext {
  /** With defaults. */
  config: ClusterConfig;
  /** As the person wrote it. */
  written: ClusterConfig;
  /** `YYYY-MM-DD`. */
  today: string;
}

/** One breach of a rule. */
export interface Breach {
  path: ConfigPath;
  title: string;
  /** In place of the rule's. */
  remedy?: string;
  detail?: string;
  data?: Record<string, unknown>;
}

export interface Rule {
  /** `config/…`, never reused. */
  code: string;
  severity: Severity;
  /** What the rule demands, in one sentence, for the reference page. */
  demands: string;
  /** What to do about a breach. */
  remedy: string;
  check(context: RuleContext): Iterable<Breach>;
}

/** A rule; gives types and nothing else. */
export function defineRule(rule: Rule): Rule {
  return rule;
}

export interface GroupInContext {
  kind: "nodeGroups" | "managedNodeGroups";
  managed: boolean;
  /** With defaults. */
  group: NodeGroup & ManagedNodeGroup;
  written: NodeGroup & ManagedNodeGroup;
  path: readonly [string, number];
}

/** Every node group, self-managed first as eksctl counts them. */
export function* groupsOf(context: RuleContext): Generator<GroupInContext> {
  for (const kind of ["nodeGroups", "managedNodeGroups"] as const)
    for (const [index, group] of (context.config[kind] ?? []).entries()) {
      const written = (context.written[kind]?.[index] ?? {}) as NodeGroup & ManagedNodeGroup;
      yield {
        kind,
        managed: kind === "managedNodeGroups",
        group: group as NodeGroup & ManagedNodeGroup,
        written,
        path: [kind, index],
      };
    }
}

/** True when a value says something: not absent, empty, or a struct of nothing. */
export function isSet(value: unknown): boolean {
  if (value === undefined || value === null || value === "" || value === false) return false;
  if (Array.isArray(value)) return value.length > 0;
  return typeof value === "object" ? Object.keys(value).length > 0 : true;
}

/** True when one of the booleans of a struct is on. */
export function anyEnabled(flags: object | undefined): boolean {
  return flags !== undefined && Object.values(flags).includes(true);
}

export const isIpv6 = (context: RuleContext): boolean => context.config.kubernetesNetworkConfig?.ipFamily === "IPv6";
export const isAutoMode = (context: RuleContext): boolean => context.config.autoModeConfig?.enabled === true;
export const hasAddon = (context: RuleContext, name: string): boolean =>
  context.config.addons?.some((addon) => addon.name === name) ?? false;
