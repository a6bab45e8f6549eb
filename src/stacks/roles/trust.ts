// Who may assume a role: service accounts of the cluster, by OIDC (IRSA) or by EKS Pod Identity.
import type { Binder } from "../binder.ts";
import { serviceTrust } from "../policies/statement.ts";
import type { TemplateValue } from "../template.ts";

/** The service account that may assume the role; `pattern` with wildcards instead of its name. */
export interface Subject {
  readonly namespace: string;
  readonly name: string;
  readonly pattern?: string | undefined;
}

/** Trust in tokens of the cluster's OIDC provider: those of one service account, or of any when there is no subject. */
export function irsaTrust(binder: Binder, subject: Subject | undefined): TemplateValue {
  const issuer = binder.issuer();
  const audience = { [`${issuer}:aud`]: "sts.amazonaws.com" };
  const sub = subject && {
    [`${issuer}:sub`]: `system:serviceaccount:${subject.namespace}:${subject.pattern || subject.name}`,
  };
  const condition = subject?.pattern
    ? { StringEquals: audience, StringLike: { ...sub } }
    : { StringEquals: { ...audience, ...sub } };
  return {
    Statement: [
      {
        Action: ["sts:AssumeRoleWithWebIdentity"],
        Condition: condition,
        Effect: "Allow",
        Principal: { Federated: binder.oidcProviderArn() },
      },
    ],
    Version: "2012-10-17",
  };
}

/** Trust in EKS Pod Identity; the association says for which service account. */
export const podIdentityTrust: TemplateValue = serviceTrust("pods.eks.amazonaws.com", [
  "sts:AssumeRole",
  "sts:TagSession",
]);
