// Which findings of a visit can be mended, and by what: values of the file, and remedies of what lives.
import type { FilePatch } from "../config/index.ts";
import type { AskedRemedy } from "../plan/index.ts";
import type { FixCase, Wishes, World } from "./check.ts";
import { groupsOf } from "./file.ts";
import { checkNamed } from "./list.ts";
import type { DoctorReport, Finding } from "./report.ts";
import { Unread } from "./unread.ts";

/** What mends the findings of a visit. */
export interface Mending {
  /** Findings that it mends. */
  mended: readonly Finding[];
  /** Findings with a remedy that isn't for now, and why. */
  left: readonly { finding: Finding; reason: string }[];
  /** Values of the file, by the finding that they mend: of one finding all are set, or none. */
  patches: readonly { finding: Finding; patches: readonly FilePatch[] }[];
  remedies: readonly AskedRemedy[];
}

function caseOf({ source, resource }: Finding, { file }: World): FixCase {
  const group = file && groupsOf(file).find(({ subject }) => subject.name === resource.name);
  return { source, resource, path: resource.kind === "NodeGroup" ? group?.path : undefined };
}

/** What a remedy needs and may not read leaves the finding to a person. */
async function told<T>(ask: () => Promise<T>): Promise<T | string> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof Unread) return error.message;
    throw error;
  }
}

/**
 * Remedies of a report's findings, worst first. What the file rules is mended in the file alone: carrying the file out
 * mends the same thing in the account.
 */
export async function mendingOf(report: DoctorReport, world: World, wishes: Wishes): Promise<Mending> {
  const mended: Finding[] = [];
  const left: Mending["left"][number][] = [];
  const patches: Mending["patches"][number][] = [];
  const remedies: AskedRemedy[] = [];
  const ruled = new Set<string>();
  const inOrder = [...report.findings].sort((a, b) => Number(b.source === "file") - Number(a.source === "file"));
  for (const finding of inOrder) {
    const { fix } = checkNamed(finding.id);
    if (!fix) continue;
    if (ruled.has(finding.fingerprint)) {
      mended.push(finding);
      continue;
    }
    const changes = await told(async () => fix(caseOf(finding, world), world, wishes));
    if (typeof changes === "string") {
      left.push({ finding, reason: changes });
      continue;
    }
    mended.push(finding);
    const inFile: FilePatch[] = [];
    for (const change of changes) {
      if (change.do !== "set-in-file") remedies.push({ why: `${finding.id}: ${finding.text}`, remedy: change });
      else inFile.push({ path: change.path, value: change.value });
    }
    if (inFile.length === 0) continue;
    patches.push({ finding, patches: inFile });
    ruled.add(finding.fingerprint);
  }
  return { mended, left, patches, remedies };
}
