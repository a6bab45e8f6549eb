// `lotse iam policy-for`
import { workloadPolicies } from "../../lotse.ts";
import type { Action } from "../command.ts";
import { exitCode } from "../command.ts";
import { typedPolicy } from "../policy-scope.ts";
import { renderData } from "../render/data.ts";
import type { Column } from "../render/table.ts";
import { tableLines } from "../render/table.ts";

interface Row {
  sid: string;
  reason: string;
  actions: string;
}

const columns: readonly Column<Row>[] = [
  { title: "STATEMENT", value: (row) => row.sid },
  { title: "WHY", value: (row) => row.reason, shrink: true },
  { title: "ACTIONS", value: (row) => row.actions, shrink: true },
];

export const run: Action = async (invocation) => {
  const {
    arguments: [name],
    options,
    terminal,
    host,
  } = invocation;
  const { stdout } = terminal;
  if (typeof name !== "string") {
    const list = (await workloadPolicies.list()).map(({ name: workload, title, namespace, serviceAccount }) => ({
      name: workload,
      title,
      account: `${namespace}/${serviceAccount}`,
    }));
    const titles: readonly Column<(typeof list)[number]>[] = [
      { title: "NAME", value: (row) => row.name },
      { title: "WORKLOAD", value: (row) => row.title },
      { title: "USUAL SERVICE ACCOUNT", value: (row) => row.account },
    ];
    stdout.write(`${tableLines(titles, list, stdout.columns).join("\n")}\n`);
    return exitCode.done;
  }
  const { document, reasons, open, size } = await typedPolicy(invocation, name);
  for (const { name: missing, flag } of open)
    host.emit({ level: "warn", code: "cli/open-scope", text: `${flag} would narrow it: ${missing} is open` });
  if (size.characters > size.limit)
    host.emit({
      level: "warn",
      code: "cli/policy-too-long",
      text: `the policy has ${size.characters} characters; a managed policy takes ${size.limit}, an inline one of a role 10240`,
    });
  if (options["output"] === "table") {
    const rows = document.Statement.map(({ Sid, Action }) => ({
      sid: Sid,
      reason: reasons[Sid] ?? "",
      actions: Action.join(" "),
    }));
    stdout.write(`${tableLines(columns, rows, stdout.columns).join("\n")}\n`);
  } else stdout.write(await renderData(document, options["output"] === "yaml" ? "yaml" : "json"));
  return exitCode.done;
};
