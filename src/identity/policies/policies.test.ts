import { describe, it } from "vitest";
import { accessPolicies, accessPolicyArn } from "../../facts/index.ts";
import type { AssociatedPolicy } from "../mapping/access-entries.ts";
import type { ResourceAttributes } from "./allow.ts";
import { accessPolicyContent, policyAllows } from "./allow.ts";

const everywhere = { type: "cluster" };
const within = (...namespaces: string[]): AssociatedPolicy["accessScope"] => ({ type: "namespace", namespaces });
const policy = (name: string, accessScope: AssociatedPolicy["accessScope"] = everywhere): AssociatedPolicy => ({
  policyArn: accessPolicyArn(`AmazonEKS${name}Policy`),
  accessScope,
});

/** `get apps/deployments/scale dev/web`: verb, group and resource, namespace and name. */
function parse(text: string): ResourceAttributes {
  const [verb = "", what = "", where = ""] = text.split(" ");
  const parts = what.split("/");
  const group =
    parts[0]?.includes(".") || ["apps", "batch", "policy", "autoscaling", "extensions"].includes(parts[0] ?? "");
  const [resource = "", subresource] = group ? parts.slice(1) : parts;
  const [namespace, name] = where === "-" ? [] : where.split("/");
  return {
    verb,
    group: group ? (parts[0] ?? "") : "",
    resource,
    ...(subresource ? { subresource } : {}),
    ...(namespace ? { namespace } : {}),
    ...(name ? { name } : {}),
  };
}
const allows = (given: AssociatedPolicy, text: string): boolean =>
  policyAllows([given], { resourceAttributes: parse(text) }).allowed;

describe("customer policies", () => {
  it.for([
    ["ClusterAdmin", "delete nodes -"],
    ["ClusterAdmin", "create rbac.authorization.k8s.io/clusterrolebindings -"],
    ["ClusterAdmin", "create pods/exec dev"],
    ["AdminView", "list nodes -"],
    ["AdminView", "get secrets dev/x"],
    ["AdminView", "watch example.com/widgets dev"],
    ["SecretReader", "get secrets dev/x"],
    ["View", "get pods dev/web"],
    ["View", "get pods/log dev/web"],
    ["View", "list namespaces -"],
    ["View", "watch apps/deployments dev"],
    ["View", "get apps/deployments/scale dev/web"],
    ["View", "list discovery.k8s.io/endpointslices dev"],
    ["View", "get policy/poddisruptionbudgets/status dev"],
    ["Edit", "get pods dev/web"],
    ["Edit", "create pods/exec dev/web"],
    ["Edit", "get secrets dev/x"],
    ["Edit", "impersonate serviceaccounts dev/x"],
    ["Edit", "deletecollection batch/jobs dev"],
    ["Edit", "patch apps/deployments/scale dev/web"],
    ["Edit", "create apps/deployments/rollback dev/web"],
    ["Edit", "update networking.k8s.io/ingresses dev/x"],
    ["Admin", "create rbac.authorization.k8s.io/rolebindings dev"],
    ["Admin", "list rbac.authorization.k8s.io/roles dev"],
    ["Admin", "create authorization.k8s.io/localsubjectaccessreviews dev"],
    ["Admin", "delete pods dev/web"],
  ])("%s may %s", ([name = "", text = ""], { expect }) => {
    expect(allows(policy(name), text)).toBe(true);
  });

  it.for([
    ["AdminView", "create pods dev"],
    ["AdminView", "impersonate users -"],
    ["SecretReader", "create secrets dev"],
    ["SecretReader", "get configmaps dev"],
    ["View", "get secrets dev/x"],
    ["View", "create pods/exec dev/web"],
    ["View", "list nodes -"],
    ["View", "list rbac.authorization.k8s.io/roles dev"],
    ["View", "list storage.k8s.io/storageclasses -"],
    ["View", "list metrics.k8s.io/pods dev"],
    ["View", "list example.com/widgets dev"],
    ["View", "get batch/deployments dev/web"],
    ["Edit", "list nodes -"],
    ["Edit", "create pods/eviction dev/web"],
    ["Edit", "patch pods/ephemeralcontainers dev/web"],
    ["Edit", "create coordination.k8s.io/leases dev"],
    ["Edit", "create rbac.authorization.k8s.io/roles dev"],
    ["Edit", "delete namespaces -"],
    ["Admin", "list nodes -"],
    ["Admin", "create rbac.authorization.k8s.io/clusterroles -"],
    ["Admin", "escalate rbac.authorization.k8s.io/roles dev"],
    ["Admin", "create namespaces -"],
  ])("%s may not %s", ([name = "", text = ""], { expect }) => {
    expect(allows(policy(name), text)).toBe(false);
  });

  it("let nobody but the cluster's administrator at paths", ({ expect }) => {
    const healthz = { nonResourceAttributes: { path: "/healthz", verb: "get" } };
    const all = ["ClusterAdmin", "AdminView", "View", "Edit", "Admin", "SecretReader"];
    expect(all.filter((name) => policyAllows([policy(name)], healthz).allowed)).toEqual(["ClusterAdmin"]);
    expect(policyAllows([policy("ClusterAdmin", within("*"))], healthz).allowed).toBe(false);
  });
});

describe("namespace scopes", () => {
  it.for([
    ["dev", "dev", true],
    ["dev", "dev-a", false],
    ["dev-*", "dev-a", true],
    ["dev-*", "dev-", true],
    ["dev-*", "dev", false],
    ["*-dev", "a-dev", true],
    ["*", "anything", true],
    ["a*b*c", "a1b2c", true],
    ["a*b*c", "ac", false],
    ["a*a", "a", false],
    ["d.v", "dev", false],
  ] as const)("%s covers %s: %s", ([pattern, namespace, covered], { expect }) => {
    expect(allows(policy("View", within("other", pattern)), `get pods ${namespace}/web`)).toBe(covered);
  });

  it("cover nothing that has no namespace, whatever the policy", ({ expect }) => {
    expect(allows(policy("ClusterAdmin", within("*")), "list nodes -")).toBe(false);
    expect(allows(policy("ClusterAdmin", within("*")), "list pods -")).toBe(false);
    expect(allows(policy("ClusterAdmin", within("dev")), "delete pods dev/web")).toBe(true);
    expect(allows(policy("View", within("dev")), "get namespaces dev/dev")).toBe(true);
  });

  it("add up over policies, and the one that allows is named", ({ expect }) => {
    const both = [policy("View"), policy("Edit", within("dev", "qa-*"))];
    const wanted = { resourceAttributes: parse("delete pods qa-1/web") };
    expect(policyAllows(both, wanted)).toEqual({
      allowed: true,
      policy: "AmazonEKSEditPolicy",
      reason: "EKS access policy AmazonEKSEditPolicy over namespaces dev, qa-*",
    });
    expect(policyAllows(both, { resourceAttributes: parse("delete pods prod/web") })).toEqual({ allowed: false });
  });

  it("of an unknown kind hold nowhere", ({ expect }) => {
    expect(allows({ ...policy("ClusterAdmin"), accessScope: {} }, "get pods dev/web")).toBe(false);
    expect(policyAllows([policy("ClusterAdmin")], {})).toEqual({ allowed: false });
  });
});

describe("service policies", () => {
  it.for([
    ["Hybrid", "list nodes -", true],
    ["Hybrid", "get nodes -/a", false],
    ["ClusterInsights", "get nodes/status -", true],
    ["ClusterInsights", "get apps/daemonsets kube-system/kube-proxy", true],
    ["ClusterInsights", "get apps/daemonsets kube-system/aws-node", false],
    ["ComputeCluster", "create pods/eviction dev/web", true],
    ["ComputeCluster", "create karpenter.sh/nodeclaims -", true],
    ["ComputeCluster", "create secrets dev", false],
    ["BlockStorageCluster", "create persistentvolumes -", true],
    ["LoadBalancingCluster", "update services/status dev/web", true],
    ["NetworkingCluster", "update eks.amazonaws.com/cninodes -", true],
    ["BlockStorage", "update coordination.k8s.io/leases kube-system/ebs", true],
  ] as const)("%s, %s: %s", ([name, text, allowed], { expect }) => {
    expect(allows(policy(name), text)).toBe(allowed);
  });

  it("say how well their content is known; what is only named allows nothing", ({ expect }) => {
    const basis = Object.fromEntries(accessPolicies.map((name) => [name, accessPolicyContent(name).basis]));
    expect(Object.entries(basis).flatMap(([name, known]) => (known === "unknown" ? [name] : []))).toEqual([
      "AmazonEKSAutoNodePolicy",
      "AmazonAIOpsAssistantPolicy",
      "AmazonARCRegionSwitchScalingPolicy",
    ]);
    expect(basis["AmazonEKSEditPolicy"]).toBe("rules");
    expect(basis["AmazonEKSComputePolicy"]).toBe("words");
    expect(accessPolicyContent("toString").basis).toBe("unknown");
    expect(allows(policy("AutoNode"), "get pods dev/web")).toBe(false);
  });
});
