import type {
  DescribeAccessEntryResponse,
  DescribePodIdentityAssociationResponse,
  ListAccessEntriesResponse,
  ListAssociatedAccessPoliciesResponse,
} from "@aws-sdk/client-eks";
import { describe, it } from "vitest";
import { refusal } from "../../testing.ts";
import { worldWithCluster } from "./testing.ts";

const clusterName = "prod";
const admin = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy";

describe("access entries", () => {
  it("give a role's sessions a name and groups", ({ expect }) => {
    const here = worldWithCluster();
    const made = here.eks<DescribeAccessEntryResponse>("CreateAccessEntry", {
      clusterName,
      principalArn: here.strangeRole,
      kubernetesGroups: ["viewers"],
    });
    expect(made.accessEntry).toMatchObject({
      type: "STANDARD",
      username: "arn:aws:sts::123456789012:assumed-role/strange/{{SessionName}}",
      kubernetesGroups: ["viewers"],
    });
    expect(made.accessEntry?.accessEntryArn).toMatch(
      /^arn:aws:eks:eu-central-1:123456789012:access-entry\/prod\/role\/123456789012\/strange\/[0-9a-f-]{36}$/,
    );
  });

  it("of nodes have their name and groups from EKS", ({ expect }) => {
    const here = worldWithCluster();
    const entry = { clusterName, principalArn: here.nodeRole, type: "EC2_LINUX" };
    expect(here.eks<DescribeAccessEntryResponse>("CreateAccessEntry", entry).accessEntry).toMatchObject({
      username: "system:node:{{EC2PrivateDNSName}}",
      kubernetesGroups: ["system:nodes"],
    });
    expect(refusal(() => here.eks("CreateAccessEntry", entry))).toMatch(/ResourceInUseException/);
  });

  it("are refused as AWS refuses them", ({ expect }) => {
    const here = worldWithCluster();
    const attempt = (entry: object): string =>
      refusal(() => here.eks("CreateAccessEntry", { clusterName, principalArn: here.strangeRole, ...entry }));
    const cases: [entry: object, answer: RegExp][] = [
      [
        { kubernetesGroups: ["system:masters"] },
        /The kubernetes group name system:masters is invalid, it cannot start with system:/,
      ],
      [{ username: "system:admin" }, /cannot start with system:/],
      [{ username: "{{SessionName}}" }, /cannot start with "session"/],
      [{ username: "dev-{{SessionName}}" }, /a colon must come before/],
      [{ type: "EC2_LINUX", kubernetesGroups: ["x"] }, /groups cannot be specified/],
      [{ type: "WRONG" }, /Invalid value 'WRONG' for type/],
      [{ principalArn: "arn:aws:sts::123456789012:assumed-role/a/b" }, /InvalidParameterException/],
      [{ principalArn: "arn:aws:iam::123456789012:role/none" }, /invalid principal/],
      [{ clusterName: "none" }, /ResourceNotFoundException: No cluster found for name: none/],
    ];
    for (const [entry, answer] of cases) expect(attempt(entry), JSON.stringify(entry)).toMatch(answer);
  });

  it("don't exist where the mode is CONFIG_MAP", ({ expect }) => {
    const here = worldWithCluster({ request: { accessConfig: { authenticationMode: "CONFIG_MAP" } } });
    expect(refusal(() => here.eks("ListAccessEntries", { clusterName }))).toMatch(
      /InvalidRequestException: The cluster's authentication mode must be set to one of \[API, API_AND_CONFIG_MAP\]/,
    );
    here.eks("UpdateClusterConfig", { name: clusterName, accessConfig: { authenticationMode: "API_AND_CONFIG_MAP" } });
    here.eks("DescribeCluster", { name: clusterName });
    expect(here.eks<ListAccessEntriesResponse>("ListAccessEntries", { clusterName }).accessEntries).toEqual([
      "arn:aws:iam::123456789012:user/administrator",
    ]);
  });

  it("carry policies over the cluster or over namespaces; the same policy again changes its scope", ({ expect }) => {
    const here = worldWithCluster();
    const principalArn = here.strangeRole;
    here.eks("CreateAccessEntry", { clusterName, principalArn });
    const associate = (accessScope: object, policyArn = admin): string =>
      refusal(() => here.eks("AssociateAccessPolicy", { clusterName, principalArn, policyArn, accessScope }));
    expect(associate({ type: "namespace" })).toMatch(/at least one namespace/);
    expect(associate({ type: "cluster", namespaces: ["a"] })).toMatch(/cannot contain namespaces/);
    expect(associate({ type: "cluster" }, "arn:aws:eks::aws:cluster-access-policy/None")).toMatch(/invalid policyArn/);
    expect(associate({ type: "cluster" })).toBe("nothing");
    expect(associate({ type: "namespace", namespaces: ["dev-*"] })).toBe("nothing");
    const { associatedAccessPolicies } = here.eks<ListAssociatedAccessPoliciesResponse>(
      "ListAssociatedAccessPolicies",
      {
        clusterName,
        principalArn,
      },
    );
    expect(associatedAccessPolicies).toMatchObject([
      { policyArn: admin, accessScope: { type: "namespace", namespaces: ["dev-*"] } },
    ]);
  });
});

describe("pod identity associations", () => {
  it("are one for each service account, with a role of the account", ({ expect }) => {
    const here = worldWithCluster();
    const wanted = { clusterName, namespace: "default", serviceAccount: "app", roleArn: here.strangeRole };
    const { association } = here.eks<DescribePodIdentityAssociationResponse>("CreatePodIdentityAssociation", wanted);
    expect(association?.associationId).toMatch(/^a-[a-z0-9]{17}$/);
    expect(refusal(() => here.eks("CreatePodIdentityAssociation", wanted))).toMatch(/ResourceInUseException/);
    const other = { ...wanted, serviceAccount: "other" };
    expect(
      refusal(() =>
        here.eks("CreatePodIdentityAssociation", { ...other, roleArn: "arn:aws:iam::210987654321:role/x" }),
      ),
    ).toMatch(/Cross-account pass role is not allowed/);
    expect(refusal(() => here.eks("CreatePodIdentityAssociation", { ...other, policy: "{}" }))).toMatch(
      /disableSessionTags/,
    );
    const chained = here.eks<DescribePodIdentityAssociationResponse>("CreatePodIdentityAssociation", {
      ...other,
      targetRoleArn: "arn:aws:iam::210987654321:role/x",
    });
    expect(chained.association?.externalId).toBe("eu-central-1/123456789012/prod/default/other");
    const gone = { clusterName, associationId: association?.associationId };
    here.eks("DeletePodIdentityAssociation", gone);
    expect(refusal(() => here.eks("DescribePodIdentityAssociation", gone))).toMatch(/ResourceNotFoundException/);
  });
});
