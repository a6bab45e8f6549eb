// LT-I029: A mapping that lets nobody in, or the same principal twice.
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { ofFile } from "../../sight.ts";

/** A mapping that lets nobody in, or the same principal twice. */
export const sessionPrincipals: Check = defineCheck({
  id: "LT-I029",
  title: "A mapping that lets nobody in, or the same principal twice",
  area: "identity",
  severity: "error",
  why: "The authenticator compares the ARN of the role, never that of a session; of two items for one principal the first counts. Access entries like that are refused by EKS itself, and by the file's validation.",
  docs: "https://docs.aws.amazon.com/eks/latest/userguide/auth-configmap.html",
  remedy: "Name the role itself, arn:aws:iam::ACCOUNT:role/NAME, once.",
  file: (file) => {
    const mappings = file.config.iamIdentityMappings ?? [];
    const entries = new Set((file.config.accessConfig?.accessEntries ?? []).map(({ principalARN }) => principalARN));
    return mappings.flatMap(({ arn = "" }, i) => {
      const role = /^arn:[^:]*:sts::(\d+):assumed-role\/([^/]+)\//.exec(arn);
      const first = mappings.findIndex((each) => each.arn === arn);
      const text = role
        ? `${arn} is a session; the role is arn:aws:iam::${role[1]}:role/${role[2]}`
        : arn !== "" && first < i
          ? `${arn} stands in iamIdentityMappings[${first}] already`
          : arn !== "" && entries.has(arn) && `${arn} has an access entry, which wins over the mapping`;
      return ofFile(file, ["iamIdentityMappings", i, "arn"], text).map((seen) => ({
        ...seen,
        subject: { ...seen.subject, part: `iamIdentityMappings[${i}]` },
      }));
    });
  },
});
