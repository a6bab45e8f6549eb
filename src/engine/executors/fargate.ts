// Fargate profiles. EKS changes one at a time in a cluster and answers "in use" to whoever comes second.
import type { FargateProfile } from "@aws-sdk/client-eks";
import { LotseError } from "../../base/index.ts";
import { failureKind, isBusy, isExisting, isGone, waitFor } from "../../aws/index.ts";
import { orGone, type Step, type Work } from "../../plan/index.ts";
import type { DesiredAwsObject, DesiredFargateProfile } from "../../stacks/index.ts";
import type { Crew } from "../crew.ts";

const profileTimeout = 30 * 60;

async function read(crew: Crew, fargateProfileName: string): Promise<FargateProfile | undefined> {
  return (
    await orGone(crew.aws.call("eks", "DescribeFargateProfile", { clusterName: crew.cluster, fargateProfileName }))
  )?.fargateProfile;
}

async function waitWhile(crew: Crew, name: string, states: RegExp): Promise<FargateProfile | undefined> {
  const end = await waitFor(
    async () => {
      const profile = await read(crew, name);
      return profile && states.test(profile.status ?? "") ? undefined : { profile };
    },
    { what: `Fargate profile ${name}`, timeout: profileTimeout, signal: crew.signal },
  );
  return end.profile;
}

/** Another profile is being made or deleted: a busy answer, or (newer API) an invalid request that says so. */
const otherInTheWay = (error: unknown): boolean =>
  isBusy(error) ||
  (failureKind(error) === "invalid" &&
    /(another|other) .*(profile|progress)|is (currently )?(being )?(creat|delet)/i.test(
      String((error as Error).message),
    ));

async function create(crew: Crew, object: DesiredFargateProfile): Promise<void> {
  const podExecutionRoleArn = await crew.roleArn(object.podExecutionRole);
  await waitFor(
    async () => {
      try {
        await crew.aws.call("eks", "CreateFargateProfile", {
          clusterName: crew.cluster,
          fargateProfileName: object.name,
          podExecutionRoleArn,
          selectors: object.selectors.map(({ namespace, labels }) => ({
            namespace,
            ...(labels && { labels: { ...labels } }),
          })),
          ...(object.subnets && { subnets: [...object.subnets] }),
          ...(Object.keys(object.tags).length > 0 && { tags: { ...object.tags } }),
        });
        return true;
      } catch (error) {
        if (isExisting(error)) return true;
        if (otherInTheWay(error)) return undefined;
        throw error;
      }
    },
    { what: `its turn to make Fargate profile ${object.name}`, timeout: profileTimeout, signal: crew.signal },
  );
}

/** CreateFargateProfile, waited for. */
export async function createFargateProfile(crew: Crew, step: Step, object: DesiredFargateProfile): Promise<void> {
  let existing = await read(crew, object.name);
  if (existing && (existing.status ?? "").endsWith("FAILED"))
    await deleteFargateProfile(crew, step, { do: "delete-fargate-profile", profile: object.name });
  if (existing?.status === "DELETING") existing = await waitWhile(crew, object.name, /^DELETING$/);
  if (existing?.status === "CREATING" || existing?.status === "ACTIVE") crew.adopted(step);
  else await create(crew, object);
  const made = await waitWhile(crew, object.name, /^CREATING$/);
  if (made?.status === "ACTIVE") return;
  const issue = made?.health?.issues?.[0];
  throw new LotseError("engine/fargate-profile-failed", {
    title: `Fargate profile ${object.name} is ${made ? `in ${made.status}` : "gone"}: ${issue ? `${issue.code}: ${issue.message}` : "no reason given"}`,
    blame: "aws",
    remedy: "Remove the cause and run lotse apply again: it replaces failed profiles",
  });
}

/** DeleteFargateProfile, waited for. */
export async function deleteFargateProfile(
  crew: Crew,
  _step: Step,
  work: Extract<Work, { do: "delete-fargate-profile" }>,
): Promise<void> {
  await waitFor(
    async () => {
      const profile = await read(crew, work.profile);
      if (!profile) return true;
      if (profile.status === "DELETING" || profile.status === "CREATING") return undefined;
      try {
        await crew.aws.call("eks", "DeleteFargateProfile", {
          clusterName: crew.cluster,
          fargateProfileName: work.profile,
        });
      } catch (error) {
        if (isGone(error)) return true;
        if (!otherInTheWay(error)) throw error;
      }
      return undefined;
    },
    { what: `Fargate profile ${work.profile} to go`, timeout: profileTimeout, signal: crew.signal },
  );
}

/** Deletes a profile and makes it anew: EKS changes none in place. */
export async function replaceFargateProfile(crew: Crew, step: Step, object: DesiredAwsObject): Promise<void> {
  if (object.kind !== "fargate-profile") throw new Error(`${object.kind} is no Fargate profile`);
  await deleteFargateProfile(crew, step, { do: "delete-fargate-profile", profile: object.name });
  await createFargateProfile(crew, step, object);
}
