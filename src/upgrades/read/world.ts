// The world of an upgrade, read: from the account and the living cluster, or as much of it as a file tells.
import type { Aws } from "../../aws/index.ts";
import type { AccountFacts, World, WrittenObject } from "../../doctor/index.ts";
import { livingFacts } from "../../doctor/index.ts";
import type { Kube } from "../../kube/index.ts";
import type { SupportType } from "../calendar/cost.ts";
import type { Calendar } from "../calendar/model.ts";
import type { ApiUse, Read, UpgradeWorld } from "../world.ts";
import { readInside } from "../health/read.ts";
import { readAccount } from "./account.ts";
import { readChecks } from "./checks.ts";
import { readReleases } from "./helm.ts";
import { readLiveUses } from "./live.ts";
import { tried } from "./unread.ts";

/** What is known before anything is read. */
export interface UpgradeQuestion {
  calendar: Calendar;
  cluster: { name: string; version: string; support: SupportType | undefined };
  to: string;
  kubectl: Read<string | undefined>;
  manifests: readonly WrittenObject[];
  /** Sources for the doctor's checks: file, account and manifests as far as they were given. */
  sources: World;
}

/** The doors to a living cluster. */
export interface LivingSources {
  aws: Aws;
  account: AccountFacts;
  kube: Kube;
}

const ofManifests = (manifests: readonly WrittenObject[]): ApiUse[] =>
  manifests.map(({ object: { apiVersion, kind, metadata }, at, lineOf }) => ({
    source: "manifest",
    apiVersion,
    kind,
    name: metadata.name,
    ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }),
    at: { ...at, line: lineOf("apiVersion") },
  }));

async function ofCluster(
  kube: Kube,
  cluster: ReturnType<typeof livingFacts>,
): Promise<Pick<UpgradeWorld, "nodes" | "inside" | "kubeProxy" | "live" | "helm"> & { broken: readonly string[] }> {
  const [nodes, inside, kubeProxy, live, releases] = await Promise.all([
    tried(async () =>
      (await cluster.list("nodes")).map(({ metadata, status }) => ({
        name: metadata.name,
        kubelet: status?.nodeInfo?.kubeletVersion ?? "",
        image: status?.nodeInfo?.osImage ?? "",
      })),
    ),
    tried(async () => readInside(kube)),
    tried(async () => {
      const sets = await cluster.list("daemonSets");
      const own = sets.find(({ metadata }) => metadata.name === "kube-proxy" && metadata.namespace === "kube-system");
      return own?.spec.template.spec.containers[0]?.image;
    }),
    tried(async () => readLiveUses(kube)),
    tried(async () => readReleases(kube)),
  ]);
  const all = "value" in releases ? releases.value : [];
  const helm: Read<readonly ApiUse[]> =
    "value" in releases ? { value: all.flatMap((each) => ("uses" in each ? each.uses : [])) } : releases;
  return {
    nodes,
    inside,
    kubeProxy,
    live,
    helm,
    broken: all.flatMap((each) => ("unread" in each ? [each.unread] : [])),
  };
}

/** Reads everything, several things at a time. What can't be read is in the world, with its reason. */
export async function readUpgradeWorld(question: UpgradeQuestion, living?: LivingSources): Promise<UpgradeWorld> {
  const { calendar, cluster, to, kubectl, manifests, sources } = question;
  const base = { calendar, cluster, to, kubectl, manifests: ofManifests(manifests) };
  if (!living) {
    const unread = { unread: "no account was asked: give --name, or --sandbox, --profile or --region beside the file" };
    const parts = {
      nodes: unread,
      inside: unread,
      groups: unread,
      addons: unread,
      kubeProxy: unread,
      insights: unread,
    };
    return { ...base, ...parts, live: unread, helm: unread, ...(await readChecks(sources)) };
  }
  const { aws, account, kube } = living;
  const facts = livingFacts(kube);
  const [ofAccount, { broken, ...inside }, checked] = await Promise.all([
    readAccount(aws, account, cluster.version, to),
    ofCluster(kube, facts),
    readChecks({ ...sources, account, cluster: facts }),
  ]);
  const unreadReleases = broken.map((reason) => ({ code: "Helm", title: "a release", reason }));
  return { ...base, ...ofAccount, ...inside, ...checked, unreadChecks: [...checked.unreadChecks, ...unreadReleases] };
}
