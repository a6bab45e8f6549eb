// What narrows the policy of a workload, from flags.
import type { PolicyScope, WorkloadPolicy } from "../lotse.ts";
import { LotseError, workloadPolicies } from "../lotse.ts";
import type { Invocation } from "./command.ts";

/** The scope that was typed. */
export function scopeOf({ options }: Pick<Invocation, "options">): PolicyScope {
  const text = (name: string): string | undefined =>
    typeof options[name] === "string" ? (options[name] as string) : undefined;
  const list = (name: string): string[] =>
    ((options[name] as string[] | undefined) ?? []).flatMap((each) => each.split(",").filter(Boolean));
  const texts = { partition: "partition", region: "region", account: "account", cluster: "cluster", queue: "queue" };
  const lists = {
    hostedZones: "hostedZone",
    buckets: "bucket",
    kmsKeys: "kmsKey",
    secrets: "secret",
    parameters: "parameter",
    fileSystems: "fileSystem",
    nodeRoles: "nodeRole",
  };
  return Object.fromEntries([
    ...Object.entries(texts).flatMap(([name, option]) => (text(option) === undefined ? [] : [[name, text(option)]])),
    ...Object.entries(lists).flatMap(([name, option]) => (list(option).length === 0 ? [] : [[name, list(option)]])),
  ]) as PolicyScope;
}

/**
 * The policy of a workload in the scope that was typed.
 *
 * @throws LotseError `cli/usage`
 */
export async function typedPolicy(invocation: Pick<Invocation, "options">, name: string): Promise<WorkloadPolicy> {
  try {
    return await workloadPolicies.make(name, scopeOf(invocation));
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const title = error.message.charAt(0).toUpperCase() + error.message.slice(1);
    throw new LotseError("cli/usage", { title, remedy: "lotse iam policy-for lists the workloads.", blame: "user" });
  }
}
