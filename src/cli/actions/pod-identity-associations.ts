// `lotse get podidentityassociation`: eksctl's table, and its JSON under -o json.
import { LotseError } from "../../base/index.ts";
import type { PodIdentityAssociationSummary } from "../../lotse.ts";
import { podIdentityAssociations } from "../../lotse.ts";
import { clusterNameOf } from "../cluster-input.ts";
import type { Action } from "../command.ts";
import { exitCode } from "../command.ts";
import { withAws } from "../connection.ts";
import { renderData } from "../render/data.ts";
import type { Column } from "../render/table.ts";
import { tableLines } from "../render/table.ts";

const columns: readonly Column<PodIdentityAssociationSummary>[] = [
  { title: "ASSOCIATION ARN", value: (row) => row.AssociationARN, shrink: true },
  { title: "NAMESPACE", value: (row) => row.Namespace },
  { title: "SERVICE ACCOUNT NAME", value: (row) => row.ServiceAccountName },
  { title: "IAM ROLE ARN", value: (row) => row.RoleARN, shrink: true },
  { title: "OWNER ARN", value: (row) => row.OwnerARN, shrink: true },
];

/** `get podidentityassociation` */
export const list: Action = async (invocation) => {
  const { options, terminal } = invocation;
  const { name, region } = await clusterNameOf(invocation, "cluster");
  const [namespace, serviceAccount] = [options["namespace"], options["serviceAccountName"]];
  if (typeof serviceAccount === "string" && typeof namespace !== "string")
    throw new LotseError("cli/usage", {
      title: `Service account ${serviceAccount} is named without its namespace`,
      remedy: "Give --namespace, too.",
    });
  return withAws(invocation, region, async (aws) => {
    const rows = await podIdentityAssociations.list(aws, name, {
      ...(typeof namespace === "string" ? { namespace } : {}),
      ...(typeof serviceAccount === "string" ? { serviceAccount } : {}),
    });
    const format = options["output"];
    if (format === "json" || format === "yaml") terminal.stdout.write(await renderData(rows, format));
    else if (rows.length === 0) terminal.stdout.write("No podidentityassociations found\n");
    else terminal.stdout.write(`${tableLines(columns, rows, terminal.stdout.columns).join("\n")}\n`);
    return exitCode.done;
  });
};
