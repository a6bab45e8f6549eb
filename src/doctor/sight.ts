// How checks look: over containers, workloads, objects of a kind, node groups of a file; each names what it found something about.
import type { Seen, Subject } from "./check.ts";
import type { AccountFacts } from "./account/facts.ts";
import type { ClusterFile, FileGroup } from "./file.ts";
import { groupsOf } from "./file.ts";
import type { ObjectFacts } from "./objects/facts.ts";
import type { AnyObject, Container, KindName, Kinds } from "./objects/kinds.ts";
import type { Workload } from "./objects/workloads.ts";
import { containersOf, placed, subjectOf, workloadsOf } from "./objects/workloads.ts";

/** What is wrong with one thing: a sentence, a sentence with more, or nothing. */
export type Sight = string | (Partial<Seen> & { text: string }) | undefined | false;

const told = (subject: Subject, at: Pick<Seen, "at">, sight: Sight): Seen[] => {
  if (sight === undefined || sight === false) return [];
  return [typeof sight === "string" ? { subject, ...at, text: sight } : { subject, ...at, ...sight }];
};

/** Containers of all workloads; init containers too when asked. */
export async function inContainers(
  facts: ObjectFacts,
  look: (container: Container, workload: Workload) => Sight,
  init = false,
): Promise<Seen[]> {
  return (await containersOf(facts, init)).flatMap(({ container, workload, subject, at }) =>
    told(subject, at, look(container, workload)),
  );
}

/** Workloads; `field` is the path within the pod's spec that the place is taken of. */
export async function inWorkloads(
  facts: ObjectFacts,
  look: (workload: Workload) => Sight,
  field?: string,
): Promise<Seen[]> {
  return (await workloadsOf(facts)).flatMap((workload) => {
    const at = placed(facts.at(workload.object, field === undefined ? undefined : `${workload.path}.${field}`));
    return told(subjectOf(workload.object), at, look(workload));
  });
}

/** Objects of a kind. */
export async function inKind<K extends KindName>(
  facts: ObjectFacts,
  kind: K,
  look: (object: Kinds[K]) => Sight,
  field?: string,
): Promise<Seen[]> {
  return (await facts.list(kind)).flatMap((object) =>
    told(subjectOf(object), placed(facts.at(object, field)), look(object)),
  );
}

/** One object. */
export function ofObject(facts: ObjectFacts, object: AnyObject, sight: Sight): Seen[] {
  return told(subjectOf(object), placed(facts.at(object)), sight);
}

/** Node groups of a file; `field` is the field that the place is taken of. */
export function inFileGroups(file: ClusterFile, look: (group: FileGroup) => Sight, field?: string): Seen[] {
  return groupsOf(file).flatMap((each) => {
    const path = field === undefined ? each.path : [...each.path, field];
    return told(each.subject, { at: file.at(path) }, look(each));
  });
}

/** Things of an account, of one kind. */
export function inList<T>(
  kind: string,
  list: readonly T[],
  nameOf: (each: T) => string | undefined,
  look: (each: T) => Sight,
): Seen[] {
  return list.flatMap((each) => told({ kind, name: nameOf(each) ?? "?" }, {}, look(each)));
}

/** The cluster itself. */
export async function ofCluster(facts: AccountFacts, sight: Sight, part?: string): Promise<Seen[]> {
  const { name = "?", arn } = await facts.read("cluster");
  const subject = {
    kind: "Cluster",
    name,
    ...(arn === undefined ? {} : { arn }),
    ...(part === undefined ? {} : { part }),
  };
  return told(subject, {}, sight);
}

/** The cluster of a file; the place is that of `path`. */
export function ofFile(file: ClusterFile, path: readonly (string | number)[], sight: Sight): Seen[] {
  return told({ kind: "Cluster", name: file.config.metadata.name }, { at: file.at(path) }, sight);
}
