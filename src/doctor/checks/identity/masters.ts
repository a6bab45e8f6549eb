// LT-I007: system:masters beyond an emergency.
import { readAwsAuth } from "../../../identity/index.ts";
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { subjectOf } from "../../objects/workloads.ts";
import { ofFile } from "../../sight.ts";

/** system:masters beyond an emergency. */
export const masters: Check = defineCheck({
  id: "LT-I007",
  title: "system:masters beyond an emergency",
  area: "identity",
  severity: "warning",
  why: "The group stands above RBAC: its rights can't be narrowed, and no policy looks at what it does.",
  docs: "https://docs.aws.amazon.com/eks/latest/best-practices/identity-and-access-management.html",
  remedy: "Use an access policy (AmazonEKSClusterAdminPolicy) or a group of your own with a binding.",
  file: (file) =>
    (file.config.iamIdentityMappings ?? []).flatMap(({ arn, groups = [] }, i) =>
      ofFile(
        file,
        ["iamIdentityMappings", i],
        groups.includes("system:masters") && `${arn} is put into system:masters`,
      ),
    ),
  cluster: async (facts) => {
    const map = (await facts.list("configMaps")).find(
      ({ metadata }) => metadata.name === "aws-auth" && metadata.namespace === "kube-system",
    );
    if (!map) return [];
    const awsAuth = readAwsAuth(map.data ?? {});
    return [...awsAuth.roles, ...awsAuth.users]
      .filter(({ groups }) => groups.includes("system:masters"))
      .map(({ arn }) => ({ subject: subjectOf(map, arn), text: `${arn} is put into system:masters` }));
  },
});
