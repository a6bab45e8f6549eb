// Fargate profiles. eksctl looks at them only when AWS has made everything else.
import type { Rule } from "./rule.ts";
import { defineRule } from "./rule.ts";

const profiles: Rule = defineRule({
  code: "config/fargate-profile",
  severity: "error",
  demands: "A Fargate profile has a name that doesn't begin with eks-, and selectors.",
  remedy: "Add selectors with a namespace",
  *check({ config }) {
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
      const count = profile.selectors?.length;
      if (count === 0) yield { path: [...path, "selectors"], title: `${start} no profile selector` };
    }
  },
});

const quotas: Rule = defineRule({
  code: "config/fargate-quota",
  severity: "warning",
  demands: "A Fargate profile keeps to EKS's quotas: five selectors, five labels in each.",
  remedy: "Use fewer, or ask AWS for a higher quota before",
  *check({ config }) {
    for (const [index, profile] of (config.fargateProfiles ?? []).entries()) {
      const path = ["fargateProfiles", index, "selectors"];
      const count = profile.selectors?.length ?? 0;
      if (count > 5)
        yield {
          path,
          title: `Fargate profile ${JSON.stringify(profile.name)} has ${count} selectors; EKS's quota is 5`,
        };
      for (const [at, selector] of (profile.selectors ?? []).entries()) {
        const labels = Object.keys(selector.labels ?? {}).length;
        if (labels > 5)
          yield {
            path: [...path, at, "labels"],
            title: `a selector of Fargate profile ${JSON.stringify(profile.name)} has ${labels} labels; EKS's quota is 5`,
          };
      }
    }
  },
});

const twice: Rule = defineRule({
  code: "config/fargate-profile-twice",
  severity: "warning",
  demands: "Every Fargate profile is listed once.",
  remedy: "Rename one, or join the two",
  *check({ written }) {
    const seen = new Set<string>();
    for (const [index, { name }] of (written.fargateProfiles ?? []).entries()) {
      if (name && seen.has(name))
        yield {
          path: ["fargateProfiles", index, "name"],
          title: `Fargate profile ${JSON.stringify(name)} is listed a second time; it exists by then, so this entry is IGNORED`,
        };
      seen.add(name);
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

export const fargateRules: readonly Rule[] = [profiles, quotas, twice, privateSubnets];
