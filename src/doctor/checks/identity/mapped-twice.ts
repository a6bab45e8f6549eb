// LT-I006: aws-auth and an access entry both name somebody.
import { readAwsAuth, sameArn } from "../../../identity/index.ts";
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { subjectOf } from "../../objects/workloads.ts";

/** aws-auth and an access entry both name somebody. */
export const mappedTwice: Check = defineCheck({
  id: "LT-I006",
  title: "aws-auth and an access entry both name somebody",
  area: "identity",
  severity: "warning",
  why: "The entry wins and the item of aws-auth has no effect, which surprises whoever edits it.",
  docs: "https://docs.aws.amazon.com/eks/latest/userguide/migrating-access-entries.html",
  remedy: "Take the item out of aws-auth.",
  together: async (account, cluster) => {
    const [entries, maps] = await Promise.all([account.read("entries"), cluster.list("configMaps")]);
    const map = maps.find(({ metadata }) => metadata.name === "aws-auth" && metadata.namespace === "kube-system");
    if (!map) return [];
    const awsAuth = readAwsAuth(map.data ?? {});
    return [...awsAuth.roles, ...awsAuth.users]
      .filter(({ arn }) => entries.some((entry) => entry.type === "STANDARD" && sameArn(entry.arn, arn)))
      .map(({ arn }) => ({ subject: subjectOf(map, arn), text: `${arn} has an access entry too` }));
  },
});
