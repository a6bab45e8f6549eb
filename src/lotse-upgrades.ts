// The library's verbs about versions and upgrades; a part of lotse.ts, which is their door.
import type { Aws } from "./aws/index.ts";
import { errorMessage, type Host } from "./base/index.ts";
import type { Cluster } from "./config/index.ts";
import type { WrittenObject } from "./doctor/index.ts";
import type { RunOptions, RunResult } from "./engine/index.ts";
import type { Plan } from "./plan/index.ts";
import type {
  Calendar,
  HealthSeen,
  HealthSign,
  Read,
  StayCost,
  SupportType,
  UpgradeReport,
  WayBack,
} from "./upgrades/index.ts";

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
  WayBack,
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

/** How an upgrade is carried out. */
export interface UpgradeRun extends RunOptions {
  /** Seconds that the cluster has after each step to get well; default 600. */
  grace?: number;
  /** The time by the account's clock, for the way back; this machine's when absent. */
  now?: Date;
}

/** How it has ended; a failure of a step called `health after …` is a sign that the cluster isn't well. */
export interface UpgradeResult extends RunResult {
  /** How the control plane goes back; absent where it hasn't moved, or the way is closed. */
  wayBack?: WayBack;
}

type Look = () => Promise<HealthSeen>;
type Tell = (when: string) => (signs: readonly HealthSign[]) => void;

/** Hands out a way to look at a cluster's health, and one to tell what is waited for. */
async function watched<T>(
  aws: Aws,
  name: string,
  host: Host,
  body: (look: Look, tell: Tell) => Promise<T>,
): Promise<T> {
  const { readHealth, signText } = await import("./upgrades/index.ts");
  const { describeCluster, openCluster } = await import("./access/index.ts");
  // Tries of its own would keep the look at what else isn't well from being taken.
  const kube = openCluster(aws, await describeCluster(aws, name), { retries: 1 });
  const tell: Tell = (when) => (signs) =>
    host.emit({
      level: "info",
      code: "upgrades/unhealthy",
      text: `waits until the cluster is well ${when}: ${signText(signs)}`,
      subject: name,
      data: { cluster: name, when, signs },
    });
  try {
    return await body(() => readHealth(aws, name, kube), tell);
  } finally {
    kube.close();
  }
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
  /**
   * Carries an upgrade's steps out, one after the other. After each it waits until the cluster is well: its parts by EKS's own
   * word, nodes, workloads, the API server. At the first sign that stays it stops; run again it goes on with what is left. What
   * wasn't well at the beginning isn't the upgrade's doing, and stops nothing.
   */
  carryOut: async (of: Plan, aws: Aws, host: Host, options: UpgradeRun = {}): Promise<UpgradeResult> => {
    const room = await import("./upgrades/index.ts");
    const { runPlan } = await import("./engine/index.ts");
    const { grace = room.defaultGrace, now = new Date(), ...run } = options;
    return watched(aws, of.cluster, host, async (look, tell) => {
      const before = await look();
      const wasInside = !("unread" in before.inside);
      const known = room.signsOf(before).filter(({ passes }) => passes !== true);
      const result = await runPlan(of, aws, host, {
        ...run,
        concurrency: 1,
        afterStep: async ({ id }) => {
          const waiting = tell(`after ${id}`);
          const signs = await room.awaitHealth({ look, known, wasInside, grace, signal: aws.signal, waiting });
          if (signs.length > 0) throw room.unhealthyAfter(id, signs);
        },
      });
      if (result.interrupted) return result;
      try {
        const wayBack = await room.readWayBack(aws, of.cluster, now);
        return { ...result, ...(wayBack ? { wayBack } : {}) };
      } catch (error) {
        // What was done stands, whoever may not look at how it is undone.
        const text = `whether and how the control plane can go back couldn't be read: ${errorMessage(error)}`;
        host.emit({ level: "warn", code: "upgrades/no-way-back", text, subject: of.cluster });
        return result;
      }
    });
  },
  /** Waits until nodes and workloads are well, or so many seconds are over: an upgrade that goes on may find them on their way. */
  settle: async (aws: Aws, cluster: string, host: Host, seconds?: number): Promise<void> => {
    const { awaitHealth, defaultGrace } = await import("./upgrades/index.ts");
    await watched(aws, cluster, host, async (look, tell) => {
      const waiting = tell("before it goes on");
      const grace = seconds ?? defaultGrace;
      await awaitHealth({ look, known: [], wasInside: true, grace, signal: aws.signal, waiting });
    });
  },
  /**
   * How the control plane goes back; undefined where it hasn't been upgraded in place, or too long ago.
   *
   * @param now by the account's clock; this machine's when absent
   * @throws LotseError `aws/…`
   */
  wayBack: async (aws: Aws, cluster: string, now: Date = new Date()): Promise<WayBack | undefined> =>
    (await import("./upgrades/index.ts")).readWayBack(aws, cluster, now),
};
