// The Kubernetes side of a plan: what has to be made, changed and moved inside the cluster, beside the steps on AWS.
import type { FoundKubernetes } from "../../kubernetes-view.ts";
import type { Draft, Planning } from "../../planning.ts";
import { authMappings, withUnmappings } from "./aws-auth.ts";
import { controllers, pendingControllers } from "./controllers.ts";
import { withDrains } from "./drains.ts";
import { joins, withNodeLabels } from "./nodes.ts";
import { pendingSteps } from "./pending.ts";
import { namespaces, prunedServiceAccounts, serviceAccounts } from "./service-accounts.ts";
import { storageClass, workloads } from "./workloads.ts";

type Builder = (planning: Planning, found: FoundKubernetes | undefined, drafts: readonly Draft[]) => Draft[];

/** In the order in which eksctl does it. */
const builders: readonly Builder[] = [
  namespaces,
  serviceAccounts,
  authMappings,
  workloads,
  storageClass,
  controllers,
  joins,
  prunedServiceAccounts,
];

/** The steps with those inside the cluster, as far as it is known. */
export function withKubernetes(planning: Planning, drafts: readonly Draft[]): Draft[] {
  const view = planning.kubernetes;
  if (!view || view.state === "unreachable")
    return [...drafts, ...pendingSteps(planning, drafts), ...pendingControllers(planning)];
  const found = view.state === "read" ? view.found : undefined;
  const inside = builders.flatMap((build) => build(planning, found, drafts));
  const moved = withUnmappings(planning, found, withNodeLabels(planning, found, withDrains(planning, drafts)));
  return [...moved, ...inside];
}
