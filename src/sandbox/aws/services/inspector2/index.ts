// Inspector: whether it is on in a region, and for what. It scans nothing here.
// https://docs.aws.amazon.com/inspector/v2/APIReference/
import type {
  Account,
  AccountState,
  BatchGetAccountStatusRequest,
  BatchGetAccountStatusResponse,
  DisableRequest,
  DisableResponse,
  EnableRequest,
  EnableResponse,
} from "@aws-sdk/client-inspector2";
import type { Context, ServiceDefinition, TableDefinition } from "../../core/index.ts";
import { AwsError, defineService, defineTable, operation } from "../../core/index.ts";

const kinds = { EC2: "ec2", ECR: "ecr", LAMBDA: "lambda", LAMBDA_CODE: "lambdaCode" } as const;
type KindName = keyof typeof kinds;

/** Kinds of resources that are scanned; one row. */
const accounts: TableDefinition<{ on: readonly KindName[] }> = defineTable("inspector2/accounts");

const onIn = (ctx: Context): readonly KindName[] => ctx.table(accounts).get(ctx.account)?.on ?? [];

const stateOf = (
  on: boolean,
): { status: "ENABLED" | "DISABLED"; errorCode: "ALREADY_ENABLED"; errorMessage: string } => ({
  status: on ? "ENABLED" : "DISABLED",
  // The shape demands a code and a message, also where nothing is wrong.
  errorCode: "ALREADY_ENABLED",
  errorMessage: "",
});

function accountOf(ctx: Context): Account {
  const on = onIn(ctx);
  return {
    accountId: ctx.account,
    status: on.length > 0 ? "ENABLED" : "DISABLED",
    resourceStatus: {
      ec2: on.includes("EC2") ? "ENABLED" : "DISABLED",
      ecr: on.includes("ECR") ? "ENABLED" : "DISABLED",
      lambda: on.includes("LAMBDA") ? "ENABLED" : "DISABLED",
      lambdaCode: on.includes("LAMBDA_CODE") ? "ENABLED" : "DISABLED",
    },
  };
}

function statesOf(ctx: Context): AccountState {
  const on = onIn(ctx);
  return {
    accountId: ctx.account,
    state: stateOf(on.length > 0),
    resourceState: {
      ec2: stateOf(on.includes("EC2")),
      ecr: stateOf(on.includes("ECR")),
      lambda: stateOf(on.includes("LAMBDA")),
      lambdaCode: stateOf(on.includes("LAMBDA_CODE")),
    },
  };
}

function checkAccounts(ctx: Context, { accountIds = [] }: { accountIds?: string[] | undefined }): void {
  if (accountIds.some((id) => id !== ctx.account))
    throw new AwsError("AccessDeniedException", "Lack of permissions for this action.");
}

export const inspector2: ServiceDefinition = defineService({
  id: "inspector2",
  iamPrefix: "inspector2",
  operations: {
    Enable: operation<EnableRequest, EnableResponse>((input, ctx) => {
      checkAccounts(ctx, input);
      const on = new Set([...onIn(ctx), ...((input.resourceTypes ?? []) as KindName[])]);
      ctx.table(accounts).put(ctx.account, { on: [...on] });
      return { accounts: [accountOf(ctx)], failedAccounts: [] };
    }),
    Disable: operation<DisableRequest, DisableResponse>((input, ctx) => {
      checkAccounts(ctx, input);
      const off = (input.resourceTypes ?? Object.keys(kinds)) as KindName[];
      ctx.table(accounts).put(ctx.account, { on: onIn(ctx).filter((name) => !off.includes(name)) });
      return { accounts: [accountOf(ctx)], failedAccounts: [] };
    }),
    BatchGetAccountStatus: operation<BatchGetAccountStatusRequest, BatchGetAccountStatusResponse>((input, ctx) => {
      checkAccounts(ctx, input);
      return { accounts: [statesOf(ctx)], failedAccounts: [] };
    }),
  },
});
