// GuardDuty's detectors: whether it is on in a region, and with which features. It finds nothing here.
// https://docs.aws.amazon.com/guardduty/latest/APIReference/
import type {
  CreateDetectorRequest,
  CreateDetectorResponse,
  DeleteDetectorRequest,
  DeleteDetectorResponse,
  DetectorFeatureConfigurationResult,
  GetDetectorRequest,
  GetDetectorResponse,
  ListDetectorsRequest,
  ListDetectorsResponse,
  UpdateDetectorRequest,
  UpdateDetectorResponse,
} from "@aws-sdk/client-guardduty";
import type { Context, ServiceDefinition, TableDefinition } from "../../core/index.ts";
import { AwsError, defineService, defineTable, operation } from "../../core/index.ts";

interface DetectorRow {
  id: string;
  enabled: boolean;
  frequency: string;
  createdAt: number;
  updatedAt: number;
  /** Names of the features that are on. */
  features: readonly string[];
  /** Management of agents and the like, by feature. */
  additional: Readonly<Record<string, readonly string[]>>;
  tags: Readonly<Record<string, string>>;
}

const detectors: TableDefinition<DetectorRow> = defineTable("guardduty/detectors");

/** On without being asked for: https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_data-sources.html */
const foundation = ["CLOUD_TRAIL", "DNS_LOGS", "FLOW_LOGS"];
/** Protection plans that a new detector has by default. */
const plans = ["S3_DATA_EVENTS", "EKS_AUDIT_LOGS", "EBS_MALWARE_PROTECTION", "RDS_LOGIN_EVENTS", "LAMBDA_NETWORK_LOGS"];
const optional = ["EKS_RUNTIME_MONITORING", "RUNTIME_MONITORING"];

function find(ctx: Context, id: string | undefined): Readonly<DetectorRow> {
  const row = ctx.table(detectors).get(id ?? "");
  if (row) return row;
  throw new AwsError(
    "BadRequestException",
    "The request is rejected because the input detectorId is not owned by the current account.",
  );
}

type Asked = Pick<CreateDetectorRequest, "Features">;

/** Features after a request: what it names changes, the rest stays. */
function withFeatures({ Features = [] }: Asked, before: readonly string[]): readonly string[] {
  const names = new Set(before);
  for (const { Name = "", Status } of Features) {
    if (Status === "ENABLED") names.add(Name);
    else names.delete(Name);
  }
  return [...names];
}

const withAdditional = ({ Features = [] }: Asked, before: DetectorRow["additional"]): DetectorRow["additional"] => ({
  ...before,
  ...Object.fromEntries(
    Features.filter((each) => each.AdditionalConfiguration !== undefined).map(
      ({ Name = "", AdditionalConfiguration = [] }) => [
        Name,
        AdditionalConfiguration.filter(({ Status }) => Status === "ENABLED").map((each) => each.Name ?? ""),
      ],
    ),
  ),
});

const featureOf = (row: Readonly<DetectorRow>, name: string): DetectorFeatureConfigurationResult => ({
  Name: name as NonNullable<DetectorFeatureConfigurationResult["Name"]>,
  Status: row.features.includes(name) || foundation.includes(name) ? "ENABLED" : "DISABLED",
  UpdatedAt: new Date(row.updatedAt),
  ...(row.additional[name]
    ? {
        AdditionalConfiguration: row.additional[name].map((each) => ({
          Name: each as "EKS_ADDON_MANAGEMENT",
          Status: "ENABLED" as const,
        })),
      }
    : {}),
});

export const guardduty: ServiceDefinition = defineService({
  id: "guardduty",
  iamPrefix: "guardduty",
  operations: {
    CreateDetector: operation<CreateDetectorRequest, CreateDetectorResponse>((input, ctx) => {
      if (ctx.table(detectors).size > 0)
        throw new AwsError(
          "BadRequestException",
          "The request is rejected because a detector already exists for the current account.",
        );
      const id = ctx.ids.hex(32);
      ctx.table(detectors).put(id, {
        id,
        enabled: input.Enable === true,
        frequency: input.FindingPublishingFrequency ?? "SIX_HOURS",
        createdAt: ctx.now(),
        updatedAt: ctx.now(),
        features: withFeatures(input, plans),
        additional: withAdditional(input, {}),
        tags: input.Tags ?? {},
      });
      return { DetectorId: id };
    }),
    ListDetectors: operation<ListDetectorsRequest, ListDetectorsResponse>((_, ctx) => ({
      DetectorIds: ctx
        .table(detectors)
        .list()
        .map(({ id }) => id),
    })),
    GetDetector: operation<GetDetectorRequest, GetDetectorResponse>((input, ctx) => {
      const row = find(ctx, input.DetectorId);
      return {
        ServiceRole: `arn:${ctx.partition}:iam::${ctx.account}:role/aws-service-role/guardduty.amazonaws.com/AWSServiceRoleForAmazonGuardDuty`,
        Status: row.enabled ? "ENABLED" : "DISABLED",
        CreatedAt: new Date(row.createdAt).toISOString(),
        UpdatedAt: new Date(row.updatedAt).toISOString(),
        FindingPublishingFrequency: row.frequency as "SIX_HOURS",
        Features: [...foundation, ...plans, ...optional].map((name) => featureOf(row, name)),
        Tags: { ...row.tags },
      };
    }),
    UpdateDetector: operation<UpdateDetectorRequest, UpdateDetectorResponse>((input, ctx) => {
      const row = find(ctx, input.DetectorId);
      ctx.table(detectors).put(row.id, {
        ...row,
        enabled: input.Enable ?? row.enabled,
        frequency: input.FindingPublishingFrequency ?? row.frequency,
        updatedAt: ctx.now(),
        features: withFeatures(input, row.features),
        additional: withAdditional(input, row.additional),
      });
      return {};
    }),
    DeleteDetector: operation<DeleteDetectorRequest, DeleteDetectorResponse>((input, ctx) => {
      ctx.table(detectors).delete(find(ctx, input.DetectorId).id);
      return {};
    }),
  },
});
