// AWS's limits for tags.
import { defineRule, groupsOf } from "./rule.ts";
import type { Breach, Rule, RuleContext } from "./rule.ts";

/** AWS's limits for tags on one resource. */
function* tagBreaches(tags: Record<string, string> | undefined, path: readonly (string | number)[]): Generator<Breach> {
  const keys = Object.keys(tags ?? {});
  if (keys.length > 50)
    yield { path, title: `${keys.length} tags; AWS allows 50`, remedy: "Keep the tags that something reads" };
  for (const key of keys) {
    const at = [...path, key];
    const value = String(tags?.[key] ?? "");
    if (/^aws:/i.test(key))
      yield {
        path: at,
        title: `tag key ${JSON.stringify(key)} begins with the reserved prefix "aws:"`,
        remedy: "Rename the key",
      };
    if (key === "" || key.length > 128)
      yield { path: at, title: `a tag key has ${key.length} characters; AWS allows 1 to 128` };
    if (value.length > 256)
      yield { path: at, title: `tag ${JSON.stringify(key)} has a value of ${value.length} characters; AWS allows 256` };
  }
}

const tags: Rule = defineRule({
  code: "config/tags",
  severity: "error",
  demands:
    "Tags keep to AWS's limits: 50 of them, keys of 1 to 128 and values of up to 256 characters, no key beginning with aws:.",
  remedy: "Shorten it",
  *check(context: RuleContext) {
    const { config, written } = context;
    yield* tagBreaches(written.metadata.tags, ["metadata", "tags"]);
    for (const { written: group, path } of groupsOf(context)) yield* tagBreaches(group.tags, [...path, "tags"]);
    for (const [index, item] of (config.fargateProfiles ?? []).entries())
      yield* tagBreaches(item.tags, ["fargateProfiles", index, "tags"]);
    for (const [index, item] of (config.addons ?? []).entries())
      yield* tagBreaches(item.tags, ["addons", index, "tags"]);
    for (const [index, item] of (config.capabilities ?? []).entries())
      yield* tagBreaches(item.tags, ["capabilities", index, "tags"]);
    for (const [index, item] of (config.identityProviders ?? []).entries())
      yield* tagBreaches(item.tags, ["identityProviders", index, "tags"]);
    for (const [index, item] of (config.iam?.serviceAccounts ?? []).entries())
      yield* tagBreaches(item.tags, ["iam", "serviceAccounts", index, "tags"]);
    for (const [index, item] of (config.iam?.podIdentityAssociations ?? []).entries())
      yield* tagBreaches(item.tags, ["iam", "podIdentityAssociations", index, "tags"]);
  },
});

const groupTags: Rule = defineRule({
  code: "config/propagated-tags",
  severity: "error",
  demands: "With propagateASGTags an Auto Scaling group ends up with at most 50 tags.",
  remedy: "Use fewer tags, labels or taints, or switch propagateASGTags off",
  *check(context) {
    for (const { group, path } of groupsOf(context)) {
      const count =
        Object.keys(group.tags ?? {}).length + Object.keys(group.labels ?? {}).length + (group.taints?.length ?? 0);
      if (group.propagateASGTags && count > 50)
        yield {
          path: [...path, "propagateASGTags"],
          title: `tags, labels and taints make ${count} tags on the Auto Scaling group; AWS allows 50`,
        };
    }
  },
});

export const tagRules: readonly Rule[] = [tags, groupTags];
