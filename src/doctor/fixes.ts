// How checks write their remedies down.
import type { ConfigPath, PatchValue } from "../config/index.ts";
import type { LaunchTemplateWish } from "../plan/index.ts";
import type { Change, FixCase, World } from "./check.ts";

/** For how long logs are kept that nobody has decided about: a quarter. CloudWatch takes 90, and a person may say more. */
export const retentionDays: number = 90;

/**
 * Whether the control plane's logs may go back further than {@link retentionDays}: CloudWatch deletes what is older than a
 * new retention, for good, so a person decides. @throws Unread
 */
export async function hasOlderLogs({ account, today }: Pick<World, "account" | "today">): Promise<boolean> {
  const group = await account?.read("logGroup");
  return group !== undefined && (group.creationTime ?? 0) < Date.parse(today) - retentionDays * 24 * 3600 * 1000;
}

/** A value in the file. */
export const set = (path: ConfigPath, value: PatchValue): Change => ({ do: "set-in-file", path, value });

/** Where the file says whether nodes reach the API server by private ways. */
export const privateAccess: ConfigPath = ["vpc", "clusterEndpoints", "privateAccess"];

/** Fields of a node group in the file, or the same in its living launch template. */
export function inGroup(
  { source, resource, path = [] }: FixCase,
  fields: Readonly<Record<string, PatchValue>>,
  wish: LaunchTemplateWish,
): readonly Change[] {
  return source === "file"
    ? Object.entries(fields).map(([field, value]) => set([...path, field], value))
    : [{ do: "launch-template", nodeGroup: resource.name, set: wish }];
}
