// LT-M004: Others may change, or read, images that run here.
import type { PolicyJson } from "../../account/facts.ts";
import { usedRepositories } from "../../account/registry.ts";
import { listed } from "../../account/roles.ts";
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { inList } from "../../sight.ts";

/** Actions that a policy of a repository gives to everybody, without a condition. */
function openActions({ Statement = [] }: PolicyJson): readonly string[] {
  return Statement.filter(({ Effect, Principal, Condition }) => {
    const who = typeof Principal === "object" ? listed(Principal["AWS"]) : [Principal];
    return Effect === "Allow" && who.includes("*") && Object.keys(Condition ?? {}).length === 0;
  }).flatMap(({ Action }) => listed(Action));
}

/** Patterns of actions that take in nothing but reads of ECR; `ecr:*` isn't one. */
const isReading = (pattern: string): boolean => /^ecr:(BatchCheck|BatchGet|Describe|Get|List)/i.test(pattern);

const pushing =
  /\/(AmazonEC2ContainerRegistry(PowerUser|FullAccess)|AmazonElasticContainerRegistryPublic(PowerUser|FullAccess))$/;

/** Others may change, or read, images that run here. */
export const openRegistry: Check = defineCheck({
  id: "LT-M004",
  title: "Others may change, or read, images that run here",
  area: "workloads",
  severity: "error",
  why: "A policy for the principal * is for every account of AWS; and a node that may push replaces images for the whole cluster.",
  docs: "https://docs.aws.amazon.com/AmazonECR/latest/userguide/repository-policies.html",
  remedy: "Name accounts or an organisation in the policy; leave nodes AmazonEC2ContainerRegistryPullOnly.",
  account: async (account) =>
    inList(
      "Role",
      (await account.read("roles")).filter(({ uses }) => uses.includes("node")),
      ({ arn }) => arn,
      ({ attached, name }) => {
        const wide = attached.filter((arn) => pushing.test(arn));
        return (
          wide.length > 0 && {
            text: `${wide.join(", ")} lets nodes push images`,
            command: `aws iam detach-role-policy --role-name ${name} --policy-arn ${wide[0]}`,
          }
        );
      },
    ),
  together: async (account, cluster) => {
    const used = await usedRepositories(account, cluster);
    const policies = await Promise.all(
      used.map(async ({ name, user }) => ({ name, user, policy: await account.lookup("repositoryPolicy", name) })),
    );
    return inList(
      "Repository",
      policies,
      ({ name }) => name,
      ({ user, policy }) => {
        const open = policy ? openActions(policy) : [];
        const text = `${user} runs images of it, and its policy allows everybody ${open.join(", ")}`;
        if (!open.every(isReading)) return text;
        return (
          open.length > 0 && {
            text: `${user} runs images of it, and its policy lets everybody read: ${open.join(", ")}`,
            severity: "warning" as const,
          }
        );
      },
    );
  },
});
