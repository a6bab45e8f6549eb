// `get addon` in eksctl's shape.
import type { Addon } from "@aws-sdk/client-eks";
import type { Aws } from "../../aws/index.ts";
import { readAddons, readPodIdentityAssociations } from "../read/eks.ts";
import { compareAddonVersions, readAddonVersions } from "../read/looked-up.ts";
import { requireCluster } from "./clusters.ts";

/** An add-on in the shape of `eksctl get addons -o json`. */
export interface AddonSummary {
  Name: string;
  Version: string;
  /** Newer versions for this Kubernetes minor, oldest first, with commas. */
  NewerVersion: string;
  IAMRole: string;
  Status: string;
  ConfigurationValues: string;
  /** Spelled as in the file. */
  NamespaceConfig: { namespace: string } | null;
  Issues: { Code: string; Message: string; ResourceIDs: string[] | null }[] | null;
  PodIdentityAssociations:
    | { AssociationARN: string; Namespace: string; ServiceAccountName: string; RoleARN: string; OwnerARN: string }[]
    | null;
}

function issues(addon: Addon): AddonSummary["Issues"] {
  const found = addon.health?.issues ?? [];
  if (found.length === 0) return null;
  return found.map(({ code, message, resourceIds }) => ({
    Code: code ?? "",
    Message: message ?? "",
    ResourceIDs: resourceIds ?? null,
  }));
}

/** Add-ons of a cluster, in EKS's order. */
export async function getAddons(aws: Aws, cluster: string, name?: string): Promise<AddonSummary[]> {
  const living = await requireCluster(aws, cluster);
  const [all, associations] = await Promise.all([readAddons(aws, cluster), readPodIdentityAssociations(aws, cluster)]);
  const wanted = [...all].filter(([addonName]) => name === undefined || addonName === name);
  return Promise.all(
    wanted.map(async ([addonName, addon]): Promise<AddonSummary> => {
      const version = addon.addonVersion ?? "";
      const filter = { publishers: [], types: [], owners: [] };
      const versions = await readAddonVersions(aws, living.version ?? "", { name: addonName, filter });
      const newer = versions
        .map((known) => known.version)
        .filter((candidate) => compareAddonVersions(candidate, version) > 0);
      const identities = associations.filter(({ ownerArn }) => ownerArn !== undefined && ownerArn === addon.addonArn);
      return {
        Name: addonName,
        Version: version,
        NewerVersion: newer.toReversed().join(","),
        IAMRole: addon.serviceAccountRoleArn ?? "",
        Status: addon.status ?? "",
        ConfigurationValues: addon.configurationValues ?? "",
        NamespaceConfig:
          addon.namespaceConfig?.namespace === undefined ? null : { namespace: addon.namespaceConfig.namespace },
        Issues: issues(addon),
        PodIdentityAssociations:
          identities.length === 0
            ? null
            : identities.map(({ associationArn, namespace, serviceAccount, roleArn, ownerArn }) => ({
                AssociationARN: associationArn ?? "",
                Namespace: namespace ?? "",
                ServiceAccountName: serviceAccount ?? "",
                RoleARN: roleArn ?? "",
                OwnerARN: ownerArn ?? "",
              })),
      };
    }),
  );
}
