// What add-ons there are: versions by cluster minor, and their settings.
import type {
  AddonInfo,
  DescribeAddonConfigurationRequest,
  DescribeAddonConfigurationResponse,
  DescribeAddonVersionsRequest,
  DescribeAddonVersionsResponse,
} from "@aws-sdk/client-eks";
import type { AddonFacts } from "../../../../../facts/index.ts";
import { addon, addons, addonVersions, eksVersions } from "../../../../../facts/index.ts";
import type { Context, Operation, Sent } from "../../../core/index.ts";
import { configurationSchema } from "../addon-schemas.ts";
import { eksOperation } from "../define.ts";
import { invalidParameter } from "../errors.ts";
import { page } from "../lookup.ts";

/** Versions of an add-on, newest first, each with the cluster minors it runs on. */
function infoOf(facts: AddonFacts, minors: readonly string[]): AddonInfo {
  const byVersion = new Map<
    string,
    { clusterVersion: string; platformVersions: string[]; defaultVersion: boolean }[]
  >();
  for (const clusterVersion of minors) {
    for (const { version, default: defaultVersion } of addonVersions(facts.name, clusterVersion)) {
      const known = byVersion.get(version) ?? [];
      known.push({ clusterVersion, platformVersions: ["*"], defaultVersion });
      byVersion.set(version, known);
    }
  }
  return {
    addonName: facts.name,
    type: facts.type,
    addonVersions: [...byVersion].map(([addonVersion, compatibilities]) => ({
      addonVersion,
      architecture: ["amd64", "arm64"],
      computeTypes: [...facts.computeTypes],
      compatibilities,
      requiresConfiguration: false,
      requiresIamPermissions: facts.requiresIamPermissions,
    })),
    publisher: "eks",
    owner: facts.owner,
    defaultNamespace: facts.namespace,
  };
}

function describeVersions(input: Sent<DescribeAddonVersionsRequest>, _ctx: Context): DescribeAddonVersionsResponse {
  const minors = eksVersions()
    .map((row) => row.version)
    .filter((minor) => input.kubernetesVersion === undefined || minor === input.kubernetesVersion);
  if (input.kubernetesVersion !== undefined && minors.length === 0)
    throw invalidParameter(`Kubernetes version ${input.kubernetesVersion} is not supported`);
  if (input.addonName !== undefined && !addon(input.addonName))
    throw invalidParameter(`Addon ${input.addonName} specified is not supported`, { addonName: input.addonName });
  const infos = addons()
    .filter((facts) => input.addonName === undefined || facts.name === input.addonName)
    .filter((facts) => !input.types?.length || input.types.includes(facts.type))
    .filter((facts) => !input.owners?.length || input.owners.includes(facts.owner))
    .filter(() => !input.publishers?.length || input.publishers.includes("eks"))
    .map((facts) => infoOf(facts, minors))
    .filter((info) => (info.addonVersions ?? []).length > 0);
  const { items, nextToken } = page(infos, input, "DescribeAddonVersions");
  return { addons: items, ...(nextToken === undefined ? {} : { nextToken }) };
}

function describeConfiguration(
  input: Sent<DescribeAddonConfigurationRequest>,
  ctx: Context,
): DescribeAddonConfigurationResponse {
  const { addonName, addonVersion } = input;
  const facts = addon(addonName);
  if (!facts) throw invalidParameter(`Addon ${addonName} specified is not supported`, { addonName });
  const known = eksVersions().some((row) =>
    addonVersions(addonName, row.version).some((each) => each.version === addonVersion),
  );
  if (!known) throw invalidParameter("Addon version specified is not supported", { addonName });
  return {
    addonName,
    addonVersion,
    configurationSchema: JSON.stringify(configurationSchema(addonName)),
    podIdentityConfiguration: facts.serviceAccounts.map(({ name, policies }) => ({
      serviceAccount: name,
      recommendedManagedPolicies: policies.map((policy) => `arn:${ctx.partition}:iam::aws:policy/${policy}`),
    })),
  };
}

export const addonCatalogueOperations: Readonly<Record<string, Operation>> = {
  DescribeAddonVersions: eksOperation<DescribeAddonVersionsRequest, DescribeAddonVersionsResponse>(
    "DescribeAddonVersions",
    {
      on: "any",
      run: describeVersions,
    },
  ),
  DescribeAddonConfiguration: eksOperation<DescribeAddonConfigurationRequest, DescribeAddonConfigurationResponse>(
    "DescribeAddonConfiguration",
    { on: "any", run: describeConfiguration },
  ),
};
