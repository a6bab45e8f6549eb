// What belongs to a cluster: AWS::EKS::FargateProfile, Addon, AccessEntry, PodIdentityAssociation,
// IdentityProviderConfig and Capability.
import type {
  AccessEntry,
  Addon,
  CreatePodIdentityAssociationResponse,
  DescribeAccessEntryResponse,
  DescribeAddonResponse,
  DescribeCapabilityResponse,
  DescribeFargateProfileResponse,
  DescribeIdentityProviderConfigResponse,
  DescribePodIdentityAssociationResponse,
  DescribeUpdateResponse,
  ListAssociatedAccessPoliciesResponse,
  OidcIdentityProviderConfig,
  PodIdentityAssociation,
} from "@aws-sdk/client-eks";
import { camelProperties, pick, present, tagMap, toCamel, toModel } from "../adapter.ts";
import { sameValue } from "../values.ts";
import type { ResourceHandler, ResourceRequest, Stability } from "../handler.ts";
import { resource } from "../handler.ts";
import { retagEks, tagEks } from "./eks.ts";

/** All properties as EKS wants them, tags as the map that it takes. */
function eksInput(request: ResourceRequest, leaveOut: readonly string[] = []): Record<string, unknown> {
  const { tags, ...rest } = camelProperties(request.type, request.properties);
  const input = Object.fromEntries(Object.entries(rest).filter(([name]) => !leaveOut.includes(name)));
  return tags === undefined ? input : { ...input, tags: tagMap(tags) };
}

function tagsOf(tags: Record<string, string> | undefined): { Key: string; Value: string }[] {
  return Object.entries(tags ?? {}).map(([Key, Value]) => ({ Key, Value }));
}

function text(request: ResourceRequest, name: string): string {
  return (request.properties[name] as string | undefined) ?? "";
}

/** Two parts of a physical id that is joined by `|`. */
function parts(request: Pick<ResourceRequest, "physicalId">): [string, string] {
  const [first = "", second = ""] = request.physicalId.split("|");
  return [first, second];
}

function profileOf(
  request: Pick<ResourceRequest, "find" | "physicalId">,
): DescribeFargateProfileResponse["fargateProfile"] {
  const [clusterName, fargateProfileName] = parts(request);
  return request.find<DescribeFargateProfileResponse>("DescribeFargateProfile", { clusterName, fargateProfileName })
    ?.fargateProfile;
}

const fargateProfile = resource("AWS::EKS::FargateProfile", "eks", {
  name: "FargateProfileName",
  seconds: 60,
  create(request) {
    const fargateProfileName = text(request, "FargateProfileName") || request.generatedName({ max: 100 });
    request.call("CreateFargateProfile", { ...fargateInput(request), fargateProfileName });
    return `${text(request, "ClusterName")}|${fargateProfileName}`;
  },
  stable(request): Stability {
    const found = profileOf(request);
    return found?.status === "CREATE_FAILED"
      ? { failed: `Fargate profile ${request.physicalId} failed` }
      : found?.status === "ACTIVE";
  },
  read(request) {
    const found = profileOf(request);
    return found && { ...toModel(request.type, found), Arn: found.fargateProfileArn, Tags: tagsOf(found.tags) };
  },
  update: (request, old) =>
    retagEks(request, profileOf(request)?.fargateProfileArn ?? "", old["Tags"], request.properties["Tags"]),
  delete(request) {
    const [clusterName, fargateProfileName] = parts(request);
    request.call("DeleteFargateProfile", { clusterName, fargateProfileName });
  },
  gone: (request) => profileOf(request) === undefined,
  tag: (request, tags) => tagEks(request, profileOf(request)?.fargateProfileArn, tags),
});

/** CloudFormation lists a selector's labels as keys and values; the API has a map. */
function fargateInput(request: ResourceRequest): Record<string, unknown> {
  const selectors = (request.properties["Selectors"] ?? []) as {
    Namespace: string;
    Labels?: { Key: string; Value: string }[];
  }[];
  return {
    ...eksInput(request),
    selectors: selectors.map(({ Namespace, Labels }) =>
      present({ namespace: Namespace, labels: Labels && tagMap(Labels) }),
    ),
  };
}

function addonOf(request: Pick<ResourceRequest, "find" | "physicalId">): Addon | undefined {
  const [clusterName, addonName] = parts(request);
  return request.find<DescribeAddonResponse>("DescribeAddon", { clusterName, addonName })?.addon;
}

function issuesOf(addon: Addon | undefined): string {
  return (addon?.health?.issues ?? []).map((one) => `${one.code ?? ""}: ${one.message ?? ""}`).join("; ");
}

const addon = resource("AWS::EKS::Addon", "eks", {
  seconds: 20,
  writeOnly: ["ResolveConflicts", "PreserveOnDelete", "PodIdentityAssociations"],
  create(request) {
    request.call("CreateAddon", eksInput(request, ["preserveOnDelete"]));
    return `${text(request, "ClusterName")}|${text(request, "AddonName")}`;
  },
  stable(request): Stability {
    const found = addonOf(request);
    const failed = ["CREATE_FAILED", "UPDATE_FAILED", "DEGRADED"].includes(found?.status ?? "");
    return failed
      ? { failed: `Addon ${request.physicalId} is ${found?.status ?? ""}: ${issuesOf(found)}` }
      : found?.status === "ACTIVE";
  },
  read(request) {
    const found = addonOf(request);
    return found && { ...toModel(request.type, found), Arn: found.addonArn, Tags: tagsOf(found.tags) };
  },
  update(request, old) {
    const { properties } = request;
    retagEks(request, addonOf(request)?.addonArn ?? "", old["Tags"], properties["Tags"]);
    const members = ["AddonVersion", "ConfigurationValues", "ServiceAccountRoleArn", "PodIdentityAssociations"];
    if (members.every((name) => sameValue(old[name], properties[name]))) return;
    request.call("UpdateAddon", eksInput(request, ["preserveOnDelete", "tags", "namespaceConfig"]));
  },
  delete(request) {
    const [clusterName, addonName] = parts(request);
    request.call("DeleteAddon", present({ clusterName, addonName, preserve: request.properties["PreserveOnDelete"] }));
  },
  gone: (request) => addonOf(request) === undefined,
  tag: (request, tags) => tagEks(request, addonOf(request)?.addonArn, tags),
});

function entryNames(request: Pick<ResourceRequest, "physicalId">): { clusterName: string; principalArn: string } {
  const [principalArn, clusterName] = parts(request);
  return { clusterName, principalArn };
}

function entryOf(request: Pick<ResourceRequest, "find" | "physicalId">): AccessEntry | undefined {
  return request.find<DescribeAccessEntryResponse>("DescribeAccessEntry", entryNames(request))?.accessEntry;
}

type AccessPolicy = { PolicyArn: string; AccessScope: object };

function accessPolicies(request: ResourceRequest, before: unknown, after: unknown, physicalId: string): void {
  const [old, wanted] = [before, after].map((value) => (value ?? []) as AccessPolicy[]) as [
    AccessPolicy[],
    AccessPolicy[],
  ];
  const names = entryNames({ physicalId });
  for (const { PolicyArn: policyArn } of old) {
    if (!wanted.some((one) => one.PolicyArn === policyArn))
      request.find("DisassociateAccessPolicy", { ...names, policyArn });
  }
  const folded = toCamel(request.type, "AccessPolicies", wanted) as object[];
  for (const [index, policy] of folded.entries()) {
    if (!old.some((one) => sameValue(one, wanted[index])))
      request.call("AssociateAccessPolicy", { ...names, ...policy });
  }
}

const accessEntry = resource("AWS::EKS::AccessEntry", "eks", {
  create(request) {
    request.call("CreateAccessEntry", eksInput(request, ["accessPolicies"]));
    const physicalId = `${text(request, "PrincipalArn")}|${text(request, "ClusterName")}`;
    accessPolicies(request, [], request.properties["AccessPolicies"], physicalId);
    return physicalId;
  },
  read(request) {
    const found = entryOf(request);
    if (!found) return undefined;
    const { associatedAccessPolicies: policies = [] } = request.call<ListAssociatedAccessPoliciesResponse>(
      "ListAssociatedAccessPolicies",
      entryNames(request),
    );
    return {
      ...toModel(request.type, { ...found, accessPolicies: policies }),
      AccessEntryArn: found.accessEntryArn,
      Tags: tagsOf(found.tags),
    };
  },
  update(request, old) {
    const { properties } = request;
    retagEks(request, entryOf(request)?.accessEntryArn ?? "", old["Tags"], properties["Tags"]);
    if (!sameValue(pick(old, ["KubernetesGroups", "Username"]), pick(properties, ["KubernetesGroups", "Username"]))) {
      const groups = { kubernetesGroups: properties["KubernetesGroups"] ?? [] };
      request.call(
        "UpdateAccessEntry",
        present({ ...entryNames(request), ...groups, username: properties["Username"] }),
      );
    }
    accessPolicies(request, old["AccessPolicies"], properties["AccessPolicies"], request.physicalId);
  },
  delete(request) {
    request.call("DeleteAccessEntry", entryNames(request));
  },
  tag: (request, tags) => tagEks(request, entryOf(request)?.accessEntryArn, tags),
});

/** Cluster and id of `arn:…:podidentityassociation/<cluster>/<id>`. */
function associationNames(request: Pick<ResourceRequest, "physicalId">): {
  clusterName: string;
  associationId: string;
} {
  const [, clusterName = "", associationId = ""] = request.physicalId.split("/");
  return { clusterName, associationId };
}

function associationOf(request: Pick<ResourceRequest, "find" | "physicalId">): PodIdentityAssociation | undefined {
  const names = associationNames(request);
  return request.find<DescribePodIdentityAssociationResponse>("DescribePodIdentityAssociation", names)?.association;
}

const podIdentityAssociation = resource("AWS::EKS::PodIdentityAssociation", "eks", {
  seconds: 2,
  create: (request) =>
    request.call<CreatePodIdentityAssociationResponse>("CreatePodIdentityAssociation", eksInput(request)).association
      ?.associationArn ?? "",
  read(request) {
    const found = associationOf(request);
    return found && { ...toModel(request.type, found), Tags: tagsOf(found.tags) };
  },
  update(request, old) {
    const { properties } = request;
    retagEks(request, request.physicalId, old["Tags"], properties["Tags"]);
    const members = ["RoleArn", "TargetRoleArn", "DisableSessionTags", "Policy"];
    if (members.every((name) => sameValue(old[name], properties[name]))) return;
    const changes = camelProperties(request.type, pick(properties, members));
    request.call("UpdatePodIdentityAssociation", { ...associationNames(request), ...changes });
  },
  delete(request) {
    request.call("DeletePodIdentityAssociation", associationNames(request));
  },
  tag: (request, tags) => tagEks(request, request.physicalId, tags),
});

function providerOf(request: Pick<ResourceRequest, "find" | "properties">): OidcIdentityProviderConfig | undefined {
  const { IdentityProviderConfigName: name, ClusterName: clusterName } = request.properties;
  return request.find<DescribeIdentityProviderConfigResponse>("DescribeIdentityProviderConfig", {
    clusterName,
    identityProviderConfig: { type: "oidc", name },
  })?.identityProviderConfig?.oidc;
}

const identityProvider = resource("AWS::EKS::IdentityProviderConfig", "eks", {
  seconds: 300,
  create(request) {
    const { properties } = request;
    const name = text(request, "IdentityProviderConfigName");
    const { RequiredClaims: claims, ...rest } = (properties["Oidc"] ?? {}) as Record<string, unknown>;
    const oidc = toCamel(request.type, "Oidc", rest) as object;
    const requiredClaims =
      claims && Object.fromEntries((claims as { Key: string; Value: string }[]).map((one) => [one.Key, one.Value]));
    request.call("AssociateIdentityProviderConfig", {
      clusterName: properties["ClusterName"],
      oidc: { ...oidc, identityProviderConfigName: name, ...(requiredClaims ? { requiredClaims } : {}) },
      ...(properties["Tags"] ? { tags: tagMap(properties["Tags"]) } : {}),
    });
    return `${name}|${text(request, "ClusterName")}|${text(request, "Type")}`;
  },
  stable: (request) => providerOf(request)?.status === "ACTIVE",
  read(request) {
    const found = providerOf(request);
    return found && { IdentityProviderConfigArn: found.identityProviderConfigArn, Tags: tagsOf(found.tags) };
  },
  update: (request, old) =>
    retagEks(request, providerOf(request)?.identityProviderConfigArn ?? "", old["Tags"], request.properties["Tags"]),
  delete(request) {
    const identityProviderConfig = { type: "oidc", name: text(request, "IdentityProviderConfigName") };
    request.call("DisassociateIdentityProviderConfig", {
      clusterName: text(request, "ClusterName"),
      identityProviderConfig,
    });
  },
  gone: (request) => providerOf(request) === undefined,
});

function capabilityOf(request: Pick<ResourceRequest, "find" | "properties">): DescribeCapabilityResponse["capability"] {
  const { ClusterName: clusterName, CapabilityName: capabilityName } = request.properties;
  return request.find<DescribeCapabilityResponse>("DescribeCapability", { clusterName, capabilityName })?.capability;
}

const capability = resource("AWS::EKS::Capability", "eks", {
  seconds: 60,
  create: (request) =>
    request.call<DescribeCapabilityResponse>("CreateCapability", eksInput(request)).capability?.arn ?? "",
  stable(request): Stability {
    const status = capabilityOf(request)?.status;
    return status === "CREATE_FAILED" ? { failed: `Capability ${request.physicalId} failed` } : status === "ACTIVE";
  },
  read(request) {
    const found = capabilityOf(request);
    return (
      found && {
        ...toModel(request.type, found),
        Status: found.status,
        Version: found.version ?? "",
        CreatedAt: found.createdAt?.toISOString(),
        ModifiedAt: found.modifiedAt?.toISOString(),
        Tags: tagsOf(found.tags),
      }
    );
  },
  update(request, old) {
    const { properties } = request;
    retagEks(request, request.physicalId, old["Tags"], properties["Tags"]);
    const members = ["Configuration", "RoleArn", "DeletePropagationPolicy"];
    if (members.every((name) => sameValue(old[name], properties[name]))) return;
    const names = { clusterName: properties["ClusterName"], capabilityName: properties["CapabilityName"] };
    const { update } = request.call<DescribeUpdateResponse>("UpdateCapability", {
      ...names,
      ...camelProperties(request.type, pick(properties, members)),
    });
    request.remember({ updateId: update?.id });
  },
  delete(request) {
    const { ClusterName: clusterName, CapabilityName: capabilityName } = request.properties;
    request.call("DeleteCapability", { clusterName, capabilityName });
  },
  gone: (request) => capabilityOf(request) === undefined,
  tag: (request, tags) => tagEks(request, request.physicalId, tags),
});

export const eksObjectTypes: readonly ResourceHandler[] = [
  fargateProfile,
  addon,
  accessEntry,
  podIdentityAssociation,
  identityProvider,
  capability,
];
