// Service Quotas, as far as the sandbox has limits: what it lets an account have of EC2 is what it says here.
// https://docs.aws.amazon.com/servicequotas/2019-06-24/apireference/
import type {
  GetAWSDefaultServiceQuotaRequest,
  GetAWSDefaultServiceQuotaResponse,
  GetServiceQuotaRequest,
  GetServiceQuotaResponse,
  ListServiceQuotasRequest,
  ListServiceQuotasResponse,
  ServiceQuota,
} from "@aws-sdk/client-service-quotas";
import type { Context, ServiceDefinition } from "../../core/index.ts";
import { AwsError, defineService, operation } from "../../core/index.ts";
import { paginate } from "../../query/index.ts";

interface Row {
  service: "ec2" | "ebs" | "vpc";
  code: string;
  title: string;
  /** Name of the limit in the sandbox. */
  quota: string;
  /** AWS's own. https://docs.aws.amazon.com/general/latest/gr/ec2-service.html and vpc-service.html */
  standard: number;
}

const rows: readonly Row[] = [
  {
    service: "ec2",
    code: "L-1216C47A",
    title: "Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances",
    quota: "vcpus",
    standard: 5,
  },
  {
    service: "ebs",
    code: "L-D18FCD1D",
    title: "Storage for General Purpose SSD (gp2) volumes, in TiB",
    quota: "gp2StorageTiB",
    standard: 50,
  },
  {
    service: "ebs",
    code: "L-7A658B76",
    title: "Storage for General Purpose SSD (gp3) volumes, in TiB",
    quota: "gp3StorageTiB",
    standard: 50,
  },
  { service: "vpc", code: "L-F678F1CE", title: "VPCs per Region", quota: "vpcs", standard: 5 },
  {
    service: "vpc",
    code: "L-FE5A380F",
    title: "NAT gateways per Availability Zone",
    quota: "natGatewaysPerZone",
    standard: 5,
  },
  {
    service: "vpc",
    code: "L-0EA8095F",
    title: "Inbound or outbound rules per security group",
    quota: "rulesPerGroup",
    standard: 60,
  },
  { service: "ec2", code: "L-0263D0A3", title: "EC2-VPC Elastic IPs", quota: "elasticAddresses", standard: 5 },
];

const names = { ec2: "Amazon Elastic Compute Cloud (Amazon EC2)", ebs: "Amazon Elastic Block Store (Amazon EBS)" };

function quotaOf(ctx: Context, row: Row, value: number): ServiceQuota {
  return {
    ServiceCode: row.service,
    ServiceName: row.service === "vpc" ? "Amazon Virtual Private Cloud (Amazon VPC)" : names[row.service],
    QuotaArn: `arn:${ctx.partition}:servicequotas:${ctx.region}:${ctx.account}:${row.service}/${row.code}`,
    QuotaCode: row.code,
    QuotaName: row.title,
    Value: value,
    Unit: "None",
    Adjustable: true,
    GlobalQuota: false,
    QuotaAppliedAtLevel: "ACCOUNT",
  };
}

const isKnown = (service: string | undefined): boolean => rows.some((row) => row.service === service);

function find({ ServiceCode, QuotaCode }: GetServiceQuotaRequest): Row {
  const row = rows.find(({ service, code }) => service === ServiceCode && code === QuotaCode);
  if (row) return row;
  throw new AwsError("NoSuchResourceException", "The request failed because the specified service does not exist.");
}

export const serviceQuotas: ServiceDefinition = defineService({
  id: "service-quotas",
  iamPrefix: "servicequotas",
  operations: {
    GetServiceQuota: operation<GetServiceQuotaRequest, GetServiceQuotaResponse>((input, ctx) => {
      const row = find(input);
      return { Quota: quotaOf(ctx, row, ctx.quota(row.quota)) };
    }),
    GetAWSDefaultServiceQuota: operation<GetAWSDefaultServiceQuotaRequest, GetAWSDefaultServiceQuotaResponse>(
      (input, ctx) => {
        const row = find(input);
        return { Quota: quotaOf(ctx, row, row.standard) };
      },
    ),
    ListServiceQuotas: operation<ListServiceQuotasRequest, ListServiceQuotasResponse>((input, ctx) => {
      if (!isKnown(input.ServiceCode))
        throw new AwsError(
          "NoSuchResourceException",
          "The request failed because the specified service does not exist.",
        );
      const own = rows.filter(
        ({ service, code }) =>
          service === input.ServiceCode && (input.QuotaCode === undefined || code === input.QuotaCode),
      );
      const page = paginate(own, {
        token: input.NextToken,
        max: input.MaxResults,
        ceiling: 100,
        scope: "service-quotas/ListServiceQuotas",
        keyOf: ({ code }) => code,
        invalidToken: () => new AwsError("InvalidPaginationTokenException", "Invalid pagination token was provided."),
      });
      return {
        Quotas: page.items.map((row) => quotaOf(ctx, row, ctx.quota(row.quota))),
        ...(page.nextToken === undefined ? {} : { NextToken: page.nextToken }),
      };
    }),
  },
});
