// Logs, encryption and settings of the control plane.
import { defineRule, isSet } from "./rule.ts";
import type { Rule } from "./rule.ts";

const retention: Rule = defineRule({
  code: "config/log-retention",
  severity: "error",
  demands: "A retention time needs logs.",
  remedy: 'Add enableTypes: ["*"]',
  *check({ config }) {
    const logging = config.cloudWatch?.clusterLogging;
    if (logging?.logRetentionInDays && !isSet(logging.enableTypes))
      yield {
        path: ["cloudWatch", "clusterLogging", "logRetentionInDays"],
        title: "cannot set cloudWatch.clusterLogging.logRetentionInDays without enabling log types",
      };
  },
});

const encryptionKey: Rule = defineRule({
  code: "config/encryption-key",
  severity: "error",
  demands: "The key for secrets is a KMS key (or alias) of the cluster's region.",
  remedy: "Use the ARN of a symmetric KMS key in the cluster's region",
  *check({ config }) {
    const arn = config.secretsEncryption?.keyARN ?? "";
    const [, , service, region] = arn.split(":");
    if (arn === "" || !arn.startsWith("arn:")) return;
    const path = ["secretsEncryption", "keyARN"];
    if (service !== "kms") yield { path, title: `${arn} is no KMS key` };
    else if (region !== config.metadata.region)
      yield {
        path,
        title: `the key is in ${region || "no region"}, the cluster in ${config.metadata.region}; EKS needs both in one region`,
      };
  },
});

const portRange: Rule = defineRule({
  code: "config/node-port-range",
  severity: "error",
  demands: "The range of node ports begins below its end.",
  remedy: "Give minPort and maxPort, the smaller one first",
  *check({ config }) {
    const { minPort, maxPort } = config.kubeAPIServerConfig?.serviceNodePortRange ?? {};
    if (minPort !== undefined && maxPort !== undefined && minPort > maxPort)
      yield {
        path: ["kubeAPIServerConfig", "serviceNodePortRange", "minPort"],
        title: `minPort ${minPort} is above maxPort ${maxPort}`,
      };
  },
});

export const controlPlaneRules: readonly Rule[] = [retention, encryptionKey, portRange];
