// `lotse upgrade plan|apply`: the check, then the steps of a whole upgrade by one minor.
import { LotseError } from "../../base/index.ts";
import type { Aws, Plan, UpgradeReport } from "../../lotse.ts";
import { planUpgrade, upgrades } from "../../lotse.ts";
import type { Action, Invocation } from "../command.ts";
import { exitCode } from "../command.ts";
import { withAws } from "../connection.ts";
import { printHeader } from "../header.ts";
import { showAndRun } from "../plan-and-run.ts";
import { renderData } from "../render/data.ts";
import { planData, planLines } from "../render/plan.ts";
import { upgradeLines } from "../render/upgrade-check.ts";
import type { Target } from "../target.ts";
import { visitOf, withoutIgnored } from "./upgrade-check.ts";

const minor = (version: string): number => Number(version.split(".")[1]);

interface Upgrade {
  aws: Aws;
  target: Target;
  name: string;
  report: UpgradeReport;
  planned: Plan;
  /** Whether the check stands against beginning. */
  stops: boolean;
}

/** Checks and plans, then hands over. */
async function upgraded(invocation: Invocation, then: (upgrade: Upgrade) => Promise<number>): Promise<number> {
  const { visit, name: named, region } = await visitOf(invocation);
  // An upgrade is always about a living cluster, whoever names it.
  const name = named ?? visit.file?.config.metadata.name ?? "";
  return withAws(invocation, region, async (aws, target) => {
    await printHeader(invocation, `upgrade ${name}`, aws, target);
    const found = await upgrades.check({ ...visit, resumes: true, living: { aws, name } });
    const report = withoutIgnored(invocation, found);
    const { from, to, verdict } = report;
    if (minor(to) > minor(from) + 1)
      throw new LotseError("cli/usage", {
        title: `EKS upgrades one minor at a time: ${from} can't go to ${to} in one run`,
        remedy: `Begin with --to 1.${minor(from) + 1}; \`lotse upgrade check --to ${to}\` judges the whole way.`,
      });
    const all = { names: ["*"] };
    const planned = await planUpgrade(name, aws, { controlPlane: { to }, addons: all, nodeGroups: all });
    const stops = verdict === "not ready" || (invocation.options["strict"] === true && verdict === "unknown");
    return then({ aws, target, name, report, planned, stops });
  });
}

/** `upgrade plan` */
export const plan: Action = (invocation) =>
  upgraded(invocation, async ({ report, planned, stops }) => {
    const { terminal, options, env } = invocation;
    if (options["output"] === "json")
      terminal.stdout.write(await renderData({ check: report, plan: planData(planned) }, "json"));
    else {
      const lines = [...upgradeLines(report, terminal.stdout, env), "", ...planLines(planned, terminal.stdout)];
      terminal.stdout.write(`${lines.join("\n")}\n`);
    }
    return stops ? exitCode.findings : exitCode.done;
  });

/** `upgrade apply` */
export const apply: Action = (invocation) =>
  upgraded(invocation, async ({ aws, target, name, report, planned, stops }) => {
    const { terminal, options, env } = invocation;
    const { from, to } = report;
    const isJson = options["output"] === "json";
    if (!isJson) terminal.stderr.write(`${upgradeLines(report, terminal.stderr, env).join("\n")}\n\n`);
    if (stops) {
      if (isJson)
        terminal.stdout.write(await renderData({ check: report, plan: planData(planned), result: null }, "json"));
      terminal.stderr.write("Nothing was begun: mend the errors, or leave them out by --ignore <code>.\n");
      return exitCode.findings;
    }
    const words = ["upgrade", "apply", "--name", name, "--to", to];
    const code = await showAndRun(invocation, planned, { aws, target, what: `upgrade of ${name} to ${to}`, words });
    if (code === exitCode.failed && from !== to)
      terminal.stderr.write(
        `the way back, if the control plane has moved: lotse upgrade cluster --name ${name} --version ${from}, within 7 days;\nnodes and add-ons don't go with it, and nodes may not be newer than ${from} then\n`,
      );
    return code;
  });
