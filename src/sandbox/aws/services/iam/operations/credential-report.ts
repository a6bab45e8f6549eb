// The credential report: one CSV line for the root user and for each user.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_getting-report.html
import type { GenerateCredentialReportResponse, GetCredentialReportResponse } from "@aws-sdk/client-iam";
import type { Context, Operation } from "../../../core/index.ts";
import { AwsError, operation } from "../../../core/index.ts";
import type { AccessKeyRow, UserRow } from "../state.ts";
import { accessKeys, accounts, everywhere, users } from "../state.ts";

const columns =
  "user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,password_next_rotation,mfa_active,access_key_1_active,access_key_1_last_rotated,access_key_1_last_used_date,access_key_1_last_used_region,access_key_1_last_used_service,access_key_2_active,access_key_2_last_rotated,access_key_2_last_used_date,access_key_2_last_used_region,access_key_2_last_used_service,cert_1_active,cert_1_last_rotated,cert_2_active,cert_2_last_rotated";

const key = "account";

function iso(time: number): string {
  return new Date(time).toISOString().replace(/\.\d+Z$/, "+00:00");
}

function keyColumns(row: Readonly<AccessKeyRow> | undefined): string[] {
  if (!row) return ["false", "N/A", "N/A", "N/A", "N/A"];
  const { lastUsed } = row;
  const used = lastUsed ? [iso(lastUsed.at), lastUsed.region, lastUsed.service] : ["N/A", "N/A", "N/A"];
  return [String(row.status === "Active"), iso(row.createdAt), ...used];
}

function userLine(ctx: Context, user: Readonly<UserRow>): string {
  const [first, second] = ctx.table(accessKeys, everywhere).by("user", `${ctx.account}/${user.name.toLowerCase()}`);
  const password = user.login
    ? ["true", "no_information", iso(user.login.createdAt), "N/A"]
    : ["false", "N/A", "N/A", "N/A"];
  const certificates = ["false", "N/A", "false", "N/A"];
  const keys = [...keyColumns(first), ...keyColumns(second)];
  return [user.name, user.arn, iso(user.createdAt), ...password, "false", ...keys, ...certificates].join(",");
}

function report(ctx: Context, at: number): string {
  const arn = `arn:${ctx.partition}:iam::${ctx.account}:root`;
  const unused = keyColumns(undefined);
  const root = ["<root_account>", arn, iso(at), "not_supported", "no_information", "not_supported", "not_supported"];
  const rootLine = [...root, "true", ...unused, ...unused, "false", "N/A", "false", "N/A"].join(",");
  return [
    columns,
    rootLine,
    ...ctx
      .table(users)
      .list()
      .map((user) => userLine(ctx, user)),
  ].join("\n");
}

export const credentialReportOperations: Readonly<Record<string, Operation>> = {
  GenerateCredentialReport: operation<object, GenerateCredentialReportResponse>((_input, ctx) => {
    const table = ctx.table(accounts);
    const row = table.get(key) ?? {};
    if (row.credentialReportAt !== undefined) return { State: "COMPLETE" };
    table.put(key, { ...row, credentialReportAt: ctx.now() });
    return { State: "STARTED", Description: "No report exists. Starting a new report generation task" };
  }),

  GetCredentialReport: operation<object, GetCredentialReportResponse>((_input, ctx) => {
    const at = ctx.table(accounts).get(key)?.credentialReportAt;
    if (at === undefined) {
      throw new AwsError(
        "ReportNotPresent",
        "No report exists. Use GenerateCredentialReport to request a credential report",
        { status: 410 },
      );
    }
    return { Content: Buffer.from(report(ctx, at)), ReportFormat: "text/csv", GeneratedTime: new Date(at) };
  }),
};
