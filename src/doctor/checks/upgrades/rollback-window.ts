// LT-U022: The last upgrade can still be taken back.
import { rollbackDays } from "../../../facts/index.ts";
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { ofCluster } from "../../sight.ts";
import { daysBetween, minorIn } from "../../versions.ts";

const day = (date: Date): string => date.toISOString().slice(0, 10);

/** The last upgrade can still be taken back. */
export const rollbackWindow: Check = defineCheck({
  id: "LT-U022",
  title: "The last upgrade can still be taken back",
  area: "upgrades",
  severity: "info",
  why: "For seven days EKS takes a control plane back to the minor it came from, unless nodes or add-ons are ahead of that already.",
  docs: "https://docs.aws.amazon.com/eks/latest/userguide/update-cluster.html",
  remedy: "Leave nodes and add-ons on the old minor until it is clear that nothing has to go back.",
  account: async (account, { today }) => {
    const [{ version, name }, updates] = await Promise.all([account.read("cluster"), account.read("versionUpdates")]);
    const [last] = updates.toSorted((a, b) => (b.createdAt?.getTime() ?? 0) - (a.createdAt?.getTime() ?? 0));
    if (last?.type !== "VersionUpdate" || last.status !== "Successful" || !last.createdAt) return [];
    const left = rollbackDays - daysBetween(day(last.createdAt), today);
    if (left <= 0) return [];
    const blockers = (await account.read("insights"))
      .filter(({ category, insightStatus }) => category === "ROLLBACK_READINESS" && insightStatus?.status === "ERROR")
      .map((each) => each.name ?? "");
    const back = `1.${minorIn(version) - 1}`;
    const until = day(new Date(last.createdAt.getTime() + rollbackDays * 86_400_000));
    const but = blockers.length > 0 ? `; in its way: ${blockers.join(", ")}` : "";
    return ofCluster(account, {
      text: `The way back from ${version} to ${back} is open until ${until}${but}`,
      evidence: { from: version, to: back, until, blockers },
      ...(blockers.length > 0
        ? {}
        : { command: `aws eks update-cluster-version --name ${name} --kubernetes-version ${back}` }),
    });
  },
});
