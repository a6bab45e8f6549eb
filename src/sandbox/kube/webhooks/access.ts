// What decides who may use an emulated cluster, read from the tables of EKS, IAM and EC2.
import type {
  AccessEntryRecord,
  AssociatedPolicy,
  AwsAuthData,
  ClusterAccess,
  DecideOptions,
  InstanceLookup,
  ReservedPrefixes,
} from "../../../identity/index.ts";
import type { DescribeInstancesResult } from "@aws-sdk/client-ec2";
import type { GetInstanceProfileResponse } from "@aws-sdk/client-iam";
import { reservedNamePrefixes } from "../../../facts/index.ts";
import type { Cloud, Context } from "../../aws/core/index.ts";
import { AwsError, servicePrincipal } from "../../aws/core/index.ts";
import type { AccessEntryRow, ClusterRow } from "../../aws/services/eks/state.ts";
import { accessEntries, clusters } from "../../aws/services/eks/state.ts";
import type { ClusterKey } from "../cluster-key.ts";

/** A cluster and everything that decides about it. */
export interface AccessWorld {
  row: Readonly<ClusterRow>;
  access: ClusterAccess;
  decide: DecideOptions;
}

const partsOf = (arn: string): string => arn.slice(arn.lastIndexOf("/") + 1);

/** Calls as EKS itself; what isn't there any more is undefined. */
function asked<T>(ctx: Context, service: string, operation: string, input: object): T | undefined {
  try {
    return ctx.call<T>(service, operation, input);
  } catch (error) {
    if (error instanceof AwsError) return undefined;
    throw error;
  }
}

/** Instances of the account: their names, and the role whose sessions may bear them. */
function instanceLookup(ctx: Context): InstanceLookup {
  return (id) => {
    const found = asked<DescribeInstancesResult>(ctx, "ec2", "DescribeInstances", { InstanceIds: [id] });
    const instance = found?.Reservations?.[0]?.Instances?.[0];
    if (!instance?.PrivateDnsName) return undefined;
    const profile = instance.IamInstanceProfile?.Arn;
    const roles = profile
      ? asked<GetInstanceProfileResponse>(ctx, "iam", "GetInstanceProfile", { InstanceProfileName: partsOf(profile) })
      : undefined;
    const roleArn = roles?.InstanceProfile?.Roles?.[0]?.Arn;
    return { privateDnsName: instance.PrivateDnsName, ...(roleArn ? { roleArn } : {}) };
  };
}

/** Prefixes that EKS keeps for itself in names from aws-auth; access entries are checked when they are made. */
const reserved: ReservedPrefixes = { EKSConfigMap: reservedNamePrefixes.filter((each) => each !== "system:") };

const recordOf = (row: Readonly<AccessEntryRow>): AccessEntryRecord => ({
  ...row,
  policies: row.policies.map(({ policyArn, accessScope }): AssociatedPolicy => {
    const { type = "cluster", namespaces = [] } = accessScope;
    return { policyArn, accessScope: { type, namespaces } };
  }),
});

/**
 * Reads it all; undefined when there is no such cluster.
 *
 * @param awsAuth `data` of the ConfigMap in the living cluster
 */
export function accessWorld(cloud: Cloud, key: ClusterKey, awsAuth: AwsAuthData | undefined): AccessWorld | undefined {
  const { account, region, name } = key;
  const ctx = cloud.context({ account, region, principal: servicePrincipal("eks.amazonaws.com", account) });
  const row = ctx.table(clusters).get(name);
  if (!row) return undefined;
  const bootstrapped = row.accessConfig?.bootstrapClusterCreatorAdminPermissions ?? true;
  return {
    row,
    access: {
      authenticationMode: row.accessConfig?.authenticationMode ?? "CONFIG_MAP",
      ...(bootstrapped ? { creator: { arn: row.hidden.creatorArn } } : {}),
      entries: ctx.table(accessEntries).by("cluster", name).map(recordOf),
      ...(awsAuth ? { awsAuth } : {}),
    },
    decide: { reserved, instances: instanceLookup(ctx) },
  };
}
