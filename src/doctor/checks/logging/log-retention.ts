// LT-L002: Logs are kept for ever.
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { hasOlderLogs, retentionDays, set } from "../../fixes.ts";
import { ofCluster, ofFile } from "../../sight.ts";

/** Logs are kept for ever. */
export const logRetention: Check = defineCheck({
  id: "LT-L002",
  title: "Logs are kept for ever",
  area: "logging",
  severity: "info",
  why: "CloudWatch Logs bills what it stores, and without a retention nothing is ever deleted.",
  docs: "https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/Working-with-log-groups-and-streams.html",
  remedy: "Set cloudWatch.clusterLogging.logRetentionInDays; CloudWatch then deletes what is older, for good.",
  fix: async ({ source }, world) => {
    if (await hasOlderLogs(world))
      return `The log group is older than ${retentionDays} days, and what is older would be deleted for good: save it, or say for how long logs are kept`;
    if (source === "file") return [set(["cloudWatch", "clusterLogging", "logRetentionInDays"], retentionDays)];
    const group = await world.account?.read("logGroup");
    return [{ do: "keep-logs", logGroup: group?.logGroupName ?? "", days: retentionDays }];
  },
  file: (file) => {
    const { enableTypes = [], logRetentionInDays } = file.config.cloudWatch?.clusterLogging ?? {};
    return ofFile(
      file,
      ["cloudWatch"],
      enableTypes.length > 0 && logRetentionInDays === undefined && "logRetentionInDays isn't set",
    );
  },
  account: async (account, world) => {
    const [group, { name }] = await Promise.all([account.read("logGroup"), account.read("cluster")]);
    const command = `aws logs put-retention-policy --log-group-name /aws/eks/${name}/cluster --retention-in-days ${retentionDays}`;
    return ofCluster(
      account,
      group !== undefined &&
        group.retentionInDays === undefined && {
          text: `${group.logGroupName} keeps everything`,
          ...((await hasOlderLogs(world)) ? {} : { command }),
        },
    );
  },
});
