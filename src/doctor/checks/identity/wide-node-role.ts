// LT-I011: The role of nodes may too much.
import type { PolicyJson } from "../../account/facts.ts";
import { listed } from "../../account/roles.ts";
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { inFileGroups, inList } from "../../sight.ts";

const wideName = /\/(AdministratorAccess|PowerUserAccess|IAMFullAccess|AmazonEC2FullAccess)$/;
const dataName =
  /\/(AmazonS3|AmazonDynamoDB|AmazonRDS|AmazonSQS|AmazonSNS|SecretsManager|AmazonRoute53|AmazonElastiCache|AmazonKinesis)\w*$/;

/** True for a document that allows `*` on something. */
function hasStar(document: object | undefined): boolean {
  const { Statement = [] } = (document ?? {}) as PolicyJson;
  const list = Array.isArray(Statement) ? Statement : [Statement];
  return list.some(({ Effect, Action }) => Effect === "Allow" && listed(Action).includes("*"));
}

/** The role of nodes may too much. */
export const wideNodeRole: Check = defineCheck({
  id: "LT-I011",
  title: "The role of nodes may too much",
  area: "identity",
  severity: "error",
  why: "Every pod that reaches the metadata service may what the node may.",
  docs: "https://docs.aws.amazon.com/eks/latest/best-practices/identity-and-access-management.html",
  remedy:
    "Leave AmazonEKSWorkerNodePolicy, AmazonEC2ContainerRegistryPullOnly and, with SSM, AmazonSSMManagedInstanceCore; give the rest to service accounts.",

  file: (file) =>
    inFileGroups(
      file,
      ({ group }) => {
        const { attachPolicyARNs = [], attachPolicy, withAddonPolicies = {} } = group.iam ?? {};
        const wide = attachPolicyARNs.filter((arn) => wideName.test(arn));
        if (wide.length > 0) return { text: `${wide.join(", ")} is attached to the nodes`, severity: "error" as const };
        if (hasStar(attachPolicy))
          return { text: "The nodes' own policy allows every action", severity: "error" as const };
        const extra = Object.entries(withAddonPolicies).flatMap(([name, on]) =>
          on === true && name !== "imageBuilder" ? [name] : [],
        );
        return (
          extra.length > 0 && {
            text: `withAddonPolicies gives every pod the rights of ${extra.join(", ")}`,
            severity: "warning" as const,
          }
        );
      },
      "iam",
    ),
  account: async (account) => {
    const roles = (await account.read("roles")).filter(({ uses }) => uses.includes("node"));
    return inList(
      "Role",
      roles,
      ({ arn }) => arn,
      ({ attached, inline }) => {
        const wide = attached.filter((arn) => wideName.test(arn));
        if (wide.length > 0) return `${wide.join(", ")} is attached to the nodes' role`;
        const star = inline.find(({ document }) => hasStar(document));
        if (star) return `Policy ${star.name} of the nodes' role allows every action`;
        const more = attached.filter((arn) => dataName.test(arn));
        return (
          more.length > 0 && { text: `${more.join(", ")} is attached to the nodes' role`, severity: "warning" as const }
        );
      },
    );
  },
});
