// LT-L001: The control plane keeps no audit log.
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import type { ClusterFile } from "../../file.ts";
import { set } from "../../fixes.ts";
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
  fix: ({ source }, { file }) =>
    source === "file"
      ? [set(["cloudWatch", "clusterLogging", "enableTypes"], withAudit(file))]
      : [{ do: "enable-logs", types: wanted }],
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
