// Access entries and policies.
import { accessPolicies, accessPolicyArn } from "../../facts/index.ts";
import type { AccessPolicy } from "../model/index.ts";
import { defineRule, isSet } from "./rule.ts";
import type { Breach, Rule } from "./rule.ts";

/** Types for nodes: AWS gives them their permissions, so a file can't. */
const nodeTypes: readonly string[] = ["EC2_LINUX", "EC2_WINDOWS", "FARGATE_LINUX", "HYBRID_LINUX"];

const entries: Rule = defineRule({
  code: "config/access-entry",
  severity: "error",
  demands: "Each identity has one access entry, and entries for nodes carry no permissions.",
  remedy: "Use type STANDARD for people and programs",
  *check({ config }) {
    const seen = new Map<string, number>();
    for (const [index, entry] of (config.accessConfig?.accessEntries ?? []).entries()) {
      const path = ["accessConfig", "accessEntries", index];
      const name = `accessEntries[${index}]`;
      const first = entry.principalARN === undefined ? undefined : seen.get(entry.principalARN);
      if (entry.principalARN !== undefined) seen.set(entry.principalARN, first ?? index);
      if (first !== undefined)
        yield {
          path: [...path, "principalARN"],
          title: `duplicate access entry ${name} with principal ARN ${JSON.stringify(entry.principalARN)}`,
          remedy: `accessEntries[${first}] is for the same identity; join the two`,
        };
      if (!nodeTypes.includes(entry.type ?? "")) continue;
      for (const key of ["kubernetesGroups", "kubernetesUsername", "accessPolicies"] as const)
        if (isSet(entry[key]))
          yield { path: [...path, key], title: `cannot specify ${name}.${key} when type is set to ${entry.type}` };
    }
  },
});

const principals: Rule = defineRule({
  code: "config/access-principal",
  severity: "error",
  demands: "An access entry is for an IAM role or user.",
  remedy: "Use the ARN of the role itself: arn:aws:iam::111122223333:role/name",
  *check({ config }) {
    for (const [index, entry] of (config.accessConfig?.accessEntries ?? []).entries()) {
      const arn = entry.principalARN ?? "";
      if (arn !== "" && !/^arn:[^:]+:iam:[^:]*:[^:]*:(role|user)\/.+|^arn:[^:]+:iam:[^:]*:[^:]*:root$/.test(arn))
        yield {
          path: ["accessConfig", "accessEntries", index, "principalARN"],
          title: `${arn} is no IAM role or user; EKS refuses it as an access entry`,
          data: { value: arn },
        };
    }
  },
});

/** Scope and kind of a cluster access policy. */
function* policyBreaches(policy: AccessPolicy, path: readonly (string | number)[], name: string): Generator<Breach> {
  const arn = policy.policyARN ?? "";
  const resource = arn.split(":").slice(5).join(":");
  if (arn !== "" && !resource.startsWith("cluster-access-policy/"))
    yield {
      path: [...path, "policyARN"],
      title: `${name}.policyARN must be a cluster-access-policy resource`,
      remedy: `Use one such as ${accessPolicyArn("AmazonEKSViewPolicy")}`,
    };
  const scope = policy.accessScope;
  if (scope?.type === "cluster" && isSet(scope.namespaces))
    yield {
      path: [...path, "accessScope", "namespaces"],
      title: `cannot specify ${name}.accessScope.namespaces when accessScope is set to cluster`,
      remedy: "Use type: namespace",
    };
  if (scope?.type === "namespace" && !isSet(scope.namespaces))
    yield {
      path: [...path, "accessScope"],
      title: `at least one namespace must be specified when accessScope is set to namespace: (${name})`,
      remedy: "Add namespaces, or use type: cluster",
    };
}

const policies: Rule = defineRule({
  code: "config/access-policy",
  severity: "error",
  demands: "Access policies are EKS's own, and their scope is the cluster or named namespaces.",
  remedy: "See `lotse config explain accessConfig.accessEntries[].accessPolicies`",
  *check({ config }) {
    for (const [index, entry] of (config.accessConfig?.accessEntries ?? []).entries())
      for (const [at, policy] of (entry.accessPolicies ?? []).entries())
        yield* policyBreaches(
          policy,
          ["accessConfig", "accessEntries", index, "accessPolicies", at],
          `accessEntries[${index}].accessPolicies[${at}]`,
        );
    for (const [index, capability] of (config.capabilities ?? []).entries())
      for (const [at, policy] of (capability.accessPolicies ?? []).entries())
        yield* policyBreaches(
          policy,
          ["capabilities", index, "accessPolicies", at],
          `capabilities[${index}].accessPolicies[${at}]`,
        );
  },
});

const unknownPolicy: Rule = defineRule({
  code: "config/access-policy-unknown",
  severity: "warning",
  demands: "Access policies are ones that lotse knows.",
  remedy: "Check the name; `aws eks list-access-policies` lists them",
  *check({ config }) {
    const known: readonly string[] = accessPolicies.map((policy) => (typeof policy === "string" ? policy : ""));
    for (const [index, entry] of (config.accessConfig?.accessEntries ?? []).entries())
      for (const [at, policy] of (entry.accessPolicies ?? []).entries()) {
        const name = /cluster-access-policy\/(.+)$/.exec(policy.policyARN ?? "")?.[1];
        if (name && !known.includes(name))
          yield {
            path: ["accessConfig", "accessEntries", index, "accessPolicies", at, "policyARN"],
            title: `access policy ${name} is not one that lotse knows`,
          };
      }
  },
});

const mode: Rule = defineRule({
  code: "config/access-mode",
  severity: "error",
  demands: "Access entries need an authentication mode that reads them.",
  remedy: "Use authenticationMode: API_AND_CONFIG_MAP",
  *check({ config }) {
    if (isSet(config.accessConfig?.accessEntries) && config.accessConfig?.authenticationMode === "CONFIG_MAP")
      yield {
        path: ["accessConfig", "authenticationMode"],
        title: "accessConfig.authenticationMode must be set to either API_AND_CONFIG_MAP or API to use access entries",
      };
  },
});

const lockedOut: Rule = defineRule({
  code: "config/nobody-admitted",
  severity: "warning",
  demands: "Somebody can use the cluster.",
  remedy: "Add an access entry with AmazonEKSClusterAdminPolicy, or leave bootstrapClusterCreatorAdminPermissions on",
  *check({ config }) {
    const { bootstrapClusterCreatorAdminPermissions: creator, accessEntries } = config.accessConfig ?? {};
    if (creator === false && !isSet(accessEntries) && !isSet(config.iamIdentityMappings))
      yield {
        path: ["accessConfig", "bootstrapClusterCreatorAdminPermissions"],
        title: "nobody will have access to the cluster: no creator, no access entries, no identity mappings",
      };
  },
});

const nodesUnseen: Rule = defineRule({
  code: "config/nodes-without-access",
  severity: "error",
  demands: "Who creates self-managed nodes can ask the cluster for them.",
  remedy: "Leave bootstrapClusterCreatorAdminPermissions on, add an access entry, or use managedNodeGroups",
  *check({ config }) {
    const {
      authenticationMode,
      bootstrapClusterCreatorAdminPermissions: creator,
      accessEntries,
    } = config.accessConfig ?? {};
    const byEntries = authenticationMode !== "CONFIG_MAP";
    if (creator === false && isSet(config.nodeGroups) && !(byEntries && isSet(accessEntries)))
      yield {
        path: ["accessConfig", "bootstrapClusterCreatorAdminPermissions"],
        title: `cannot create self-managed nodegroups when bootstrapClusterCreatorAdminPermissions is false and ${
          byEntries ? "no access entries are configured" : "authenticationMode is CONFIG_MAP"
        }`,
      };
  },
});

export const accessEntryRules: readonly Rule[] = [
  entries,
  principals,
  policies,
  unknownPolicy,
  mode,
  lockedOut,
  nodesUnseen,
];
