// Workloads that read secrets, and those that write logs and metrics.
import type { Arns, PolicyScope, WorkloadDefinition } from "./definition.ts";
import { actionsOf, defineWorkload } from "./definition.ts";

const hasKeys = ({ kmsKeys = [] }: PolicyScope): boolean => kmsKeys.length > 0;
const some = (names: readonly string[] | undefined): boolean => (names?.length ?? 0) > 0;

/** Secrets Manager adds six characters to a name; a pattern of the caller's stays as it is. */
const secretArns = ({ secrets = [] }: PolicyScope, arns: Arns): readonly string[] =>
  (secrets.length > 0 ? secrets : ["*"]).map((name) =>
    name.startsWith("arn:") ? name : arns.of("secretsmanager", `secret:${name}${/[*?]$/.test(name) ? "" : "-??????"}`),
  );
const parameterArns = ({ parameters = [] }: PolicyScope, arns: Arns): readonly string[] =>
  (parameters.length > 0 ? parameters : ["*"]).map((path) => arns.of("ssm", `parameter/${path.replace(/^\//, "")}`));

/** Who names only the one kind doesn't want the other. */
const readsSecrets = ({ secrets, parameters }: PolicyScope): boolean => some(secrets) || !some(parameters);
const readsParameters = ({ secrets, parameters }: PolicyScope): boolean => some(parameters) || !some(secrets);

const decrypt: WorkloadDefinition["statements"][number] = {
  sid: "Decrypt",
  reason: "values that are encrypted with a key of your own",
  actions: ["kms:Decrypt"],
  resources: ({ kmsKeys = [] }) => kmsKeys,
  when: hasKeys,
};

/** https://external-secrets.io/latest/provider/aws-secrets-manager/ */
export const externalSecrets: WorkloadDefinition = defineWorkload({
  name: "external-secrets",
  title: "External Secrets Operator",
  namespace: "external-secrets",
  serviceAccount: "external-secrets",
  narrowedBy: ["secrets", "parameters", "region", "account", "kmsKeys"],
  statements: [
    {
      sid: "ReadSecrets",
      reason: "values and versions of Secrets Manager's secrets",
      actions: actionsOf("secretsmanager", "DescribeSecret GetResourcePolicy GetSecretValue ListSecretVersionIds"),
      resources: secretArns,
      when: readsSecrets,
    },
    {
      sid: "ReadParameters",
      reason: "values of Systems Manager's parameters",
      actions: actionsOf("ssm", "GetParameter GetParameters GetParametersByPath"),
      resources: parameterArns,
      when: readsParameters,
    },
    decrypt,
  ],
});

/** https://github.com/aws/secrets-store-csi-driver-provider-aws#usage */
export const secretsStoreCsi: WorkloadDefinition = defineWorkload({
  name: "secrets-store-csi",
  title: "A pod that mounts secrets by the Secrets Store CSI driver",
  namespace: "default",
  serviceAccount: "default",
  narrowedBy: ["secrets", "parameters", "region", "account", "kmsKeys"],
  statements: [
    {
      sid: "ReadSecrets",
      reason: "the pod's own role reads what it mounts",
      actions: actionsOf("secretsmanager", "DescribeSecret GetSecretValue"),
      resources: secretArns,
      when: readsSecrets,
    },
    {
      sid: "ReadParameters",
      reason: "the pod's own role reads what it mounts",
      actions: ["ssm:GetParameters"],
      resources: parameterArns,
      when: readsParameters,
    },
    decrypt,
  ],
});

/** Container Insights writes below this. */
const groups = ({ cluster = "*" }: PolicyScope, arns: Arns): readonly string[] =>
  [`/aws/containerinsights/${cluster}/*`, `/aws/eks/${cluster}/*`].map((name) => arns.of("logs", `log-group:${name}`));
const streams = (scope: PolicyScope, arns: Arns): readonly string[] =>
  groups(scope, arns).map((arn) => `${arn}:log-stream:*`);

const logStatements = [
  {
    sid: "MakeGroups",
    reason: "groups are made with the first line, and keep it as long as they are told",
    actions: actionsOf("logs", "CreateLogGroup DescribeLogStreams PutRetentionPolicy"),
    resources: groups,
  },
  {
    sid: "WriteLines",
    reason: "a stream for each container",
    actions: actionsOf("logs", "CreateLogStream PutLogEvents"),
    resources: (scope: PolicyScope, arns: Arns) => [...groups(scope, arns), ...streams(scope, arns)],
  },
  {
    sid: "FindGroups",
    reason: "whether a group is there; the list is judged for the whole account",
    actions: ["logs:DescribeLogGroups"],
    resources: (_: PolicyScope, arns: Arns) => [arns.of("logs", "log-group:*")],
  },
];

/** https://docs.fluentbit.io/manual/pipeline/outputs/cloudwatch#permissions */
export const fluentBit: WorkloadDefinition = defineWorkload({
  name: "fluent-bit",
  title: "Fluent Bit to CloudWatch Logs",
  namespace: "amazon-cloudwatch",
  serviceAccount: "fluent-bit",
  narrowedBy: ["cluster", "region", "account"],
  statements: logStatements,
});

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Container-Insights-setup-EKS-addon.html */
export const cloudwatchAgent: WorkloadDefinition = defineWorkload({
  name: "cloudwatch-agent",
  title: "CloudWatch agent (Container Insights)",
  namespace: "amazon-cloudwatch",
  serviceAccount: "cloudwatch-agent",
  narrowedBy: ["cluster", "region", "account"],
  statements: [
    ...logStatements,
    {
      sid: "WriteMetrics",
      reason: "metrics know no resources; only those of Container Insights",
      actions: ["cloudwatch:PutMetricData"],
      condition: () => ({ StringEquals: { "cloudwatch:namespace": ["ContainerInsights", "CWAgent"] } }),
    },
    {
      sid: "NameVolumes",
      reason: "which instance and volume a metric is of; these calls know no resources",
      actions: actionsOf("ec2", "DescribeTags DescribeVolumes"),
    },
    {
      sid: "WriteTraces",
      reason: "traces, where the agent collects them; a service without resources",
      actions: actionsOf("xray", "GetSamplingRules GetSamplingTargets PutTelemetryRecords PutTraceSegments"),
    },
  ],
});
