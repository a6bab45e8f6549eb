// `create|get|delete iamidentitymapping`: eksctl's words for items of the aws-auth ConfigMap.
import type { Aws } from "../aws/index.ts";
import type { Diagnostic } from "../base/index.ts";
import { LotseError } from "../base/index.ts";
import type { AwsAuthEdit, IdentityRow, RemovalGuard } from "../identity/index.ts";
import {
  addAccount,
  addMapping,
  addServiceMapping,
  awsAuthFindings,
  identityRows,
  readAwsAuth,
  removeAccount,
  removeMapping,
} from "../identity/index.ts";
import type { Kube } from "../kube/index.ts";
import type { Confirm } from "./aws-auth-store.ts";
import { editAwsAuth, readAwsAuthMap } from "./aws-auth-store.ts";
import { callerIdentity } from "./caller.ts";
import { entryArns } from "./entries.ts";
import type { LivingCluster } from "./living-cluster.ts";
import { describeCluster, openCluster } from "./living-cluster.ts";
import { nodeRoles } from "./node-roles.ts";
import { applyServiceRoles } from "./service-roles.ts";

/** A mapping to make: an ARN, a whole account, or an AWS service. Names are those of eksctl's file. */
export type MappingRequest =
  | { arn: string; username?: string; groups?: readonly string[]; noDuplicateARNs?: boolean }
  | { account: string }
  | { serviceName: string; namespace: string };

/** Which mappings go. */
export type MappingRemoval = { arn: string; all?: boolean } | { account: string };

/** What became of a change. */
export interface MappingOutcome {
  /** False when there was nothing to change, or it was declined. */
  written: boolean;
  /** True when something was to be changed. */
  changed: boolean;
  /** Were told with the question already, if there was one. */
  notes: readonly Diagnostic[];
}

/** What is mapped, and what is wrong with it. */
export interface MappingList {
  rows: readonly IdentityRow[];
  findings: readonly Diagnostic[];
}

async function withCluster<T>(
  aws: Aws,
  name: string,
  body: (kube: Kube, cluster: LivingCluster) => Promise<T>,
): Promise<T> {
  const cluster = await describeCluster(aws, name);
  const kube = openCluster(aws, cluster);
  try {
    return await body(kube, cluster);
  } finally {
    kube.close();
  }
}

/** In mode API nobody reads the map: what is written there does nothing. */
const ignored = ({ mode, name }: LivingCluster): Diagnostic[] =>
  mode === "API"
    ? [
        {
          code: "identity/map-ignored",
          severity: "warning",
          title: `${name} takes access entries only (mode API); aws-auth lets nobody in`,
          remedy: "Use `lotse create accessentry`.",
          subject: "configmap/kube-system/aws-auth",
        },
      ]
    : [];

/** All mappings, or those of one ARN. */
export async function listMappings(aws: Aws, clusterName: string, arn?: string): Promise<MappingList> {
  return withCluster(aws, clusterName, async (kube, cluster) => {
    const map = await readAwsAuthMap(kube);
    const awsAuth = readAwsAuth(map?.data);
    const findings = awsAuthFindings({ awsAuth, authenticationMode: cluster.mode });
    return { rows: identityRows(awsAuth, arn), findings };
  });
}

function addTo(request: MappingRequest, cluster: LivingCluster): Parameters<typeof editAwsAuth>[1] {
  if ("account" in request) return (data) => addAccount(data, request.account);
  if ("serviceName" in request) {
    const account = { partition: cluster.partition, accountId: cluster.account };
    return (data) => addServiceMapping(data, request.serviceName, account);
  }
  const { arn, username, groups, noDuplicateARNs = false } = request;
  return (data) =>
    addMapping(data, {
      arn,
      noDuplicateArns: noDuplicateARNs,
      ...(username === undefined ? {} : { username }),
      ...(groups === undefined ? {} : { groups }),
    });
}

/**
 * Makes mappings, all in one write.
 *
 * @throws LotseError `identity/…` when one of them is refused: then none is made
 */
export async function createMappings(
  aws: Aws,
  clusterName: string,
  requests: readonly MappingRequest[],
  confirm: Confirm,
): Promise<MappingOutcome> {
  return withCluster(aws, clusterName, async (kube, cluster) => {
    const services = requests.filter((request) => "serviceName" in request);
    const edit = (data: AwsAuthEdit["data"] | undefined): AwsAuthEdit => {
      let whole: AwsAuthEdit = { data: data ?? {}, changed: false, notes: ignored(cluster) };
      for (const [i, request] of requests.entries()) {
        const next = addTo(request, cluster)(i === 0 ? data : whole.data);
        whole = { data: next.data, changed: whole.changed || next.changed, notes: [...whole.notes, ...next.notes] };
      }
      return whole;
    };
    const { written, changed, notes } = await editAwsAuth(kube, edit, confirm);
    // A mapping that is there already may still lack its rights.
    if (written || !changed)
      for (const { serviceName, namespace } of services) await applyServiceRoles(kube, serviceName, namespace);
    return { written, changed, notes };
  });
}

/**
 * Removes mappings.
 *
 * @param force also the caller's own last one, and those of living nodes
 * @throws LotseError `identity/no-mapping`, `identity/removes-own-access`, `identity/removes-node-role`
 */
export async function deleteMapping(
  aws: Aws,
  clusterName: string,
  removal: MappingRemoval,
  confirm: Confirm,
  force = false,
): Promise<MappingOutcome> {
  return withCluster(aws, clusterName, async (kube, cluster) => {
    const guard = force ? { force } : await guardOf(aws, cluster);
    const { written, changed, notes } = await editAwsAuth(
      kube,
      (data) => {
        if (!("account" in removal)) return removeMapping(data, removal.arn, { all: removal.all ?? false, guard });
        if (guard.callerArn?.split(":")[4] === removal.account && !force && !mappedByArn(data, guard.callerArn))
          throw new LotseError("identity/removes-own-access", {
            title: `account ${removal.account} is your own way into ${cluster.name}; without it the cluster refuses you`,
            remedy: "Use other credentials, map yourself first, or force it with --force",
          });
        return removeAccount(data, removal.account);
      },
      confirm,
    );
    return { written, changed, notes };
  });
}

const mappedByArn = (data: AwsAuthEdit["data"] | undefined, arn: string): boolean =>
  identityRows(readAwsAuth(data), arn).length > 0;

/** Whom a removal must not lock out: who has an access entry isn't locked out. */
async function guardOf(aws: Aws, { name, mode }: LivingCluster): Promise<RemovalGuard> {
  const [{ canonicalArn }, roles, entries] = await Promise.all([
    callerIdentity(aws),
    nodeRoles(aws, name),
    mode === "CONFIG_MAP" ? [] : entryArns(aws, name),
  ]);
  if (mode === "API") return {};
  const plain = (arn: string): string => arn.replace(/:role\/.*\//, ":role/").toLowerCase();
  const covered = new Set(entries.map(plain));
  return {
    ...(covered.has(plain(canonicalArn)) ? {} : { callerArn: canonicalArn }),
    nodeRoleArns: roles.map(({ arn }) => arn).filter((arn) => !covered.has(plain(arn))),
  };
}
