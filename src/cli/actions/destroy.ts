// `lotse destroy`
import { LotseError } from "../../base/index.ts";
import { destroy, hasChanges, planDestroy } from "../../lotse.ts";
import { clusterNameOf } from "../cluster-input.ts";
import type { Action } from "../command.ts";
import { exitCode } from "../command.ts";
import { withAws } from "../connection.ts";
import { drainOf, insideOf } from "../drain-options.ts";
import { printHeader } from "../header.ts";
import { nextCommand } from "../next-command.ts";
import { outcomeData, printOutcome } from "../outcome.ts";
import { renderData } from "../render/data.ts";
import { planData, planLines } from "../render/plan.ts";

export const run: Action = async (invocation) => {
  const { options, terminal, host } = invocation;
  const { name, region } = await clusterNameOf(invocation, "name");
  const drain = drainOf(invocation);
  const json = options["output"] === "json";
  return withAws(invocation, region, async (aws, target) => {
    await printHeader(invocation, `destroy ${name}`, aws, target);
    const kubernetes = insideOf(invocation, target);
    const planned = await planDestroy(name, aws, {
      keepLogs: options["keepLogs"] === true,
      drain: options["drain"] !== false,
      kubernetes,
    });
    if (!hasChanges(planned)) {
      if (json) terminal.stdout.write(await renderData({ plan: planData(planned), result: null }, "json"));
      else terminal.stdout.write(`Nothing to delete: there is no cluster ${name} and nothing of it is left.\n`);
      return exitCode.done;
    }
    if (!json) terminal.stderr.write(`${planLines(planned, terminal.stderr).join("\n")}\n`);
    const text = `Delete cluster ${name} in account ${planned.account}, ${target.label}? This can't be undone.`;
    if (!(await host.ask({ code: "cli/destroy", text, expected: name }))) {
      throw new LotseError("cli/declined", { title: "Nothing was deleted", remedy: `Type ${name} to confirm.` });
    }
    const result = await destroy(planned, aws, host, { kubernetes, drain });
    if (json) {
      terminal.stdout.write(await renderData({ plan: planData(planned), result: outcomeData(result) }, "json"));
      return result.ok ? exitCode.done : result.interrupted ? exitCode.interrupted : exitCode.failed;
    }
    const again = nextCommand(invocation, ["destroy", "--name", name], { region: planned.region });
    return printOutcome(invocation, `destroy ${name}`, result, again);
  });
};
