// LT-I029: An access entry that can't fit.
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { ofFile } from "../../sight.ts";

/** An access entry that can't fit. */
export const sessionEntries: Check = defineCheck({
  id: "LT-I029",
  title: "An access entry that can't fit",
  area: "identity",
  severity: "error",
  why: "EKS takes ARNs of roles and users, not of sessions, and one entry for each.",
  docs: "https://docs.aws.amazon.com/eks/latest/userguide/access-entries.html",
  remedy: "Write the role's ARN, once.",
  file: (file) => {
    const seen = new Set<string>();
    return (file.config.accessConfig?.accessEntries ?? []).flatMap(({ principalARN = "" }, i) => {
      const twice = seen.has(principalARN);
      seen.add(principalARN);
      const text = principalARN.includes(":assumed-role/")
        ? `${principalARN} is a session`
        : twice
          ? `${principalARN} has two entries`
          : undefined;
      return ofFile(file, ["accessConfig", "accessEntries", i], text);
    });
  },
});
