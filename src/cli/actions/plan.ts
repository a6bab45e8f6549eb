// `lotse plan`
import { hasChanges, plan } from "../../lotse.ts";
import { readClusterFile } from "../cluster-input.ts";
import type { Action } from "../command.ts";
import { exitCode } from "../command.ts";
import { withAws } from "../connection.ts";
import { insideOf } from "../drain-options.ts";
import { printHeader } from "../header.ts";
import { nextCommand } from "../next-command.ts";
import { renderData } from "../render/data.ts";
import { planData, planLines } from "../render/plan.ts";

export const run: Action = async (invocation) => {
  const { options, terminal } = invocation;
  const cluster = await readClusterFile(invocation);
  const { name, region } = cluster.config.metadata;
  return withAws(invocation, region, async (aws, target) => {
    await printHeader(invocation, `plan ${name}`, aws, target);
    const planned = await plan(cluster, aws, {
      prune: options["prune"] === true,
      kubernetes: insideOf(invocation, target),
    });
    const format = options["output"];
    if (format === "json" || format === "yaml") terminal.stdout.write(await renderData(planData(planned), format));
    else {
      terminal.stdout.write(`${planLines(planned, terminal.stdout).join("\n")}\n`);
      if (hasChanges(planned)) {
        const next = nextCommand(invocation, ["apply", "-f", String(options["file"])]);
        terminal.stderr.write(`\nnext: ${next}\n`);
      }
    }
    return options["exitCode"] === true && hasChanges(planned) ? exitCode.changes : exitCode.done;
  });
};
