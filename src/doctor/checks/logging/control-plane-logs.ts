// LT-L001: The control plane keeps no audit log.
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import type { ClusterFile } from "../../file.ts";
import { hasOlderLogs, retentionDays, set } from "../../fixes.ts";
import { ofCluster, ofFile } from "../../sight.ts";

const wanted = ["audit", "authenticator"];

const withAudit = (file: ClusterFile | undefined): string[] => [
  ...new Set([...(file?.config.cloudWatch?.clusterLogging?.enableTypes ?? []), ...wanted]),
];

function missing(on: readonly string[]): string | undefined {
  const off = wanted.filter((type) => !on.includes(type) && !on.includes("*") && !on.includes("all"));
  return off.length === 0 ? undefined : `Logs of ${off.join(" and ")} are off`;
}

/** The control plane keeps no audit log. */
export const controlPlaneLogs: Check = defineCheck({
  id: "LT-L001",
  title: "The control plane keeps no audit log",
  area: "logging",
  severity: "warning",
  why: "Without the types audit and authenticator nobody can tell afterwards who did what, and who was let in.",
  docs: "https://docs.aws.amazon.com/eks/latest/best-practices/detective-controls.html",
  remedy: "Set cloudWatch.clusterLogging.enableTypes: [audit, authenticator].",
  // Logs that are kept for ever would be the next finding (LT-L002), which is a person's where there are old ones.
  fix: async ({ source }, world) => {
    const { file, account } = world;
    const isOpen = !(await hasOlderLogs(world));
    const path = ["cloudWatch", "clusterLogging"];
    if (source === "file") {
      const isSaid = file?.config.cloudWatch?.clusterLogging?.logRetentionInDays !== undefined;
      const types = set([...path, "enableTypes"], withAudit(file));
      return isOpen && !isSaid ? [types, set([...path, "logRetentionInDays"], retentionDays)] : [types];
    }
    const [cluster, group] = await Promise.all([account?.read("cluster"), account?.read("logGroup")]);
    const logGroup = `/aws/eks/${cluster?.name}/cluster`;
    return [
      { do: "enable-logs", types: wanted },
      ...(isOpen && group?.retentionInDays === undefined
        ? [{ do: "keep-logs" as const, logGroup, days: retentionDays }]
        : []),
    ];
  },
  file: (file) => ofFile(file, ["cloudWatch"], missing(file.config.cloudWatch?.clusterLogging?.enableTypes ?? [])),
  account: async (account) => {
    const { name, logging } = await account.read("cluster");
    const on = (logging?.clusterLogging ?? [])
      .filter(({ enabled }) => enabled === true)
      .flatMap(({ types = [] }) => types);
    const text = missing(on);
    const command = `aws eks update-cluster-config --name ${name} --logging '{"clusterLogging":[{"types":["audit","authenticator"],"enabled":true}]}'`;
    return ofCluster(account, text !== undefined && { text, command });
  },
});
