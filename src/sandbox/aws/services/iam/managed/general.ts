// AWS-managed policies for people and for single services, most of them by their common form: full or read-only access.
import type { ManagedPolicyDefinition } from "./definition.ts";
import { actionsOf as of, allow } from "./definition.ts";

/** Policy name without FullAccess/ReadOnlyAccess, and the action prefixes it covers. */
const services: readonly [stem: string, ...prefixes: string[]][] = [
  ["AmazonS3", "s3", "s3-object-lambda"],
  ["AmazonEC2", "ec2", "elasticloadbalancing", "cloudwatch", "autoscaling"],
  ["AmazonVPC", "ec2"],
  ["AmazonRDS", "rds", "cloudwatch"],
  ["AmazonDynamoDB", "dynamodb", "cloudwatch"],
  ["AmazonElastiCache", "elasticache"],
  ["AmazonSQS", "sqs"],
  ["AmazonSNS", "sns"],
  ["AmazonRoute53", "route53", "route53domains"],
  ["AmazonSSM", "ssm"],
  ["AmazonECS", "ecs"],
  ["AmazonElasticFileSystem", "elasticfilesystem"],
  ["AmazonElasticFileSystemClient", "elasticfilesystem"],
  ["AmazonFSx", "fsx"],
  ["AmazonKinesis", "kinesis"],
  ["AmazonKinesisFirehose", "firehose"],
  ["AmazonMSK", "kafka"],
  ["AmazonEventBridge", "events"],
  ["AmazonOpenSearchService", "es"],
  ["AmazonRedshift", "redshift"],
  ["AmazonAthena", "athena"],
  ["AmazonPrometheus", "aps"],
  ["AmazonCognito", "cognito-idp"],
  ["AmazonInspector2", "inspector2"],
  ["AmazonGuardDuty", "guardduty"],
  ["AmazonMemoryDB", "memorydb"],
  ["AmazonDocDB", "rds"],
  ["AmazonElasticContainerRegistryPublic", "ecr-public"],
  ["AmazonEC2ContainerRegistry", "ecr"],
  ["AWSCloudFormation", "cloudformation"],
  ["AWSCloudTrail", "cloudtrail"],
  ["AWSCertificateManager", "acm"],
  ["AWSLambda", "lambda"],
  ["AWSStepFunctions", "states"],
  ["AWSXray", "xray"],
  ["AWSWAF", "waf", "wafv2"],
  ["AWSAppMesh", "appmesh"],
  ["AWSCloudMap", "servicediscovery"],
  ["AWSCodeBuild", "codebuild"],
  ["AWSBackup", "backup"],
  ["AutoScaling", "autoscaling"],
  ["CloudWatch", "cloudwatch", "logs"],
  ["CloudWatchLogs", "logs"],
  ["CloudWatchEvents", "events"],
  ["ElasticLoadBalancing", "elasticloadbalancing"],
  ["IAM", "iam"],
  ["SecretsManager", "secretsmanager"],
  ["ServiceQuotas", "servicequotas"],
  ["ResourceGroupsandTagEditor", "tag", "resource-groups"],
];

const reading = "Get* List* Describe* BatchGet* Search* Lookup*";
/** Names that don't follow the form of their family. */
const spelled: Readonly<Record<string, string>> = {
  AWSLambdaFullAccess: "AWSLambda_FullAccess",
  AWSLambdaReadOnlyAccess: "AWSLambda_ReadOnlyAccess",
  AmazonECSFullAccess: "AmazonECS_FullAccess",
  AWSCertificateManagerReadOnlyAccess: "AWSCertificateManagerReadOnly",
  AWSCloudTrailFullAccess: "AWSCloudTrail_FullAccess",
  AWSCloudTrailReadOnlyAccess: "AWSCloudTrail_ReadOnlyAccess",
  SecretsManagerFullAccess: "SecretsManagerReadWrite",
  AmazonEC2ContainerRegistryReadOnlyAccess: "",
  AmazonElasticContainerRegistryPublicReadOnlyAccess: "",
};

const families: readonly ManagedPolicyDefinition[] = services
  .flatMap(([stem, ...prefixes]): ManagedPolicyDefinition[] => [
    {
      name: spelled[`${stem}FullAccess`] ?? `${stem}FullAccess`,
      statements: [allow(prefixes.map((prefix) => `${prefix}:*`))],
    },
    {
      name: spelled[`${stem}ReadOnlyAccess`] ?? `${stem}ReadOnlyAccess`,
      statements: [allow(prefixes.flatMap((prefix) => of(prefix, reading)))],
    },
  ])
  .filter((policy) => policy.name !== "");

const everyService = [...new Set(services.flatMap(([, ...prefixes]) => prefixes)), "eks", "ecr", "kms", "sts"];

export const generalPolicies: readonly ManagedPolicyDefinition[] = [
  ...families,
  {
    name: "AdministratorAccess",
    description: "Provides full access to AWS services and resources.",
    statements: [allow(["*"])],
  },
  {
    name: "PowerUserAccess",
    description:
      "Provides full access to AWS services and resources, but does not allow management of Users and groups.",
    statements: [
      { Effect: "Allow", NotAction: ["iam:*", "organizations:*", "account:*"], Resource: "*" },
      allow([
        ...of("account", "GetAccountInformation GetPrimaryEmail ListRegions"),
        ...of("iam", "CreateServiceLinkedRole DeleteServiceLinkedRole ListRoles"),
        "organizations:DescribeOrganization",
      ]),
    ],
  },
  {
    name: "ReadOnlyAccess",
    description: "Provides read-only access to AWS services and resources.",
    statements: [allow(everyService.flatMap((prefix) => of(prefix, reading)))],
  },
  {
    name: "ViewOnlyAccess",
    path: "/job-function/",
    description: "This policy grants permissions to view resources and basic metadata across all AWS services.",
    statements: [allow(everyService.flatMap((prefix) => of(prefix, "List* Describe*")))],
  },
  {
    name: "SecurityAudit",
    description: "The security audit template grants access to read security configuration metadata.",
    statements: [allow(everyService.flatMap((prefix) => of(prefix, "Get* List* Describe*")))],
  },
  {
    name: "SystemAdministrator",
    path: "/job-function/",
    statements: [allow(["autoscaling:*", "cloudtrail:*", "cloudwatch:*", "ec2:*", "logs:*", "ssm:*", "sns:*"])],
  },
  {
    name: "NetworkAdministrator",
    path: "/job-function/",
    statements: [allow(["ec2:*", "elasticloadbalancing:*", "route53:*", "autoscaling:Describe*", "logs:Describe*"])],
  },
  {
    name: "IAMUserChangePassword",
    description: "Provides the ability for an IAM user to change their own password.",
    statements: [
      allow(["iam:ChangePassword"], "arn:aws:iam::*:user/${aws:username}"),
      allow(["iam:GetAccountPasswordPolicy"]),
    ],
  },
  {
    name: "AWSLambdaBasicExecutionRole",
    path: "/service-role/",
    statements: [allow(of("logs", "CreateLogGroup CreateLogStream PutLogEvents"))],
  },
  {
    name: "AmazonEC2RoleforSSM",
    path: "/service-role/",
    statements: [allow(["ssm:*", "ssmmessages:*", "ec2messages:*", "cloudwatch:PutMetricData", "logs:*"])],
  },
  {
    name: "AWSXRayDaemonWriteAccess",
    statements: [
      allow(
        of(
          "xray",
          "PutTraceSegments PutTelemetryRecords GetSamplingRules GetSamplingTargets GetSamplingStatisticSummaries",
        ),
      ),
    ],
  },
  {
    name: "AmazonPrometheusRemoteWriteAccess",
    statements: [allow(["aps:RemoteWrite"])],
  },
  {
    name: "AmazonPrometheusQueryAccess",
    statements: [allow(of("aps", "GetLabels GetMetricMetadata GetSeries QueryMetrics"))],
  },
];
