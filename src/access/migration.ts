// From aws-auth to access entries on a living cluster: what is needed to plan it, and carrying the plan out.
import type { Aws } from "../aws/index.ts";
import { isExisting, isGone, waitFor } from "../aws/index.ts";
import type { Host } from "../base/index.ts";
import { LotseError } from "../base/index.ts";
import type {
  AuthMapping,
  AuthenticationMode,
  AwsAuthData,
  MigrationPlan,
  MigrationStep,
  ResolvedPrincipal,
} from "../identity/index.ts";
import { planMigration, readAwsAuth } from "../identity/index.ts";
import { resources } from "../kube/index.ts";
import { awsAuthKey, readAwsAuthMap } from "./aws-auth-store.ts";
import { createEntry, entryArns } from "./entries.ts";
import type { LivingCluster } from "./living-cluster.ts";
import { describeCluster, openCluster } from "./living-cluster.ts";
import { nodeRoles } from "./node-roles.ts";

/** A plan, and the cluster it is for. */
export interface AccessMigration {
  cluster: LivingCluster;
  target: AuthenticationMode;
  plan: MigrationPlan;
  /** The map as it was when the plan was made; kept before it is deleted. */
  awsAuth: AwsAuthData | undefined;
}

const lastName = (arn: string): string => arn.slice(arn.lastIndexOf("/") + 1);

/** IAM's own ARN for what a mapping names: aws-auth has roles without their path. */
async function resolve(aws: Aws, { arn }: AuthMapping, account: string): Promise<ResolvedPrincipal> {
  const [, kind = ""] = /^arn:[^:]*:iam::\d{12}:(role|user)\//.exec(arn) ?? [];
  if (kind === "" || arn.includes("*")) return { arn };
  if (arn.split(":")[4] !== account) return "foreign";
  try {
    if (kind === "user") {
      const { User } = await aws.call("iam", "GetUser", { UserName: lastName(arn) });
      return { arn: User?.Arn ?? arn };
    }
    const { Role } = await aws.call("iam", "GetRole", { RoleName: lastName(arn) });
    return { arn: Role?.Arn ?? arn };
  } catch (error) {
    if (isGone(error)) return "missing";
    throw error;
  }
}

/**
 * Plans the way to another authentication mode. Reads only.
 *
 * @throws LotseError `access/no-cluster`, `aws/…`, `kube/…`
 */
export async function planAccessMigration(
  aws: Aws,
  clusterName: string,
  target: AuthenticationMode,
): Promise<AccessMigration> {
  const cluster = await describeCluster(aws, clusterName);
  const { mode } = cluster;
  if (mode === "API") return { cluster, target, plan: { steps: [], skipped: [] }, awsAuth: undefined };
  const kube = openCluster(aws, cluster);
  try {
    const [map, entries, ownedByEks] = await Promise.all([
      readAwsAuthMap(kube),
      mode === "CONFIG_MAP" ? [] : entryArns(aws, clusterName),
      nodeRoles(aws, clusterName),
    ]);
    const awsAuth = readAwsAuth(map?.data);
    const mappings = [...awsAuth.roles, ...awsAuth.users];
    const found = await Promise.all(
      mappings.map(async (each) => [each, await resolve(aws, each, cluster.account)] as const),
    );
    const resolved = new Map(found);
    const plan = planMigration({
      awsAuth,
      mode,
      target,
      partition: cluster.partition,
      entryArns: entries,
      ownedByEks,
      resolve: (mapping) => resolved.get(mapping) ?? "missing",
    });
    return { cluster, target, plan, awsAuth: map?.data };
  } finally {
    kube.close();
  }
}

async function setMode(aws: Aws, name: string, mode: AuthenticationMode): Promise<void> {
  const { update } = await aws.call("eks", "UpdateClusterConfig", { name, accessConfig: { authenticationMode: mode } });
  const look = async (): Promise<string | undefined> => {
    const found = await aws.call("eks", "DescribeUpdate", { name, updateId: update?.id ?? "" });
    const status = found.update?.status;
    return status === "InProgress" ? undefined : status;
  };
  const end = await waitFor(look, { what: `${name} to take mode ${mode}`, timeout: 1200, signal: aws.signal });
  if (end !== "Successful")
    throw new LotseError("access/mode-update", {
      title: `The update of ${name} to mode ${mode} ended as ${end}`,
      remedy: `See why: aws eks describe-update --name ${name} --update-id ${update?.id ?? ""}`,
      blame: "aws",
    });
}

/** `set mode API`, for people. */
export function migrationStepText(step: MigrationStep): string {
  if (step.do === "set-mode") return `set authentication mode ${step.mode}`;
  if (step.do === "delete-map") return "delete the ConfigMap aws-auth";
  return `access entry of ${step.entry.principalArn}`;
}

type Carry = (step: never, aws: Aws, migration: AccessMigration) => Promise<void>;

/** After an edit in between the plan is no longer true of the map. */
async function deleteMap(aws: Aws, { cluster, awsAuth }: AccessMigration): Promise<void> {
  const kube = openCluster(aws, cluster);
  try {
    const map = await readAwsAuthMap(kube);
    if (!map) return;
    if (JSON.stringify(map.data ?? {}) !== JSON.stringify(awsAuth ?? {}))
      throw new LotseError("access/map-changed", {
        title: "The ConfigMap aws-auth was changed while its items were being carried over; it is left",
        remedy: "Look what came in, make access entries for it, and delete it: nobody reads it in mode API.",
      });
    const { uid } = map.metadata;
    await kube.delete(resources.configMaps, awsAuthKey, uid === undefined ? {} : { uid });
  } finally {
    kube.close();
  }
}

const carries: Readonly<Record<MigrationStep["do"], Carry>> = {
  "set-mode": async (step: MigrationStep & { do: "set-mode" }, aws, { cluster }) =>
    setMode(aws, cluster.name, step.mode),
  "create-entry": async ({ entry }: MigrationStep & { do: "create-entry" }, aws, { cluster }) => {
    try {
      await createEntry(aws, cluster.name, entry);
    } catch (error) {
      // EKS makes the creator's by itself when it is told to take entries.
      if (!isExisting(error)) throw error;
    }
  },
  "delete-map": async (_: MigrationStep & { do: "delete-map" }, aws, migration) => deleteMap(aws, migration),
};

/**
 * Carries a plan out, step by step; run again after a failure, a new plan has what is left.
 *
 * @param keep is given the map before anything is done, where it is going to be deleted
 * @throws LotseError `access/mode-update`, `access/map-changed`, `aws/…`
 */
export async function carryOutMigration(
  migration: AccessMigration,
  aws: Aws,
  host: Host,
  keep: (awsAuth: AwsAuthData) => Promise<void>,
): Promise<void> {
  const { plan, awsAuth } = migration;
  if (awsAuth && plan.steps.some((step) => step.do === "delete-map")) await keep(awsAuth);
  for (const step of plan.steps) {
    const text = migrationStepText(step);
    host.emit({ level: "info", code: "access/step-started", text, subject: text });
    await carries[step.do](step as never, aws, migration);
    host.emit({ level: "info", code: "access/step-done", text, subject: text });
  }
}
