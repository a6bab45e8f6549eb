// `lotse status`
import type { ClusterStatus } from "../../lotse.ts";
import { status } from "../../lotse.ts";
import { clusterNameOf } from "../cluster-input.ts";
import type { Action, Output } from "../command.ts";
import { exitCode } from "../command.ts";
import { withAws } from "../connection.ts";
import { printHeader } from "../header.ts";
import { renderData } from "../render/data.ts";
import type { Meaning } from "../render/style.ts";
import { paint } from "../render/style.ts";
import { tableBlocks } from "../render/table.ts";

interface Row {
  what: string;
  status: string;
  detail: string;
}

function rowsOf(found: ClusterStatus): Row[] {
  const version = found.version === undefined ? "" : `Kubernetes ${found.version}, ${found.platformVersion ?? ""}`;
  return [
    { what: `cluster ${found.name}`, status: found.status, detail: version },
    ...found.nodeGroups.map((group) => ({
      what: `nodegroup ${group.name}`,
      status: group.status,
      detail: `${group.desiredSize} nodes (${group.minSize}–${group.maxSize})`,
    })),
    ...found.fargateProfiles.map(({ name, status: state }) => ({
      what: `fargateprofile ${name}`,
      status: state,
      detail: "",
    })),
    ...found.addons.map((addon) => ({ what: `addon ${addon.name}`, status: addon.status, detail: addon.version })),
    ...found.stacks.map((stack) => ({ what: `stack ${stack.name}`, status: stack.status, detail: stack.reason ?? "" })),
  ];
}

function meaningOf(state: string): Meaning {
  if (/FAILED|ROLLBACK|DEGRADED|MISSING/.test(state)) return "bad";
  return /COMPLETE|ACTIVE/.test(state) ? "good" : "attention";
}

function statusLines(found: ClusterStatus, output: Output): string[] {
  const rows = rowsOf(found);
  const columns = [
    { title: "WHAT", value: (row: Row) => row.what, wrap: true },
    { title: "STATUS", value: (row: Row) => row.status },
    { title: "DETAIL", value: (row: Row) => row.detail, wrap: true },
  ];
  const lines = tableBlocks(columns, rows, output.columns).flatMap((block, i) => {
    const state = rows[i - 1]?.status;
    return block.map((line) =>
      state === undefined ? paint(output, "dim", line) : line.replace(state, paint(output, meaningOf(state), state)),
    );
  });
  const problems = found.problems.map((problem) => `${paint(output, "bad", "problem")} ${problem}`);
  return [...lines, "", ...(problems.length > 0 ? problems : [paint(output, "good", "healthy")])];
}

export const run: Action = async (invocation) => {
  const { name, region } = await clusterNameOf(invocation, "name");
  return withAws(invocation, region, async (aws, target) => {
    await printHeader(invocation, `status ${name}`, aws, target);
    const found = await status(aws, name);
    const { stdout } = invocation.terminal;
    const format = invocation.options["output"];
    if (format === "json" || format === "yaml") stdout.write(await renderData(found, format));
    else stdout.write(`${statusLines(found, stdout).join("\n")}\n`);
    return found.status === "MISSING" ? exitCode.failed : exitCode.done;
  });
};
