// LT-D024: A pod that Fargate won't run.
import type { AccountFacts, AccountParts } from "../../account/facts.ts";
import { takesIn } from "../../account/policies.ts";
import type { Check, World } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import type { ObjectFacts } from "../../objects/facts.ts";
import type { Pod } from "../../objects/kinds.ts";
import type { Workload } from "../../objects/workloads.ts";
import { isSystem } from "../../objects/workloads.ts";
import { inKind, inWorkloads } from "../../sight.ts";

type Profiles = AccountParts["fargateProfiles"];

/** The profile that takes pods of a namespace with these labels; `*` and `?` stand for what they do in IAM. */
function profileOf(
  profiles: Profiles,
  namespace: string,
  labels: Readonly<Record<string, string>>,
): string | undefined {
  const found = profiles.find(({ status, selectors = [] }) =>
    status === "ACTIVE"
      ? selectors.some(
          (each) =>
            takesIn(each.namespace ?? "", namespace) &&
            Object.entries(each.labels ?? {}).every(([key, value]) => takesIn(value, labels[key] ?? "\u0000")),
        )
      : false,
  );
  return found?.fargateProfileName;
}

/** https://docs.aws.amazon.com/eks/latest/userguide/fargate.html: what Fargate doesn't have. */
function refused({ kind, spec }: Workload): string | undefined {
  if (kind === "DaemonSet") return "DaemonSets don't run on Fargate";
  if (spec.hostNetwork === true) return "hostNetwork doesn't run on Fargate";
  const odd = spec.containers.find(({ securityContext }) => securityContext?.privileged === true);
  if (odd) return `container ${odd.name} is privileged, which doesn't run on Fargate`;
  const port = spec.containers.flatMap(({ ports = [] }) => ports).find(({ hostPort }) => hostPort !== undefined);
  return port && `hostPort ${port.hostPort} doesn't run on Fargate`;
}

/** Fargate makes a machine for each pod, which takes a minute or two: a pod waits for it like one that nobody takes. */
const startMinutes = 5;

function isStarting({ metadata: { creationTimestamp } }: Pod, { now, today }: World): boolean {
  if (creationTimestamp === undefined) return false;
  const moment = now ?? Date.parse(`${today}T23:59:59Z`);
  return moment - Date.parse(creationTimestamp) < startMinutes * 60_000;
}

/** Whether pods may run elsewhere: on nodes that are there, or on those that somebody makes when they are needed. */
async function hasOtherNodes(account: AccountFacts, cluster: ObjectFacts): Promise<boolean> {
  const nodes = await cluster.list("nodes");
  if (nodes.some(({ metadata }) => metadata.labels?.["eks.amazonaws.com/compute-type"] !== "fargate")) return true;
  const [{ computeConfig }, managed, own, pools] = await Promise.all([
    account.read("cluster"),
    account.read("nodeGroups"),
    account.read("scalingGroups"),
    cluster.list("nodePools"),
  ]);
  return computeConfig?.enabled === true || managed.length + own.length + pools.length > 0;
}

/** A pod that Fargate won't run. */
export const fargatePods: Check = defineCheck({
  id: "LT-D024",
  title: "A pod that Fargate won't run",
  area: "nodes",
  severity: "error",
  why: "A profile takes every pod that it chooses to Fargate, also those that can't run there; and in a cluster without other nodes a pod that no profile chooses waits for ever.",
  docs: "https://docs.aws.amazon.com/eks/latest/userguide/fargate-profile.html",
  remedy: "Let the profile's selectors choose it, or leave it out; take hostNetwork, hostPort and privileged away.",
  together: async (account, cluster, world) => {
    const profiles = await account.read("fargateProfiles");
    if (profiles.length === 0) return [];
    const others = await hasOtherNodes(account, cluster);
    const cannot = await inWorkloads(cluster, (workload) => {
      const { kind, namespace, name, labels } = workload;
      if (isSystem({ kind, namespace, name })) return undefined;
      const profile = profileOf(profiles, namespace, labels);
      const why = profile === undefined ? undefined : refused(workload);
      return why && `Profile ${profile} takes its pods, and ${why}`;
    });
    const waiting = await inKind(cluster, "pods", (each) => {
      const { metadata, spec, status } = each;
      const place = (status?.conditions ?? []).find((each) => each.type === "PodScheduled" && each.status === "False");
      if (status?.phase !== "Pending" || spec.nodeName !== undefined || !place || isStarting(each, world))
        return undefined;
      const labels = metadata.labels ?? {};
      const chosen = labels["eks.amazonaws.com/fargate-profile"];
      if (chosen !== undefined)
        return `It waits for Fargate (profile ${chosen}): ${place.message ?? place.reason ?? ""}`;
      const { namespace = "default", name } = metadata;
      return (
        !others &&
        !isSystem({ kind: "Pod", namespace, name }) &&
        profileOf(profiles, namespace, labels) === undefined &&
        `No Fargate profile chooses it, and there are no other nodes`
      );
    });
    return [...cannot, ...waiting];
  },
});
