// The stacks of a cluster, and why some can't be built.
import { isLotseError } from "../base/index.ts";
import type { Diagnostic } from "../base/index.ts";
import type { Cluster, ConfigPath } from "../config/index.ts";
import { clusterStack } from "./cluster/index.ts";
import { createContext } from "./context.ts";
import type { DesiredStack, DesiredStacks, Known } from "./desired.ts";
import { managedGroups, selfManagedGroups } from "./nodegroup/group.ts";
import { managedNodeGroupStack } from "./nodegroup/managed.ts";
import { selfManagedNodeGroupStack } from "./nodegroup/self-managed.ts";
import { refusals } from "./refusals.ts";
import { accessEntryStacks } from "./roles/access-entries.ts";
import { addonStacks, plannedAddons } from "./roles/addons.ts";
import { podIdentities, podIdentityStack } from "./roles/pod-identity.ts";
import { serviceAccounts, serviceAccountStack } from "./roles/service-accounts.ts";

/**
 * The CloudFormation stacks that eksctl would make of the file, in its order. Pure: no clock, no network, equal input gives
 * equal output. Values that only an account or the living cluster knows come from `known`, or show as `<account>` and the like.
 * What the file asks for and can't be built stands in `refusals`; then the stacks are incomplete and must not be made.
 *
 * @example
 * const { stacks, refusals } = desiredStacks(cluster);
 */
export function desiredStacks(cluster: Cluster, known: Known = {}): DesiredStacks {
  const refused: Diagnostic[] = refusals(cluster);
  // Builders trust that what they don't know is absent: without these nothing would be right.
  if (refused.length > 0) return { stacks: [], refusals: refused };
  const context = createContext(cluster, known);
  const collect = (path: ConfigPath, build: () => DesiredStack[]): DesiredStack[] => {
    try {
      return build();
    } catch (error) {
      if (!isLotseError(error)) throw error;
      refused.push({ ...error.diagnostic, at: cluster.locate(path) });
      return [];
    }
  };
  const stacks = [
    ...collect(["vpc"], () => [clusterStack(context)]),
    ...accessEntryStacks(context),
    ...plannedAddons(context).flatMap((addon) => addonStacks(context, addon)),
    ...serviceAccounts(context).flatMap((account) => serviceAccountStack(context, account) ?? []),
    ...selfManagedGroups(context).flatMap((group) =>
      collect(group.path, () => [selfManagedNodeGroupStack(context, group)]),
    ),
    ...managedGroups(context).flatMap((group) => collect(group.path, () => [managedNodeGroupStack(context, group)])),
    ...podIdentities(context).flatMap((identity) => podIdentityStack(context, identity) ?? []),
  ];
  return { stacks, refusals: refused };
}
