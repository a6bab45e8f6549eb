// LT-L003: Nobody writes down who called EKS.
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { ofCluster } from "../../sight.ts";

/** Nobody writes down who called EKS. */
export const noTrail: Check = defineCheck({
  id: "LT-L003",
  title: "Nobody writes down who called EKS",
  area: "logging",
  severity: "warning",
  why: "The event history of CloudTrail goes back 90 days and can't be kept; a trail keeps who made, changed and deleted clusters, in every region.",
  docs: "https://docs.aws.amazon.com/eks/latest/userguide/logging-using-cloudtrail.html",
  remedy: "Make a trail for all regions, and start it.",
  account: async (account) => {
    const trails = await account.read("trails");
    const logging = trails.filter((each) => each.logging);
    if (logging.some(({ multiRegion }) => multiRegion)) return [];
    const [trail] = trails;
    const text =
      trails.length === 0
        ? "The account has no trail"
        : logging.length === 0
          ? `${trails.map(({ name }) => name).join(", ")} ${trails.length === 1 ? "doesn't" : "don't"} record`
          : `${logging.map(({ name, home }) => `${name} (${home})`).join(", ")}: no trail is for all regions`;
    return ofCluster(account, {
      text,
      evidence: { trails },
      ...(trail && logging.length === 0
        ? { command: `aws cloudtrail start-logging --name ${trail.name} --region ${trail.home}` }
        : {}),
      ...(logging[0]
        ? {
            command: `aws cloudtrail update-trail --name ${logging[0].name} --region ${logging[0].home} --is-multi-region-trail`,
          }
        : {}),
    });
  },
});
