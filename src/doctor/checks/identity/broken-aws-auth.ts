// LT-I005: aws-auth has mistakes.
import { awsAuthFindings, readAwsAuth } from "../../../identity/index.ts";
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { subjectOf } from "../../objects/workloads.ts";

/** aws-auth has mistakes. */
export const brokenAwsAuth: Check = defineCheck({
  id: "LT-I005",
  title: "aws-auth has mistakes",
  area: "identity",
  severity: "error",
  why: "The authenticator skips what it can't read in aws-auth without a word, and knows no paths of roles.",
  docs: "https://docs.aws.amazon.com/eks/latest/userguide/auth-configmap.html",
  remedy: "Correct the ConfigMap, or move to access entries.",
  cluster: async (facts) => {
    const map = (await facts.list("configMaps")).find(
      ({ metadata }) => metadata.name === "aws-auth" && metadata.namespace === "kube-system",
    );
    if (!map) return [];
    const awsAuth = readAwsAuth(map.data ?? {});
    return [...awsAuth.findings, ...awsAuthFindings({ awsAuth })]
      .filter(({ severity }) => severity !== "info")
      .map(({ title, severity, at, code }, i) => ({
        subject: subjectOf(map, at?.path ?? `${code} ${i}`),
        text: title,
        severity,
        evidence: { code },
      }));
  },
});
