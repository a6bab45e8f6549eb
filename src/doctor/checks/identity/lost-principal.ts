// LT-I002: An access entry of somebody who is gone.
import { readAwsAuth } from "../../../identity/index.ts";
import { subjectOf } from "../../objects/workloads.ts";
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
  together: async (account, cluster) => {
    const [{ arn: own = "" }, maps] = await Promise.all([account.read("cluster"), cluster.list("configMaps")]);
    const map = maps.find(({ metadata }) => metadata.name === "aws-auth" && metadata.namespace === "kube-system");
    if (!map) return [];
    // Roles of other accounts can't be seen from here.
    const roles = readAwsAuth(map.data ?? {}).roles.filter(({ arn }) => arn.split(":")[4] === own.split(":")[4]);
    const there = await Promise.all(roles.map(async ({ arn }) => ({ arn, role: await account.role(arn) })));
    return there
      .filter(({ role }) => role === undefined)
      .map(({ arn }) => ({
        subject: subjectOf(map, arn),
        text: `aws-auth maps ${arn}, and IAM doesn't know it`,
        command: `lotse delete iamidentitymapping --cluster ${own.split("/").at(-1) ?? ""} --arn ${arn}`,
      }));
  },
  account: async (account) => {
    const { name } = await account.read("cluster");
    return inList(
      "AccessEntry",
      await account.read("lostPrincipals"),
      (arn) => arn,
      (arn) => ({
        text: `IAM doesn't know ${arn}`,
        command: `lotse delete accessentry --cluster ${name} --principal-arn ${arn}`,
      }),
    );
  },
});
