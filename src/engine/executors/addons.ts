// EKS add-ons by API call, as eksctl makes them.
import type { Addon } from "@aws-sdk/client-eks";
import { LotseError } from "../../base/index.ts";
import { isBusy, isExisting, isGone, waitFor } from "../../aws/index.ts";
import { configurationJson, orGone, type Step, type Work } from "../../plan/index.ts";
import type { DesiredAddon, RoleReference } from "../../stacks/index.ts";
import type { Crew } from "../crew.ts";
import { awaitUpdate } from "./cluster.ts";

const addonTimeout = 30 * 60;

async function read(crew: Crew, addonName: string): Promise<Addon | undefined> {
  return (await orGone(crew.aws.call("eks", "DescribeAddon", { clusterName: crew.cluster, addonName })))?.addon;
}

async function waitWhile(crew: Crew, name: string, states: RegExp): Promise<Addon | undefined> {
  const end = await waitFor(
    async () => {
      const addon = await read(crew, name);
      return addon && states.test(addon.status ?? "") ? undefined : { addon };
    },
    { what: `add-on ${name}`, timeout: addonTimeout, signal: crew.signal },
  );
  return end.addon;
}

/** Waits until an add-on is there or has failed; a failure is thrown with EKS's reason. */
export async function awaitAddon(crew: Crew, name: string): Promise<void> {
  const addon = await waitWhile(crew, name, /^(CREATING|UPDATING)$/);
  const [issue] = addon?.health?.issues ?? [];
  const reason = issue ? `${issue.code}: ${issue.message}` : "no reason given";
  if (addon?.status === "CREATE_FAILED" || addon?.status === "UPDATE_FAILED") {
    throw new LotseError("engine/addon-failed", {
      title: `Add-on ${name} is in ${addon.status}: ${reason}`,
      blame: "aws",
      subject: addon.addonArn ?? name,
      remedy: "Remove the cause and run lotse apply again",
    });
  }
  if (addon?.status === "DEGRADED") {
    crew.host.emit({
      level: "warn",
      code: "engine/addon-degraded",
      text: `Add-on ${name} is DEGRADED: ${reason}`,
      subject: name,
      data: { addon: name, reason },
    });
  }
}

async function identities(
  crew: Crew,
  wanted: readonly { serviceAccount: string; role: RoleReference }[],
): Promise<{ serviceAccount: string; roleArn: string }[]> {
  return Promise.all(
    wanted.map(async ({ serviceAccount, role }) => ({ serviceAccount, roleArn: await crew.roleArn(role) })),
  );
}

/** CreateAddon; one whose creation failed is deleted first. */
export async function createAddon(
  crew: Crew,
  step: Step,
  object: DesiredAddon,
  version: string | undefined,
): Promise<void> {
  let existing = await read(crew, object.name);
  if (existing && /^(CREATE_FAILED|DELETE_FAILED)$/.test(existing.status ?? "")) {
    await crew.aws.call("eks", "DeleteAddon", { clusterName: crew.cluster, addonName: object.name });
    existing = await waitWhile(crew, object.name, /^(DELETING|CREATE_FAILED|DELETE_FAILED)$/);
  } else if (existing?.status === "DELETING") {
    existing = await waitWhile(crew, object.name, /^DELETING$/);
  }
  if (existing) crew.adopted(step);
  else await create(crew, object, version);
  if (object.wait) await awaitAddon(crew, object.name);
  else crew.lookAgain(object.name);
}

async function create(crew: Crew, object: DesiredAddon, version: string | undefined): Promise<void> {
  const role =
    object.serviceAccountRole && !object.roleLater ? await crew.roleArn(object.serviceAccountRole) : undefined;
  try {
    await crew.aws.call("eks", "CreateAddon", {
      clusterName: crew.cluster,
      addonName: object.name,
      ...(version !== undefined && { addonVersion: version }),
      ...(role !== undefined && { serviceAccountRoleArn: role }),
      ...(object.podIdentityAssociations.length > 0 && {
        podIdentityAssociations: await identities(crew, object.podIdentityAssociations),
      }),
      ...(object.configurationValues !== undefined && {
        configurationValues: configurationJson(object.configurationValues),
      }),
      ...(object.namespace !== undefined && { namespaceConfig: { namespace: object.namespace } }),
      ...(Object.keys(object.tags).length > 0 && { tags: { ...object.tags } }),
      resolveConflicts: object.resolveConflicts.create,
    });
  } catch (error) {
    if (!isExisting(error)) throw error;
  }
}

/** UpdateAddon. What the file doesn't change goes along unchanged: eksctl sends version and role too. */
export async function updateAddon(crew: Crew, _step: Step, work: Extract<Work, { do: "update-addon" }>): Promise<void> {
  for (let turn = 0; ; turn += 1) {
    const existing = await waitWhile(crew, work.addon, /^(CREATING|UPDATING)$/);
    // Pod identities take the place of a role by IRSA, whose stack may be gone.
    const byPodIdentity = (work.podIdentityAssociations ?? existing?.podIdentityAssociations ?? []).length > 0;
    const living = byPodIdentity ? undefined : existing?.serviceAccountRoleArn;
    const role = work.role ? await crew.roleArn(work.role) : living;
    const addonVersion = work.version ?? existing?.addonVersion;
    const configurationValues = work.configurationValues ?? existing?.configurationValues;
    try {
      const { update } = await crew.aws.call("eks", "UpdateAddon", {
        clusterName: crew.cluster,
        addonName: work.addon,
        ...(addonVersion !== undefined && { addonVersion }),
        ...(role !== undefined && role !== "" && { serviceAccountRoleArn: role }),
        ...(configurationValues !== undefined && configurationValues !== "" && { configurationValues }),
        ...(work.podIdentityAssociations && {
          podIdentityAssociations: await identities(crew, work.podIdentityAssociations),
        }),
        resolveConflicts: work.resolveConflicts,
      });
      return await awaitUpdate(crew, update?.id, { addonName: work.addon });
    } catch (error) {
      if (!isBusy(error) || turn > 4) throw error;
      await waitWhile(crew, work.addon, /^(CREATING|UPDATING)$/);
    }
  }
}

/** DeleteAddon, waited for. */
export async function deleteAddon(crew: Crew, _step: Step, work: Extract<Work, { do: "delete-addon" }>): Promise<void> {
  try {
    await crew.aws.call("eks", "DeleteAddon", { clusterName: crew.cluster, addonName: work.addon });
  } catch (error) {
    if (isGone(error)) return;
    if (!isBusy(error)) throw error;
  }
  await waitWhile(crew, work.addon, /^DELETING$/);
}
