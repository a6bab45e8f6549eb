// LT-I002: An access entry of somebody who is gone.
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { inList } from "../../sight.ts";

/** An access entry of somebody who is gone. */
export const lostPrincipal: Check = defineCheck({
  id: "LT-I002",
  title: "An access entry of somebody who is gone",
  area: "identity",
  severity: "error",
  why: "The entry of a deleted role or user lets nobody in, also not a new one of the same name: its unique id is another one.",
  docs: "https://docs.aws.amazon.com/eks/latest/userguide/access-entries.html",
  remedy: "Delete the entry, and make one for who has taken over.",
  account: async (account) =>
    inList(
      "AccessEntry",
      await account.read("lostPrincipals"),
      (arn) => arn,
      (arn) => ({ text: `IAM doesn't know ${arn}`, command: `lotse delete accessentry --principal-arn ${arn}` }),
    ),
});
