// LT-I027: A role trusts the wrong service.
import { listed } from "../../account/roles.ts";
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { inList } from "../../sight.ts";

/** A role trusts the wrong service. */
export const trustOfService: Check = defineCheck({
  id: "LT-I027",
  title: "A role trusts the wrong service",
  area: "identity",
  severity: "error",
  why: "EKS, EC2 and Fargate each assume their role by name; a role that trusts another service can't be assumed.",
  docs: "https://docs.aws.amazon.com/eks/latest/userguide/security-iam-id-based-policy-examples.html",
  remedy: "Let the trust policy name the service.",
  account: async (account) =>
    inList(
      "Role",
      await account.read("roles"),
      ({ arn }) => arn,
      ({ uses, trust }) => {
        const trusted = (trust.Statement ?? [])
          .flatMap(({ Principal }) => (typeof Principal === "object" ? listed(Principal["Service"]) : []))
          .map((name) => name.split(".")[0]);
        const wanted = { cluster: "eks", node: "ec2", fargate: "eks-fargate-pods" } as const;
        const missing = uses.filter((use) => !trusted.includes(wanted[use]));
        return (
          missing.length > 0 &&
          `It is the role of ${missing.join(", ")} and doesn't trust ${missing.map((use) => wanted[use]).join(", ")}`
        );
      },
    ),
});
