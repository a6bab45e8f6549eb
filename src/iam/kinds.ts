// What each kind of policy must and must not contain. The texts are those AWS answers with.
import type { PolicyKind } from "./document.ts";

export interface PolicyRules {
  /** `forbidden`: identity policies, whose principal is the one they are attached to. */
  principal: "required" | "forbidden";
  resource: "required" | "forbidden";
  /** Trust policies may speak of these STS actions only. */
  stsOnly: boolean;
  /** AWS's answer to a document that is no JSON object. */
  notJson: string;
  /** IAM's identity policies refuse the old version once they are written by API: it must be 2012-10-17. */
  newVersionOnly: boolean;
}

const identity: PolicyRules = {
  principal: "forbidden",
  resource: "required",
  stsOnly: false,
  notJson: "Syntax errors in policy.",
  newVersionOnly: true,
};

/** Rules by kind. */
export const policyRules: Readonly<Record<PolicyKind, PolicyRules>> = {
  identity,
  boundary: identity,
  session: identity,
  serviceControl: identity,
  resource: {
    principal: "required",
    resource: "required",
    stsOnly: false,
    notJson: "This policy contains invalid Json",
    newVersionOnly: false,
  },
  trust: {
    principal: "required",
    resource: "forbidden",
    stsOnly: true,
    notJson: "This policy contains invalid Json",
    newVersionOnly: false,
  },
};

/** Actions a trust policy may name (besides wildcards that stand for them). */
export const trustActions: readonly string[] = [
  "sts:AssumeRole",
  "sts:AssumeRoleWithSAML",
  "sts:AssumeRoleWithWebIdentity",
  "sts:SetSourceIdentity",
  "sts:SetContext",
  "sts:TagSession",
];
