// Every operation of EKS, at work and refused; the tables are in cases/.
import { describe, it } from "vitest";
import type { ExpectStatic } from "vitest";
import { administratorOf } from "../../administrator.ts";
import { refusal } from "../../testing.ts";
import { clusterCases } from "./cases/clusters.ts";
import { computeCases } from "./cases/compute.ts";
import { identityCases } from "./cases/identities.ts";
import { eks } from "./index.ts";
import type { World } from "./testing.ts";
import { worldWithCluster } from "./testing.ts";

const cases = { ...clusterCases, ...computeCases, ...identityCases };

const inputOf = (input: object, here: World): object =>
  typeof input === "function" ? (input as (here: World) => object)(here) : input;

/** Patterns and functions of a table as what vitest compares with. */
function pattern(value: unknown, expect: ExpectStatic): unknown {
  if (value instanceof RegExp) return expect.stringMatching(value);
  if (typeof value === "function") return expect.toSatisfy(value as (value: unknown) => boolean);
  if (Array.isArray(value)) return value.map((item) => pattern(item, expect));
  if (typeof value !== "object" || value === null) return value;
  return expect.objectContaining(
    Object.fromEntries(Object.entries(value).map(([key, item]) => [key, pattern(item, expect)])),
  );
}

describe("operations of EKS", () => {
  it("all have a row", ({ expect }) => {
    expect(Object.keys(cases).toSorted()).toEqual(Object.keys(eks.operations).toSorted());
  });

  it.for(Object.entries(cases))("%s", ([operation, { given, input, effect, shows, refused }], { expect }) => {
    const here = worldWithCluster();
    given?.(here);
    const [bad, code] = refused;
    const answer = here.eks<unknown>(operation, inputOf(input, here));
    expect(effect ? effect(here, answer as never) : answer).toEqual(pattern(shows, expect));
    expect(refusal(() => here.eks(operation, inputOf(bad, here)))).toMatch(new RegExp(`^${code}: .`));
  });

  it.for([
    ["CreateCluster", clusterCases],
    ["CreateNodegroup", computeCases],
    ["CreateFargateProfile", computeCases],
    ["CreateAddon", computeCases],
    ["CreateAccessEntry", identityCases],
    ["CreatePodIdentityAssociation", identityCases],
    ["CreateCapability", identityCases],
  ] as const)("%s: a request that comes twice makes one thing", ([operation, table], { expect }) => {
    const here = worldWithCluster();
    const input = inputOf(table[operation]?.input ?? {}, here);
    const send = (clientRequestToken: string): unknown =>
      here.eks<unknown>(operation, { ...input, clientRequestToken });
    expect(send("one")).toEqual(send("one"));
    expect(refusal(() => send("two"))).toMatch(/^(ResourceInUseException|InvalidRequestException): /);
    expect(JSON.stringify(here.eks(operation, { ...input, clientRequestToken: "one" }))).not.toContain('"token"');
  });

  it.for(Object.entries(cases))(
    "%s is asked for on what AWS asks for it",
    ([operation, { given, input }], { expect }) => {
      const here = worldWithCluster();
      given?.(here);
      const at = { account: "123456789012", region: "eu-central-1", principal: administratorOf("123456789012", "aws") };
      const asked =
        eks.operations[operation]?.permissions?.(inputOf(input, here) as never, here.cloud.context(at)) ?? [];
      const resources = asked.filter(({ action }) => action === `eks:${operation}`).map(({ resource }) => resource);
      const type = Object.entries(resourceTypes).find(([, operations]) =>
        operations.split(" ").includes(operation),
      )?.[0];
      if (type === undefined) return expect(resources).toEqual(["*"]);
      const name =
        operation === "CreateCluster" ? "second" : operation.startsWith("Deregister") ? "edge" : "(prod|auto)";
      const path = type === "cluster" ? `cluster/${name}` : `${type}/prod/.+`;
      expect(resources).toEqual([expect.stringMatching(`^arn:aws:eks:eu-central-1:123456789012:${path}$`)]);
    },
  );
});

/**
 * Operations by the resource type of the service authorization reference; those that aren't here have none there.
 * CreateCluster has none there either, but AWS's refusals name the ARN that the cluster would have.
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelastickubernetesservice.html
 */
const resourceTypes: Readonly<Record<string, string>> = {
  cluster:
    "AssociateEncryptionConfig AssociateIdentityProviderConfig CancelUpdate CreateAccessEntry CreateAddon CreateCapability " +
    "CreateCluster CreateFargateProfile CreateNodegroup CreatePodIdentityAssociation DeleteCluster DeregisterCluster " +
    "DescribeCluster DescribeInsight DescribeInsightsRefresh DescribeUpdate ListAccessEntries ListAddons ListCapabilities " +
    "ListFargateProfiles ListIdentityProviderConfigs ListInsights ListNodegroups ListPodIdentityAssociations " +
    "ListTagsForResource ListUpdates StartInsightsRefresh TagResource UntagResource UpdateClusterConfig UpdateClusterVersion",
  nodegroup: "DeleteNodegroup DescribeNodegroup UpdateNodegroupConfig UpdateNodegroupVersion",
  fargateprofile: "DeleteFargateProfile DescribeFargateProfile",
  addon: "DeleteAddon DescribeAddon UpdateAddon",
  "access-entry":
    "AssociateAccessPolicy DeleteAccessEntry DescribeAccessEntry DisassociateAccessPolicy ListAssociatedAccessPolicies " +
    "UpdateAccessEntry",
  podidentityassociation: "DeletePodIdentityAssociation DescribePodIdentityAssociation UpdatePodIdentityAssociation",
  identityproviderconfig: "DescribeIdentityProviderConfig DisassociateIdentityProviderConfig",
  capability: "DeleteCapability DescribeCapability UpdateCapability",
};
