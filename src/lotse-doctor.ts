// The library's verbs about a cluster's health; a part of lotse.ts, which is their door.
import type { Aws } from "./aws/index.ts";
import { isLotseError } from "./base/index.ts";
import type { Cluster } from "./config/index.ts";
import type * as DoctorRoom from "./doctor/index.ts";
import type { KubernetesMode, Plan } from "./plan/index.ts";
import type {
  Check,
  CheckSummary,
  DoctorReport,
  Exclusion,
  Finding,
  Mending,
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

/** What {@link doctor.planFix} is told besides the visit. */
export interface FixOptions {
  /** From where the API endpoint may be reached; without them it isn't narrowed. */
  cidrs?: readonly string[];
  /** The file's text, of which everything but the remedies stays; without it the file isn't mended. */
  text?: string;
  /** How the plan of the mended file goes about the inside of the cluster; default `required`. */
  kubernetes?: KubernetesMode;
}

/** What would be mended, and how. Nothing of it is done yet. */
export interface DoctorFix {
  report: DoctorReport;
  /** Findings that it mends. */
  mended: readonly Finding[];
  /** Findings with a remedy that isn't for now, and why. */
  left: readonly { finding: Finding; reason: string }[];
  /** The mended file. */
  file?: { after: string; cluster: Cluster; diff: readonly string[] };
  /** What `apply` does with the mended file, where there is a living cluster to do it to. */
  ofFile?: Plan;
  /** Steps for what the file doesn't rule, for `runSteps`; when the file is applied first, they are planned anew after it. */
  steps?: Plan;
}

type Room = typeof DoctorRoom;

/** The sources of a visit, for as long as they are looked at. */
async function withWorld<T>(
  { today, file, manifests, living }: DoctorVisit,
  room: Room,
  look: (world: World) => Promise<T>,
): Promise<T> {
  const world: World = {
    today,
    ...(file ? { file: room.clusterFile(file) } : {}),
    ...(manifests ? { manifests: room.manifestFacts(manifests) } : {}),
  };
  if (!living) return look(world);
  const { describeCluster, openCluster } = await import("./access/index.ts");
  // Who can't even describe the cluster hasn't been let in; all else that is denied is unknown, check by check.
  const found = await describeCluster(living.aws, living.name);
  const account = room.accountFacts(living.aws, living.name);
  if (!living.kubernetes) return look({ ...world, account });
  const kube = openCluster(living.aws, found);
  try {
    return await look({ ...world, now: Date.now(), account, cluster: room.livingFacts(kube) });
  } finally {
    kube.close();
  }
}

async function judge({ file, living, only, baseline }: DoctorVisit, room: Room, world: World): Promise<DoctorReport> {
  const checks: readonly Check[] = only ? only.map(room.checkNamed) : room.checks;
  const known = baseline ? room.readBaseline(baseline.text, baseline.file) : new Set<string>();
  // A decision about a check that there isn't would be a decision about nothing, and nobody would notice.
  const exclusions: readonly Exclusion[] = (file?.platform?.doctor?.exclude ?? []).map((each) => ({
    ...each,
    check: room.checkNamed(each.check).id,
  }));
  const place = living
    ? { cluster: living.name, region: living.aws.region }
    : file
      ? { cluster: file.config.metadata.name, region: file.config.metadata.region }
      : {};
  return room.runChecks(world, { checks, exclusions, baseline: known, ...place });
}

/** The file with its values set and loaded again, what that changes of its text, and whose values can't be set, and why. */
async function mendedFile(
  before: Cluster,
  text: string,
  asked: Mending["patches"],
  today: string,
): Promise<{ file?: NonNullable<DoctorFix["file"]>; refused: ReadonlyMap<string, string> }> {
  const { loadCluster, patchClusterFile } = await import("./config/index.ts");
  const { lineDiff } = await import("./access/index.ts");
  const { file: name } = before.locate([]);
  const refused = new Map<string, string>();
  let [after, cluster] = [text, before];

  /** Why the values can't be set; undefined when they are. */
  const set = (some: Mending["patches"]): string | undefined => {
    try {
      const patches = some.flatMap((each) => each.patches);
      const next = patchClusterFile(after, patches);
      const { cluster: loaded, diagnostics } = loadCluster(next, {
        today,
        ...(name === undefined ? {} : { file: name }),
      });
      const wrong = diagnostics.find(({ severity }) => severity === "error");
      if (!loaded || wrong) return `the file wouldn't be valid: ${wrong?.title ?? "it can't be read"}`;
      [after, cluster] = [next, loaded];
      return undefined;
    } catch (error) {
      if (!isLotseError(error) || error.code !== "config/cannot-patch") throw error;
      const { title, detail = "" } = error.diagnostic;
      return `${title}: ${detail.replace(/\.$/, "")}`;
    }
  };
  // By halves: a file is loaded once where nothing is refused, and a refusal costs its own finding alone.
  const take = (some: Mending["patches"]): void => {
    const [first] = some;
    const reason = first && set(some);
    if (!first || reason === undefined) return;
    if (some.length === 1) return void refused.set(first.finding.fingerprint, reason);
    const half = Math.ceil(some.length / 2);
    take(some.slice(0, half));
    take(some.slice(half));
  };
  take(asked);
  return { ...(after === text ? {} : { file: { after, cluster, diff: lineDiff(text, after) } }), refused };
}

/** A cluster's health: what is wrong, how it is known, what to do. Everything but carrying out a fix only reads. */
export const doctor = {
  /** @throws LotseError `doctor/no-check`, `doctor/bad-baseline`, `access/no-cluster`, `aws/…` */
  run: async (visit: DoctorVisit): Promise<DoctorReport> => {
    const room = await import("./doctor/index.ts");
    return withWorld(visit, room, async (world) => judge(visit, room, world));
  },
  /**
   * Remedies that nobody has to think twice about, for what a visit finds: values of the file, and steps for what lives.
   *
   * A value that the file's way of writing doesn't let itself be set leaves its finding to a person.
   *
   * @throws LotseError as {@link doctor.run}, `plan/…`
   */
  planFix: async (visit: DoctorVisit, options: FixOptions = {}): Promise<DoctorFix> => {
    const room = await import("./doctor/index.ts");
    const { file, living, today } = visit;
    const { cidrs = [], text, kubernetes = "required" } = options;
    return withWorld(visit, room, async (world) => {
      const report = await judge(visit, room, world);
      const { mended, left, patches, remedies } = await room.mendingOf(report, world, { cidrs });
      const { file: patched, refused } =
        file && text !== undefined
          ? await mendedFile(file, text, patches, today)
          : { refused: new Map<string, string>() };
      const { planCluster, planRemedies } = await import("./plan/index.ts");
      const steps = living && remedies.length > 0 ? await planRemedies(living.name, living.aws, remedies) : undefined;
      // What has no step has a note: somebody else made it, and changes it.
      const foreign = remedies.filter(
        ({ why }) => !steps?.steps.some((step) => step.why.some((each) => each.text === why)),
      );
      const reasonOf = ({ id, text: about, fingerprint }: Finding): string | undefined =>
        refused.get(fingerprint) ??
        (foreign.some(({ why }) => why === `${id}: ${about}`)
          ? "lotse didn't make it; whoever did changes it"
          : undefined);
      return {
        report,
        mended: mended.filter((finding) => reasonOf(finding) === undefined),
        left: [...left, ...mended.flatMap((finding) => ({ finding, reason: reasonOf(finding) }))].flatMap(
          ({ finding, reason }) => (reason === undefined ? [] : [{ finding, reason }]),
        ),
        ...(patched && { file: patched }),
        ...(patched && living && { ofFile: await planCluster(patched.cluster, living.aws, { kubernetes }) }),
        ...(steps && { steps }),
      };
    });
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
