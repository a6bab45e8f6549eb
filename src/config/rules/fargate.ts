// Fargate profiles. eksctl looks at them only when AWS has made everything else.
import type { Rule } from "./rule.ts";
import { defineRule } from "./rule.ts";

const profiles: Rule = defineRule({
  code: "config/fargate-profile",
  severity: "error",
  demands: "A Fargate profile has a name of its own that doesn't begin with eks-, and one to five selectors.",
  remedy: "Add selectors with a namespace",
  *check({ config }) {
    const seen = new Set<string>();
    for (const [index, profile] of (config.fargateProfiles ?? []).entries()) {
      const path = ["fargateProfiles", index];
      const start = `invalid Fargate profile ${JSON.stringify(profile.name)}:`;
      if (!profile.name) continue;
      if (profile.name.startsWith("eks-"))
        yield {
          path: [...path, "name"],
          title: `${start} name should NOT start with "eks-"`,
          remedy: "Choose another name",
        };
      if (!/^[a-zA-Z0-9][-_a-zA-Z0-9]{0,99}$/.test(profile.name))
        yield {
          path: [...path, "name"],
          title: `${start} a name holds up to 100 letters, digits, dashes and underscores`,
          remedy: "Choose another name",
        };
      if (seen.has(profile.name))
        yield { path: [...path, "name"], title: `${start} name is not unique`, remedy: "Choose another name" };
      seen.add(profile.name);
      const count = profile.selectors?.length;
      if (count === 0) yield { path: [...path, "selectors"], title: `${start} no profile selector` };
      if (count !== undefined && count > 5)
        yield {
          path: [...path, "selectors"],
          title: `${start} ${count} selectors; EKS allows 5`,
          remedy: "Use a second profile, or wildcards",
        };
      for (const [at, selector] of (profile.selectors ?? []).entries())
        if (Object.keys(selector.labels ?? {}).length > 5)
          yield {
            path: [...path, "selectors", at, "labels"],
            title: `${start} ${Object.keys(selector.labels ?? {}).length} labels in one selector; EKS allows 5`,
            remedy: "Use fewer labels",
          };
    }
  },
});

const privateSubnets: Rule = defineRule({
  code: "config/fargate-public",
  severity: "error",
  demands: "Fargate runs in private subnets.",
  remedy: "Give private subnets",
  *check({ config }) {
    const open = new Map(
      Object.entries(config.vpc?.subnets?.public ?? {}).flatMap(([key, { id }]) => [
        [key, key] as const,
        ...(id ? [[id, key] as const] : []),
      ]),
    );
    const closed = new Set(
      Object.entries(config.vpc?.subnets?.private ?? {}).flatMap(([key, { id }]) => [key, ...(id ? [id] : [])]),
    );
    for (const [index, profile] of (config.fargateProfiles ?? []).entries())
      for (const [at, name] of (profile.subnets ?? []).entries())
        if (open.has(name) && !closed.has(name))
          yield {
            path: ["fargateProfiles", index, "subnets", at],
            title: `subnet ${name} of Fargate profile ${profile.name} is public; Fargate needs private ones`,
          };
  },
});

export const fargateRules: readonly Rule[] = [profiles, privateSubnets];
