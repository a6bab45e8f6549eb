import type {
  CreateFargateProfileResponse,
  DescribeAddonConfigurationResponse,
  DescribeAddonResponse,
  DescribeAddonVersionsResponse,
  DescribeFargateProfileResponse,
  DescribePodIdentityAssociationResponse,
  ListPodIdentityAssociationsResponse,
  UpdateAddonResponse,
} from "@aws-sdk/client-eks";
import { describe, it } from "vitest";
import { refusal } from "../../testing.ts";
import type { World } from "./testing.ts";
import { world, worldWithCluster } from "./testing.ts";

const clusterName = "prod";

function fargate(here: World, name: string, change: object = {}): object {
  return {
    clusterName,
    fargateProfileName: name,
    podExecutionRoleArn: here.fargateRole,
    subnets: here.privateSubnets,
    selectors: [{ namespace: "kube-system" }],
    ...change,
  };
}

describe("lists", () => {
  it("lose what is being deleted, for callers that list until it is gone", ({ expect }) => {
    const here = worldWithCluster();
    here.eks("CreateAddon", { clusterName, addonName: "kube-proxy" });
    here.eks("DescribeAddon", { clusterName, addonName: "kube-proxy" });
    here.eks("CreateFargateProfile", fargate(here, "fp"));
    here.eks("DescribeFargateProfile", { clusterName, fargateProfileName: "fp" });
    expect(here.eks("ListFargateProfiles", { clusterName })).toEqual({ fargateProfileNames: ["fp"] });
    here.eks("DeleteFargateProfile", { clusterName, fargateProfileName: "fp" });
    here.eks("DeleteAddon", { clusterName, addonName: "kube-proxy" });
    expect(here.eks("ListFargateProfiles", { clusterName })).toEqual({ fargateProfileNames: [] });
    expect(here.eks("ListAddons", { clusterName })).toEqual({ addons: [] });
  });
});

describe("add-ons", () => {
  it("come in the default version of the cluster's minor", ({ expect }) => {
    const here = worldWithCluster();
    const addon = here.eks<DescribeAddonResponse>("CreateAddon", { clusterName, addonName: "kube-proxy" }).addon;
    expect(addon).toMatchObject({
      status: "CREATING",
      addonVersion: expect.stringMatching(/^v1\.34\.\d+-eksbuild\.\d+$/),
    });
    expect(
      here.eks<DescribeAddonResponse>("DescribeAddon", { clusterName, addonName: "kube-proxy" }).addon?.status,
    ).toBe("ACTIVE");
    expect(refusal(() => here.eks("CreateAddon", { clusterName, addonName: "kube-proxy" }))).toBe(
      "ResourceInUseException: Addon already exists.",
    );
  });

  it("are degraded when their replicas find no node, and recover when there is one", ({ expect }) => {
    const here = worldWithCluster();
    const which = { clusterName, addonName: "coredns" };
    here.eks("CreateAddon", { ...which, configurationValues: '{"computeType":"Fargate"}' });
    const starving = here.eks<DescribeAddonResponse>("DescribeAddon", which).addon;
    expect(starving).toMatchObject({
      status: "DEGRADED",
      health: { issues: [{ code: "InsufficientNumberOfReplicas" }] },
    });
    here.eks("CreateFargateProfile", fargate(here, "system"));
    here.eks("DescribeFargateProfile", { clusterName, fargateProfileName: "system" });
    expect(here.eks<DescribeAddonResponse>("DescribeAddon", which).addon).toMatchObject({
      status: "ACTIVE",
      health: { issues: [] },
    });
  });

  it("refuse versions, settings and roles that don't fit", ({ expect }) => {
    const here = worldWithCluster();
    const attempt = (input: object): string => refusal(() => here.eks("CreateAddon", { clusterName, ...input }));
    expect(attempt({ addonName: "no-such" })).toMatch(
      /Addon no-such specified is not supported in 1.34 kubernetes version/,
    );
    expect(attempt({ addonName: "kube-proxy", addonVersion: "v1.20.0-eksbuild.1" })).toMatch(
      /Addon version specified is not supported/,
    );
    expect(attempt({ addonName: "coredns", configurationValues: '{"replicas":2}' })).toMatch(
      /Json schema validation failed with error: \[\$\.replicas: is not defined in the schema and the schema does not allow additional properties\]/,
    );
    expect(attempt({ addonName: "coredns", configurationValues: '{"replicaCount":"two"}' })).toMatch(
      /string found, integer expected/,
    );
    expect(attempt({ addonName: "coredns", configurationValues: "autoScaling:\n  enabled: yes please\n" })).toMatch(
      /\$\.autoScaling\.enabled: string found, boolean expected/,
    );
    expect(attempt({ addonName: "coredns", configurationValues: "{" })).toMatch(
      /ConfigurationValue provided in request is not supported/,
    );
    expect(attempt({ addonName: "vpc-cni", serviceAccountRoleArn: "arn:aws:iam::123456789012:role/none" })).toMatch(
      /cannot be found/,
    );
  });

  it("own the pod identity associations they are given, and take them along", ({ expect }) => {
    const here = worldWithCluster();
    const which = { clusterName, addonName: "vpc-cni" };
    const addon = here.eks<DescribeAddonResponse>("CreateAddon", {
      ...which,
      podIdentityAssociations: [{ serviceAccount: "aws-node", roleArn: here.strangeRole }],
    }).addon;
    const { associations = [] } = here.eks<ListPodIdentityAssociationsResponse>("ListPodIdentityAssociations", {
      clusterName,
    });
    expect(associations).toMatchObject([
      { namespace: "kube-system", serviceAccount: "aws-node", ownerArn: addon?.addonArn },
    ]);
    const associationId = associations[0]?.associationId;
    expect(
      refusal(() =>
        here.eks<DescribePodIdentityAssociationResponse>("DeletePodIdentityAssociation", {
          clusterName,
          associationId,
        }),
      ),
    ).toMatch(/owned by/);
    here.eks("DescribeAddon", which);
    here.eks("DeleteAddon", which);
    expect(refusal(() => here.eks("DescribeAddon", which))).toMatch(
      /ResourceNotFoundException: No addon: vpc-cni found in cluster: prod/,
    );
    expect(
      here.eks<ListPodIdentityAssociationsResponse>("ListPodIdentityAssociations", { clusterName }).associations,
    ).toEqual([]);
  });

  it("are updated one update at a time", ({ expect }) => {
    const here = worldWithCluster();
    const which = { clusterName, addonName: "vpc-cni" };
    here.eks("CreateAddon", which);
    here.eks("DescribeAddon", which);
    const change = { ...which, configurationValues: '{"env":{"ENABLE_PREFIX_DELEGATION":"true"}}' };
    const { update } = here.eks<UpdateAddonResponse>("UpdateAddon", change);
    expect(update).toMatchObject({ type: "AddonUpdate", status: "InProgress" });
    expect(refusal(() => here.eks("UpdateAddon", change))).toMatch(/ResourceInUseException/);
    const done = here.eks<UpdateAddonResponse>("DescribeUpdate", {
      name: clusterName,
      addonName: "vpc-cni",
      updateId: update?.id,
    });
    expect(done.update?.status).toBe("Successful");
    expect(here.eks<DescribeAddonResponse>("DescribeAddon", which).addon?.configurationValues).toMatch(/PREFIX/);
  });

  it("are described with versions, defaults and what their settings may be", ({ expect }) => {
    const here = world();
    const one = here.eks<DescribeAddonVersionsResponse>("DescribeAddonVersions", {
      addonName: "vpc-cni",
      kubernetesVersion: "1.34",
    });
    const defaults = one.addons?.[0]?.addonVersions?.filter((row) =>
      row.compatibilities?.some((each) => each.defaultVersion),
    );
    expect(defaults?.length).toBe(1);
    const settings = here.eks<DescribeAddonConfigurationResponse>("DescribeAddonConfiguration", {
      addonName: "vpc-cni",
      addonVersion: defaults?.[0]?.addonVersion,
    });
    expect(JSON.parse(settings.configurationSchema ?? "")).toMatchObject({ properties: { env: { type: "object" } } });
    expect(settings.podIdentityConfiguration).toEqual([
      { serviceAccount: "aws-node", recommendedManagedPolicies: ["arn:aws:iam::aws:policy/AmazonEKS_CNI_Policy"] },
    ]);
  });
});

describe("Fargate profiles", () => {
  it("change one at a time", ({ expect }) => {
    const here = worldWithCluster();
    const { fargateProfile } = here.eks<CreateFargateProfileResponse>("CreateFargateProfile", fargate(here, "a"));
    expect(fargateProfile?.status).toBe("CREATING");
    expect(refusal(() => here.eks("CreateFargateProfile", fargate(here, "b")))).toBe(
      "ResourceInUseException: Cannot create Fargate Profile b because cluster prod currently has Fargate profile a in status CREATING",
    );
    here.eks<DescribeFargateProfileResponse>("DescribeFargateProfile", { clusterName, fargateProfileName: "a" });
    expect(refusal(() => here.eks("CreateFargateProfile", fargate(here, "b")))).toBe("nothing");
    expect(refusal(() => here.eks("DeleteFargateProfile", { clusterName, fargateProfileName: "a" }))).toMatch(
      /Cannot delete/,
    );
    expect(refusal(() => here.eks("DeleteCluster", { name: clusterName }))).toMatch(
      /ResourceInUseException: Cluster has Fargate profiles/,
    );
  });

  it("take private subnets and pod execution roles only", ({ expect }) => {
    const here = worldWithCluster();
    const attempt = (change: object): string =>
      refusal(() => here.eks("CreateFargateProfile", fargate(here, "a", change)));
    expect(attempt({ subnets: here.publicSubnets })).toMatch(
      /Subnet subnet-\w+ provided in Fargate Profile is not a private subnet/,
    );
    expect(attempt({ podExecutionRoleArn: here.nodeRole })).toMatch(/eks-fargate-pods\.amazonaws\.com/);
    expect(attempt({ selectors: [] })).toMatch(/Fargate Profile requires at least one selector\./);
    expect(attempt({ selectors: [{ labels: { a: "b" } }] })).toMatch(/at least one namespace value/);
    const labels = Object.fromEntries("abcdef".split("").map((key) => [key, "x"]));
    expect(attempt({ selectors: [{ namespace: "x", labels }] })).toMatch(
      /Request contains Selector with more than 5 Label pairs/,
    );
  });

  it("bring an access entry for their role", ({ expect }) => {
    const here = worldWithCluster();
    here.eks("CreateFargateProfile", fargate(here, "a"));
    const entry = { clusterName, principalArn: here.fargateRole };
    expect(here.eks("DescribeAccessEntry", entry)).toMatchObject({ accessEntry: { type: "FARGATE_LINUX" } });
    here.eks("DescribeFargateProfile", { clusterName, fargateProfileName: "a" });
    here.eks("DeleteFargateProfile", { clusterName, fargateProfileName: "a" });
    expect(refusal(() => here.eks("DescribeFargateProfile", { clusterName, fargateProfileName: "a" }))).toMatch(
      /No Fargate Profile found with name: a/,
    );
    expect(refusal(() => here.eks("DescribeAccessEntry", entry))).toMatch(/ResourceNotFoundException/);
  });
});
