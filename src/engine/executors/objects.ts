// The smaller objects by API call: OIDC provider, pod identities, access entries, log retention, key pairs.
import { isExisting, isGone, waitFor } from "../../aws/index.ts";
import type { Step, Work } from "../../plan/index.ts";
import type {
  DesiredAccessEntry,
  DesiredAwsObject,
  DesiredKeyPair,
  DesiredLogRetention,
  DesiredOidcProvider,
  DesiredPodIdentityAssociation,
} from "../../stacks/index.ts";
import type { Crew } from "../crew.ts";
import { createAddon } from "./addons.ts";
import { createFargateProfile } from "./fargate.ts";
import { suspendProcesses, tagGroup } from "./node-groups.ts";

/** Success also when it is there already: an earlier try of ours whose reply was lost. */
async function unlessThere(call: Promise<unknown>): Promise<void> {
  try {
    await call;
  } catch (error) {
    if (!isExisting(error)) throw error;
  }
}

/** Success also when it is gone already. */
export async function unlessGone(call: Promise<unknown>): Promise<void> {
  try {
    await call;
  } catch (error) {
    if (!isGone(error)) throw error;
  }
}

const oidcTag = "alpha.eksctl.io/cluster-oidc-enabled";

/**
 * CreateOpenIDConnectProvider with the issuer spelled as eksctl does, port included. No thumbprint: IAM fetches it itself
 * (API reference, ThumbprintList), and so no connection leaves for anywhere but the AWS endpoint.
 */
async function createOidcProvider(crew: Crew, object: DesiredOidcProvider): Promise<void> {
  const cluster = await crew.living();
  const issuer = cluster.identity?.oidc?.issuer ?? "";
  const url = issuer.replace(/^https:\/\/([^/:]+)\//, "https://$1:443/");
  await unlessThere(
    crew.aws.call("iam", "CreateOpenIDConnectProvider", {
      Url: url,
      ClientIDList: [...object.clientIds],
      Tags: object.tags.map(({ Key, Value }) => ({ Key, Value })),
    }),
  );
  if (cluster.arn !== undefined && cluster.tags?.[oidcTag] === "false") {
    await crew.aws.call("eks", "TagResource", { resourceArn: cluster.arn, tags: { [oidcTag]: "true" } });
  }
}

async function createPodIdentity(crew: Crew, object: DesiredPodIdentityAssociation): Promise<void> {
  await unlessThere(
    crew.aws.call("eks", "CreatePodIdentityAssociation", {
      clusterName: crew.cluster,
      namespace: object.namespace,
      serviceAccount: object.serviceAccount,
      roleArn: await crew.roleArn(object.role),
      ...(object.targetRoleArn !== undefined && { targetRoleArn: object.targetRoleArn }),
      ...(object.disableSessionTags !== undefined && { disableSessionTags: object.disableSessionTags }),
      ...(object.policy !== undefined && { policy: object.policy }),
      ...(Object.keys(object.tags).length > 0 && { tags: { ...object.tags } }),
    }),
  );
}

/** EKS makes the group a while after logging is on. */
export async function retainLogs(crew: Crew, object: Pick<DesiredLogRetention, "logGroup" | "days">): Promise<void> {
  await waitFor(
    async () => {
      try {
        await crew.aws.call("logs", "PutRetentionPolicy", {
          logGroupName: object.logGroup,
          retentionInDays: object.days,
        });
        return true;
      } catch (error) {
        if (isGone(error)) return undefined;
        throw error;
      }
    },
    { what: `log group ${object.logGroup}`, timeout: 600, signal: crew.signal },
  );
}

const createAccessEntry = async (crew: Crew, object: DesiredAccessEntry): Promise<void> =>
  unlessThere(
    crew.aws.call("eks", "CreateAccessEntry", {
      clusterName: crew.cluster,
      principalArn: object.principalArn,
      type: object.type,
    }),
  );

const importKeyPair = async (crew: Crew, object: DesiredKeyPair): Promise<void> =>
  unlessThere(
    crew.aws.call("ec2", "ImportKeyPair", {
      KeyName: object.name,
      PublicKeyMaterial: new TextEncoder().encode(object.publicKey ?? ""),
    }),
  );

/** The maker of each kind of object. */
const makers: {
  [K in Extract<Work, { do: "create-object" }>["object"]["kind"]]: (
    crew: Crew,
    object: Extract<DesiredAwsObject, { kind: K }>,
    step: Step,
    version?: string,
  ) => Promise<void>;
} = {
  addon: (crew, object, step, version) => createAddon(crew, step, object, version),
  "oidc-provider": createOidcProvider,
  "fargate-profile": (crew, object, step) => createFargateProfile(crew, step, object),
  "pod-identity-association": createPodIdentity,
  "log-retention": retainLogs,
  "access-entry": createAccessEntry,
  "key-pair": importKeyPair,
  "suspended-processes": suspendProcesses,
  "asg-tags": tagGroup,
};

/** Makes one object. */
export async function createObject(
  crew: Crew,
  step: Step,
  work: Extract<Work, { do: "create-object" }>,
): Promise<void> {
  await makers[work.object.kind](crew, work.object as never, step, work.version);
}

/** UpdatePodIdentityAssociation. */
export async function updatePodIdentity(
  crew: Crew,
  _step: Step,
  work: Extract<Work, { do: "update-pod-identity" }>,
): Promise<void> {
  await crew.aws.call("eks", "UpdatePodIdentityAssociation", {
    clusterName: crew.cluster,
    associationId: work.associationId,
    roleArn: await crew.roleArn(work.role),
    ...(work.targetRoleArn !== undefined && { targetRoleArn: work.targetRoleArn }),
    ...(work.disableSessionTags !== undefined && { disableSessionTags: work.disableSessionTags }),
    ...(work.policy !== undefined && { policy: work.policy }),
  });
}
