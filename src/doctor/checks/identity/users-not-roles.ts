// LT-I003: IAM users may enter.
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { inList, ofFile } from "../../sight.ts";

/** IAM users may enter. */
export const usersNotRoles: Check = defineCheck({
  id: "LT-I003",
  title: "IAM users may enter",
  area: "identity",
  severity: "warning",
  why: "Users have keys that don't expire; roles give keys for hours, to people who have logged in.",
  docs: "https://docs.aws.amazon.com/eks/latest/best-practices/identity-and-access-management.html",
  remedy: "Give a role the access that the user has, and let people assume it.",
  file: (file) => [
    ...(file.config.accessConfig?.accessEntries ?? []).flatMap(({ principalARN = "" }, i) =>
      ofFile(
        file,
        ["accessConfig", "accessEntries", i],
        principalARN.includes(":user/") && `${principalARN} is a user`,
      ),
    ),
    ...(file.config.iamIdentityMappings ?? []).flatMap(({ arn = "" }, i) =>
      ofFile(file, ["iamIdentityMappings", i], arn.includes(":user/") && `${arn} is a user`),
    ),
  ],
  account: async (account) =>
    inList(
      "AccessEntry",
      await account.read("entries"),
      ({ arn }) => arn,
      ({ arn }) => arn.includes(":user/") && `${arn} is a user`,
    ),
});
