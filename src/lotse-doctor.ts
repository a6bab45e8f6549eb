// The library's verbs about a cluster's health; a part of lotse.ts, which is their door.
import type { Aws } from "./aws/index.ts";
import type { Cluster } from "./config/index.ts";
import type {
  Check,
  CheckSummary,
  DoctorReport,
  Exclusion,
  ReportFormat,
  World,
  WrittenObject,
} from "./doctor/index.ts";

export type {
  Area as CheckArea,
  Check,
  CheckSummary,
  DoctorReport,
  ExcludedFinding,
  Exclusion,
  Finding,
  ReportFormat as DoctorReportFormat,
  Source as CheckSource,
  UnknownCheck,
  WrittenObject,
} from "./doctor/index.ts";

/** What {@link doctor.run} looks at, and how it judges. Every source is optional; checks without theirs aren't made. */
export interface DoctorVisit {
  /** `2026-11-21`: the day that versions and ages are judged by. */
  today: string;
  file?: Cluster;
  /** A living cluster: its account, and its API server unless that is left out. */
  living?: { aws: Aws; name: string; kubernetes: boolean };
  /** Objects of manifests, and where they stand. */
  manifests?: readonly WrittenObject[];
  /** Only these checks, by id; default all. */
  only?: readonly string[];
  /** Text of a baseline file, and its name for messages. */
  baseline?: { text: string; file: string };
}

/** A cluster's health: what is wrong, how it is known, what to do. Reads only. */
export const doctor = {
  /** @throws LotseError `doctor/no-check`, `doctor/bad-baseline`, `access/no-cluster`, `aws/…` */
  run: async (visit: DoctorVisit): Promise<DoctorReport> => {
    const room = await import("./doctor/index.ts");
    const { file, living, manifests, only, baseline, today } = visit;
    const checks: readonly Check[] = only ? only.map(room.checkNamed) : room.checks;
    const known = baseline ? room.readBaseline(baseline.text, baseline.file) : new Set<string>();
    const world: World = {
      today,
      ...(file ? { file: room.clusterFile(file) } : {}),
      ...(manifests ? { manifests: room.manifestFacts(manifests) } : {}),
    };
    const exclusions: readonly Exclusion[] = file?.platform?.doctor?.exclude ?? [];
    const place = living
      ? { cluster: living.name, region: living.aws.region }
      : file
        ? { cluster: file.config.metadata.name, region: file.config.metadata.region }
        : {};
    const options = { checks, exclusions, baseline: known, ...place };
    if (!living) return room.runChecks(world, options);
    const { describeCluster, openCluster } = await import("./access/index.ts");
    // Who can't even describe the cluster hasn't been let in; all else that is denied is unknown, check by check.
    const found = await describeCluster(living.aws, living.name);
    const account = room.accountFacts(living.aws, living.name);
    if (!living.kubernetes) return room.runChecks({ ...world, account }, options);
    const kube = openCluster(living.aws, found);
    try {
      return await room.runChecks({ ...world, account, cluster: room.livingFacts(kube) }, options);
    } finally {
      kube.close();
    }
  },
  list: async (): Promise<readonly CheckSummary[]> => (await import("./doctor/index.ts")).listChecks(),
  /** @throws LotseError `doctor/no-check` */
  explain: async (id: string): Promise<Check> => (await import("./doctor/index.ts")).checkNamed(id),
  render: async (report: DoctorReport, format: ReportFormat): Promise<string> =>
    (await import("./doctor/index.ts")).renderDoctorReport(report, format),
  /** Text of a baseline file with what was found. */
  baseline: async (report: DoctorReport): Promise<string> => (await import("./doctor/index.ts")).baselineOf(report),
  /** One sentence. */
  summary: async (report: DoctorReport): Promise<string> => (await import("./doctor/index.ts")).summaryOf(report),
  /** Whether a program is to take the report for a failure. */
  fails: async (report: DoctorReport, failOn: "error" | "warning" | "info", strict: boolean): Promise<boolean> =>
    (await import("./doctor/index.ts")).fails(report, failOn, strict),
};
