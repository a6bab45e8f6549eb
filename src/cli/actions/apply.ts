// `lotse apply`
import { apply, hasChanges, plan } from "../../lotse.ts";
import { LotseError } from "../../base/index.ts";
import { readClusterFile } from "../cluster-input.ts";
import type { Action } from "../command.ts";
import { exitCode } from "../command.ts";
import { withAws } from "../connection.ts";
import { drainOf, insideOf } from "../drain-options.ts";
import { printHeader } from "../header.ts";
import { nextCommand } from "../next-command.ts";
import { outcomeData, printOutcome } from "../outcome.ts";
import { renderData } from "../render/data.ts";
import { countsText, planData, planLines } from "../render/plan.ts";

export const run: Action = async (invocation) => {
  const { options, terminal, host } = invocation;
  const cluster = await readClusterFile(invocation);
  const { name, region } = cluster.config.metadata;
  const json = options["output"] === "json";
  const prune = options["prune"] === true;
  const drain = drainOf(invocation);
  return withAws(invocation, region, async (aws, target) => {
    await printHeader(invocation, `apply ${name}`, aws, target);
    const kubernetes = insideOf(invocation, target);
    const planned = await plan(cluster, aws, { prune, kubernetes });
    if (!json) terminal.stderr.write(`${planLines(planned, terminal.stderr).join("\n")}\n`);
    if (!hasChanges(planned)) {
      if (json) terminal.stdout.write(await renderData({ plan: planData(planned), result: null }, "json"));
      return exitCode.done;
    }
    const text = `Apply ${countsText(planned)} in account ${planned.account}, ${target.label}?`;
    if (!(await host.ask({ code: "cli/apply", text }))) {
      throw new LotseError("cli/declined", {
        title: "Nothing was changed",
        remedy: "Run it again when you are ready.",
      });
    }
    const forceConflicts = options["forceConflicts"] === true;
    const result = await apply(planned, aws, host, { prune, kubernetes, drain, forceConflicts });
    if (json) {
      terminal.stdout.write(await renderData({ plan: planData(planned), result: outcomeData(result) }, "json"));
      return result.ok ? exitCode.done : result.interrupted ? exitCode.interrupted : exitCode.failed;
    }
    const again = nextCommand(invocation, ["apply", "-f", String(options["file"])]);
    return printOutcome(invocation, `apply ${name}`, result, `${again} (it goes on where it stopped)`);
  });
};
