// What a check of `lotse doctor` is: a definition that listing, explaining, running and the reference page are made from.
import type { Severity, SourceLocation } from "../base/index.ts";
import type { FilePatch } from "../config/index.ts";
import type { Remedy } from "../plan/index.ts";
import type { AccountFacts } from "./account/facts.ts";
import type { ClusterFile } from "./file.ts";
import type { ObjectFacts } from "./objects/facts.ts";

/** What a check is about. */
export type Area =
  | "network"
  | "identity"
  | "storage"
  | "nodes"
  | "upgrades"
  | "workloads"
  | "logging"
  | "encryption"
  | "cost";

/** Where facts come from: the eksctl file, the AWS account, the living cluster, manifests on disk. */
export type Source = "file" | "account" | "cluster" | "manifests";

/** Sources in the order in which people name them. */
export const sources: readonly Source[] = ["file", "account", "cluster", "manifests"];

/** What a finding is about. A resource is always named: kind and name, or ARN. */
export interface Subject {
  kind: string;
  name: string;
  namespace?: string;
  arn?: string;
  /** A part of it: a container, a key, a rule. Findings about different parts are different findings. */
  part?: string;
  /** Checks that the object itself asks to be left out of, and why: annotations `lotse.dev/ignore` and `lotse.dev/ignore-reason`. */
  ignores?: { checks: readonly string[]; reason: string };
}

/** What a check sees. */
export interface Seen {
  subject: Subject;
  /** One sentence with the offending value, without a full stop. */
  text: string;
  /** Where it differs from the check's own. */
  severity?: Severity;
  /** Numbers and names behind the sentence, for programs. */
  evidence?: Readonly<Record<string, unknown>>;
  at?: SourceLocation;
  /** That mends it. */
  command?: string;
}

/** What checks look at: the sources that were given. Each is read when a check asks for it, and once. */
export interface World {
  /** `2026-11-21`: the day that versions and ages are judged by. */
  today: string;
  /** The moment at which the living cluster is looked at, ms since 1970; default the end of {@link World.today}. */
  now?: number;
  file?: ClusterFile;
  account?: AccountFacts;
  cluster?: ObjectFacts;
  manifests?: ObjectFacts;
}

/** What a person has to say before some remedies are safe. */
export interface Wishes {
  /** From where the API endpoint may be reached. */
  cidrs: readonly string[];
}

/** A finding, as far as its remedy needs it. */
export interface FixCase {
  source: Source;
  resource: Omit<Subject, "ignores">;
  /** In the file, where the finding is about a node group of it. */
  path: FilePatch["path"] | undefined;
}

/** A change that mends a finding: of a value in the file, or of what lives. */
export type Change = ({ do: "set-in-file" } & FilePatch) | Remedy;

/** What mends a finding safely; a sentence without a full stop where it can't be done now. */
export type Fix = (
  found: FixCase,
  world: World,
  wishes: Wishes,
) => readonly Change[] | string | Promise<readonly Change[] | string>;

type Look<T> = (facts: T, world: World) => readonly Seen[] | Promise<readonly Seen[]>;

/** How a check is written down: it has a look for each source that it can judge. */
export interface CheckDefinition {
  /** `LT-W007`; never used again for something else. */
  id: string;
  title: string;
  area: Area;
  severity: Severity;
  /** The fact behind it. */
  why: string;
  /** Where the fact is published. */
  docs: string;
  remedy: string;
  /** What `--fix` does; only what nobody has to think twice about. */
  fix?: Fix;
  file?: Look<ClusterFile>;
  account?: Look<AccountFacts>;
  /** Of the living cluster alone: state that manifests don't have. */
  cluster?: Look<ObjectFacts>;
  /** Of objects wherever they stand: in the cluster and in manifests. */
  objects?: Look<ObjectFacts>;
  /** Where only account and cluster together can tell. */
  together?: (account: AccountFacts, cluster: ObjectFacts, world: World) => Promise<readonly Seen[]>;
}

/** A check that can be run. */
export interface Check extends Omit<CheckDefinition, "file" | "account" | "cluster" | "objects" | "together"> {
  /** Sources it can look at; each one that is given is looked at, and one is enough unless {@link Check.together}. */
  needs: readonly Source[];
  /** Whether `--fix` knows a safe remedy. */
  fixable: boolean;
  /** True when it needs all of its sources at once. */
  together: boolean;
  /** One look for each of its sources that the world has. */
  looks(world: World): readonly { source: Source; look(): Promise<readonly Seen[]> }[];
}

/** Makes a check of its definition. */
export function defineCheck(definition: CheckDefinition): Check {
  const { file, account, cluster, objects, together, ...rest } = definition;
  const inCluster = cluster ?? objects;
  const needs = new Set<Source>([
    ...(file ? ["file" as const] : []),
    ...(account || together ? ["account" as const] : []),
    ...(inCluster || together ? ["cluster" as const] : []),
    ...(objects ? ["manifests" as const] : []),
  ]);
  return Object.freeze({
    ...rest,
    fixable: rest.fix !== undefined,
    needs: [...needs],
    together: together !== undefined && !file && !account && !inCluster,
    looks: (world: World) => [
      ...(file && world.file ? [lookAt("file", file, world.file, world)] : []),
      ...(account && world.account ? [lookAt("account", account, world.account, world)] : []),
      ...(cluster && world.cluster ? [lookAt("cluster", cluster, world.cluster, world)] : []),
      ...(objects && world.cluster ? [lookAt("cluster", objects, world.cluster, world)] : []),
      ...(objects && world.manifests ? [lookAt("manifests", objects, world.manifests, world)] : []),
      ...(together && world.account && world.cluster
        ? [
            lookAt(
              "cluster",
              async (facts) => together(world.account as AccountFacts, facts, world),
              world.cluster,
              world,
            ),
          ]
        : []),
    ],
  });
}

function lookAt<T>(
  source: Source,
  look: Look<T>,
  facts: T,
  world: World,
): { source: Source; look(): Promise<readonly Seen[]> } {
  return { source, look: async () => look(facts, world) };
}
