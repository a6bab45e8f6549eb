// What the library says of roles: listing, starting, printing, installing them by their names.
import type { FlagDefinition } from "./frame/flags.ts";
import { flagsOf } from "./frame/frame-flags.ts";
import type { RunningRoles, RunOptions } from "./frame/run.ts";
import { printOf, runRoles } from "./frame/run.ts";
import { iamPolicyOf } from "./manifests/objects.ts";
import type { ManifestOptions } from "./manifests/options.ts";
import { manifestOptions } from "./manifests/options.ts";
import { renderChart, renderYaml } from "./manifests/render.ts";
import { knownRoles, roles } from "./roles.ts";

/** A role, for lists and help. */
export interface RoleSummary {
  name: string;
  title: string;
  flags: readonly FlagDefinition[];
  /** What it prints instead of running. */
  prints: readonly { name: string; title: string }[];
}

/** What a process of roles is started with. */
export type RoleRunOptions = Omit<RunOptions, "roles">;

/** Every role. */
export function listRoles(): RoleSummary[] {
  return roles.map((role) => ({
    name: role.name,
    title: role.title,
    flags: flagsOf(role),
    prints: (role.prints ?? []).map(({ name, title }) => ({ name, title })),
  }));
}

/** Starts roles in this process. @throws LotseError `controllers/…`, `kube/…` */
export async function startRoles(names: readonly string[], options: RoleRunOptions): Promise<RunningRoles> {
  return runRoles({ ...options, roles: knownRoles(names) });
}

/** Something that a role prints instead of running. @throws LotseError `controllers/…` */
export function printRole(name: string, what: string, options: Pick<RunOptions, "words" | "env">): string {
  return knownRoles([name])
    .map((role) => printOf(role, what, options))
    .join("");
}

/** Everything that installs roles, as YAML; all of them without names. */
export function rolesAsYaml(names: readonly string[], options: Partial<ManifestOptions>): string {
  return renderYaml(knownRoles(names), manifestOptions(options));
}

/** The same as a Helm chart: files by path inside its folder. */
export function rolesAsChart(names: readonly string[], options: Partial<ManifestOptions>): Map<string, string> {
  return renderChart(knownRoles(names), manifestOptions(options));
}

/** IAM policies that roles' service accounts need, by name of role; those that call nothing are left out. */
export function rolePolicies(names: readonly string[]): Record<string, object> {
  const pairs = knownRoles(names).map((role) => [role.name, iamPolicyOf(role)] as const);
  return Object.fromEntries(
    pairs.filter((pair): pair is [string, NonNullable<(typeof pair)[1]>] => pair[1] !== undefined),
  );
}
