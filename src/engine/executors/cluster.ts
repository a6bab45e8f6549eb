// The living control plane: updates by the EKS API, one at a time, each waited for.
import type { Cluster as EksCluster, LogType, UpdateClusterConfigCommandInput } from "@aws-sdk/client-eks";
import { LotseError, errorMessage } from "../../base/index.ts";
import { failureKind, isBusy, waitFor } from "../../aws/index.ts";
import type { ClusterConfigChange, Step, Work } from "../../plan/index.ts";
import type { Crew } from "../crew.ts";

const clusterTimeout = 60 * 60;

/** Waits until no update is under way. */
async function quietCluster(crew: Crew): Promise<EksCluster> {
  return waitFor(
    async () => {
      const cluster = await crew.living();
      if (cluster.status === "FAILED")
        throw new LotseError("engine/cluster-failed", {
          title: `Cluster ${crew.cluster} is in state FAILED: ${cluster.health?.issues?.[0]?.message ?? "no reason given"}`,
          blame: "aws",
        });
      return cluster.status === "ACTIVE" ? cluster : undefined;
    },
    { what: `cluster ${crew.cluster} to be ACTIVE`, timeout: clusterTimeout, signal: crew.signal },
  );
}

export interface UpdateOf {
  nodegroupName?: string;
  addonName?: string;
}

/** Waits for an EKS update; throws with EKS's own reasons when it fails. */
export async function awaitUpdate(crew: Crew, updateId: string | undefined, of: UpdateOf = {}): Promise<void> {
  if (updateId === undefined) return;
  const update = await waitFor(
    async () => {
      const { update } = await crew.aws.call("eks", "DescribeUpdate", { name: crew.cluster, updateId, ...of });
      return update?.status === "InProgress" ? undefined : update;
    },
    {
      what: `update ${updateId} of ${of.nodegroupName ?? of.addonName ?? crew.cluster}`,
      timeout: clusterTimeout,
      signal: crew.signal,
    },
  );
  if (update.status === "Successful") return;
  const errors = (update.errors ?? []).map(({ errorCode, errorMessage: message }) => `${errorCode}: ${message}`);
  throw new LotseError("engine/update-failed", {
    title: `EKS update ${update.type} of ${of.nodegroupName ?? of.addonName ?? crew.cluster} ended as ${update.status}: ${errors.join("; ") || "no reason given"}`,
    blame: "aws",
    data: { updateId, status: update.status, errors },
  });
}

/** True for EKS's answer to a change that changes nothing: another run of ours has made it already. */
const changesNothing = (error: unknown): boolean =>
  failureKind(error) === "invalid" && /no changes? (is |are )?needed|already at the desired/i.test(errorMessage(error));

/** Sends an update as soon as no other is under way; undefined when there is nothing to change any more. */
export async function whenQuiet(crew: Crew, send: () => Promise<string | undefined>): Promise<string | undefined> {
  for (let turn = 0; ; turn += 1) {
    await quietCluster(crew);
    try {
      return await send();
    } catch (error) {
      if (changesNothing(error)) return undefined;
      if (!isBusy(error) || turn > 4) throw error;
    }
  }
}

function configInput(name: string, change: ClusterConfigChange): UpdateClusterConfigCommandInput {
  const { logging, endpoints, authenticationMode, supportType, zonalShift, deletionProtection } = change;
  return {
    name,
    ...(logging && {
      logging: {
        clusterLogging: [
          { enabled: true, types: logging.enable as LogType[] },
          { enabled: false, types: logging.disable as LogType[] },
        ].filter(({ types }) => types.length > 0),
      },
    }),
    ...(endpoints && {
      resourcesVpcConfig: {
        ...(endpoints.publicAccess !== undefined && { endpointPublicAccess: endpoints.publicAccess }),
        ...(endpoints.privateAccess !== undefined && { endpointPrivateAccess: endpoints.privateAccess }),
        ...(endpoints.publicAccessCidrs && { publicAccessCidrs: endpoints.publicAccessCidrs }),
      },
    }),
    ...(authenticationMode !== undefined && { accessConfig: { authenticationMode: authenticationMode as "API" } }),
    ...(supportType !== undefined && { upgradePolicy: { supportType: supportType as "STANDARD" } }),
    ...(zonalShift !== undefined && { zonalShiftConfig: { enabled: zonalShift } }),
    ...(deletionProtection !== undefined && { deletionProtection }),
  };
}

/** UpdateClusterConfig. */
export async function updateCluster(
  crew: Crew,
  _step: Step,
  work: Extract<Work, { do: "update-cluster" }>,
): Promise<void> {
  const id = await whenQuiet(
    crew,
    async () => (await crew.aws.call("eks", "UpdateClusterConfig", configInput(crew.cluster, work.change))).update?.id,
  );
  await awaitUpdate(crew, id);
}

/** UpdateClusterVersion; done already when an interrupted run got that far. */
export async function upgradeCluster(
  crew: Crew,
  step: Step,
  work: Extract<Work, { do: "upgrade-cluster" }>,
): Promise<void> {
  const { version } = await quietCluster(crew);
  if (version === work.version) return crew.adopted(step);
  const id = await whenQuiet(
    crew,
    async () =>
      (
        await crew.aws.call("eks", "UpdateClusterVersion", {
          name: crew.cluster,
          version: work.version,
          ...(work.force && { force: true }),
        })
      ).update?.id,
  );
  await awaitUpdate(crew, id);
}

/** AssociateEncryptionConfig. */
export async function encryptCluster(
  crew: Crew,
  _step: Step,
  work: Extract<Work, { do: "encrypt-cluster" }>,
): Promise<void> {
  const { encryptionConfig = [] } = await quietCluster(crew);
  if (encryptionConfig.some(({ provider }) => provider?.keyArn === work.keyArn)) return;
  const input = {
    clusterName: crew.cluster,
    encryptionConfig: [{ resources: ["secrets"], provider: { keyArn: work.keyArn } }],
  };
  const id = await whenQuiet(
    crew,
    async () => (await crew.aws.call("eks", "AssociateEncryptionConfig", input)).update?.id,
  );
  await awaitUpdate(crew, id);
}

/** TagResource and UntagResource of any EKS object. */
export async function tagResource(crew: Crew, _step: Step, work: Extract<Work, { do: "tag-resource" }>): Promise<void> {
  if (Object.keys(work.set).length > 0)
    await crew.aws.call("eks", "TagResource", { resourceArn: work.arn, tags: work.set });
  if (work.remove.length > 0)
    await crew.aws.call("eks", "UntagResource", { resourceArn: work.arn, tagKeys: work.remove });
}
