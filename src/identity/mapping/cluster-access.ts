// How a cluster's authentication mode combines its creator, access entries and the aws-auth ConfigMap.
import type { AwsAuthData } from "../aws-auth/model.ts";
import { sameArn, stripPath } from "../arn.ts";
import { accessEntriesMapper } from "./access-entries.ts";
import type { AccessEntryRecord } from "./access-entries.ts";
import { awsAuthMapper } from "./aws-auth-mapper.ts";
import type { Mapper } from "./mapper.ts";

/** Who reads what. */
export type AuthenticationMode = "CONFIG_MAP" | "API_AND_CONFIG_MAP" | "API";

/** All that decides who may use a cluster. */
export interface ClusterAccess {
  authenticationMode: AuthenticationMode;
  /** Who made the cluster: an administrator in mode CONFIG_MAP. In the others the creator has an access entry, or none. */
  creator?: { arn: string; principalId?: string | undefined } | undefined;
  entries: readonly AccessEntryRecord[];
  /** `data` of kube-system/aws-auth; undefined when there is no such object. */
  awsAuth?: AwsAuthData | undefined;
}

/** Whoever made the cluster, as the control plane itself knows it: invisible and not to be taken away. */
function creatorMapper({ arn, principalId }: NonNullable<ClusterAccess["creator"]>): Mapper {
  return {
    name: "ClusterCreator",
    find: (identity) => {
      const same = principalId
        ? principalId === identity.principalId
        : sameArn(stripPath(arn), stripPath(identity.canonicalArn));
      const rule = `creator of the cluster, ${arn}`;
      return same ? { username: "kubernetes-admin", groups: ["system:masters"], rule } : undefined;
    },
    allowsAccount: () => false,
  };
}

/** The sources of a cluster in the order they are asked: an access entry beats an aws-auth item for the same principal. */
export function clusterMappers(access: ClusterAccess): Mapper[] {
  const entries = (): Mapper => accessEntriesMapper(access.entries);
  const map = (): Mapper => awsAuthMapper(access.awsAuth);
  const creator = (): Mapper[] => (access.creator ? [creatorMapper(access.creator)] : []);
  const byMode: Readonly<Record<AuthenticationMode, () => Mapper[]>> = {
    CONFIG_MAP: () => [...creator(), map()],
    API_AND_CONFIG_MAP: () => [entries(), map()],
    API: () => [entries()],
  };
  return byMode[access.authenticationMode]();
}
