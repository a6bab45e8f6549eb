// The library's verbs about versions and upgrades; a part of lotse.ts, which is their door.
import type { Aws } from "./aws/index.ts";
import type { Cluster } from "./config/index.ts";
import type { WrittenObject } from "./doctor/index.ts";
import type { Calendar, Read, StayCost, SupportType, UpgradeReport } from "./upgrades/index.ts";

export type {
  AddonPlan,
  Calendar,
  CalendarRow,
  Read as MaybeRead,
  StayCost,
  SupportType,
  UnknownPart,
  UpgradeFinding,
  UpgradeReport,
} from "./upgrades/index.ts";

/** What an upgrade check looks at. */
export interface UpgradeVisit {
  /** `2026-11-21`: the day that versions are judged by. */
  today: string;
  /** Minor that is wanted; the next one when absent. */
  to?: string;
  /** Whether the cluster may be there already: an upgrade that was interrupted goes on. */
  resumes?: boolean;
  file?: Cluster;
  /** A living cluster. Without one most is unknown, and the verdict with it. */
  living?: { aws: Aws; name: string };
  manifests?: readonly WrittenObject[];
  /** Version of the caller's kubectl, or why it couldn't be asked. */
  kubectl?: Read<string | undefined>;
}

/** Versions of Kubernetes on EKS, and whether a cluster is ready for the next one. Reads only. */
export const upgrades = {
  /** The calendar on a day; EKS is asked when there is a door to it. @throws LotseError `aws/…` */
  calendar: async (today: string, aws?: Aws): Promise<Calendar> => {
    const { calendarOn, readClusterVersions } = await import("./upgrades/index.ts");
    return calendarOn(today, aws ? await readClusterVersions(aws) : undefined);
  },
  /** What it costs to stay on a version until EKS upgrades by itself; undefined where its dates aren't known. */
  cost: async (calendar: Calendar, version: string, support?: SupportType): Promise<StayCost | undefined> =>
    (await import("./upgrades/index.ts")).costOfStaying(calendar, version, support),
  /** The calendar as a picture (SVG), or for calendars (iCalendar). */
  draw: async (calendar: Calendar, format: "svg" | "ics"): Promise<string> => {
    const { calendarIcs, calendarSvg } = await import("./upgrades/index.ts");
    return format === "svg" ? calendarSvg(calendar) : calendarIcs(calendar);
  },
  /**
   * Whether an upgrade is ready.
   *
   * @throws LotseError `upgrades/bad-version`, `access/no-cluster`, `access/cluster-status`, `aws/…`
   */
  check: async (visit: UpgradeVisit): Promise<UpgradeReport> => {
    const room = await import("./upgrades/index.ts");
    const { clusterFile, manifestFacts, accountFacts } = await import("./doctor/index.ts");
    const { today, file, living, manifests = [], kubectl = { value: undefined } } = visit;
    const sources = {
      today,
      ...(file ? { file: clusterFile(file) } : {}),
      ...(manifests.length > 0 ? { manifests: manifestFacts(manifests) } : {}),
    };
    if (!living) {
      const { metadata, upgradePolicy } = file?.config ?? { metadata: { name: "?", version: "" } };
      const support = upgradePolicy?.supportType === "STANDARD" ? ("STANDARD" as const) : undefined;
      const cluster = { name: metadata.name, version: metadata.version ?? "", support };
      const to = room.targetOf(cluster.version, visit.to);
      const calendar = room.calendarOn(today);
      return room.judgeUpgrade(await room.readUpgradeWorld({ calendar, cluster, to, kubectl, manifests, sources }));
    }
    const { describeCluster, openCluster } = await import("./access/index.ts");
    const { aws, name } = living;
    const found = await describeCluster(aws, name);
    const account = accountFacts(aws, name);
    const to = room.targetOf(found.version, visit.to, visit.resumes ? "same" : "newer");
    const [{ upgradePolicy }, versions] = await Promise.all([
      account.read("cluster"),
      room.tried(async () => room.readClusterVersions(aws)),
    ]);
    const calendar = room.calendarOn(today, "value" in versions ? versions.value : undefined);
    const cluster = { name, version: found.version, support: upgradePolicy?.supportType };
    const kube = openCluster(aws, found);
    try {
      const question = { calendar, cluster, to, kubectl, manifests, sources };
      return room.judgeUpgrade(await room.readUpgradeWorld(question, { aws, account, kube }));
    } finally {
      kube.close();
    }
  },
};
