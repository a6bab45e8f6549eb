// LT-U024: There is no other cluster on which an upgrade is tried first.
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { ofCluster } from "../../sight.ts";

const production = /(^|[^a-z])(prod|production|prd|live)([^a-z]|$)/i;

/** There is no other cluster on which an upgrade is tried first. */
export const noRehearsal: Check = defineCheck({
  id: "LT-U024",
  title: "There is no other cluster on which an upgrade is tried first",
  area: "upgrades",
  severity: "info",
  why: "What breaks with a new version is found on the first cluster that has it: better not the one with customers.",
  docs: "https://docs.aws.amazon.com/eks/latest/best-practices/cluster-upgrades.html",
  remedy: "Rehearse it: lotse rehearse -f cluster.yaml --upgrade-to; or keep a second cluster from the same file.",
  account: async (account) => {
    const { name = "", tags = {} } = await account.read("cluster");
    const stage = Object.entries(tags).find(([key]) => /^(env|environment|stage|tier)$/i.test(key))?.[1];
    // Only what says of itself that it is production is meant; a stage that is named counts more than a name.
    if (!production.test(stage ?? name)) return [];
    const others = (await account.read("clusters")).filter((each) => each !== name && !production.test(each));
    return ofCluster(
      account,
      others.length === 0 && `It says that it is production, and the account has no other cluster in ${account.region}`,
    );
  },
});
