// `lotse upgrade plan|apply`: the check, then the steps of a whole upgrade by one minor.
import { LotseError } from "../../base/index.ts";
import type { Aws, Plan, RunResult, UpgradeReport, UpgradeResult, WayBack } from "../../lotse.ts";
import { hasChanges, planUpgrade, upgrades } from "../../lotse.ts";
import type { Action, Invocation } from "../command.ts";
import { exitCode } from "../command.ts";
import { withAws } from "../connection.ts";
import { durationOf, insideOf } from "../drain-options.ts";
import { printHeader } from "../header.ts";
import { nextCommand } from "../next-command.ts";
import { showAndRun } from "../plan-and-run.ts";
import { renderData } from "../render/data.ts";
import { planData, planLines } from "../render/plan.ts";
import { upgradeLines } from "../render/upgrade-check.ts";
import type { Target } from "../target.ts";
import { dayIn, timeIn } from "../target.ts";
import { textOption } from "./files.ts";
import { repeatedOption, visitOf, withoutIgnored } from "./upgrade-check.ts";

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

/** What may pass by itself. */
const passing = new Set(["upgrades/node-not-ready", "upgrades/workload-not-ready"]);

/** Checks and plans, then hands over. With `settle` it waits for nodes and workloads that are on their way. */
async function upgraded(
  invocation: Invocation,
  then: (upgrade: Upgrade) => Promise<number>,
  settle?: { grace?: number },
): Promise<number> {
  const { visit, name: named, region } = await visitOf(invocation);
  // An upgrade is always about a living cluster, whoever names it.
  const name = named ?? visit.file?.config.metadata.name ?? "";
  return withAws(invocation, region, async (aws, target) => {
    await printHeader(invocation, `upgrade ${name}`, aws, target);
    const asked = { ...visit, today: dayIn(target), resumes: true, living: { aws, name } };
    let report = withoutIgnored(invocation, await upgrades.check(asked));
    // Pods of an interrupted run may be on their way still.
    if (settle && report.findings.some(({ code, severity }) => severity === "error" && passing.has(code))) {
      await upgrades.settle(aws, name, invocation.host, settle.grace);
      report = withoutIgnored(invocation, await upgrades.check(asked));
    }
    const { from, to, verdict } = report;
    if (minor(to) > minor(from) + 1)
      throw new LotseError("cli/usage", {
        title: `EKS upgrades one minor at a time: ${from} can't go to ${to} in one run`,
        remedy: `Begin with --to 1.${minor(from) + 1}; \`lotse upgrade check --to ${to}\` judges the whole way.`,
      });
    const all = { names: ["*"] };
    const isBlueGreen = invocation.options["nodes"] === "blue-green";
    const nodeGroups = { ...all, ...(isBlueGreen ? { way: "blue-green" as const } : {}) };
    const planned = await planUpgrade(name, aws, { controlPlane: { to }, addons: all, nodeGroups });
    const stops = verdict === "not ready" || (invocation.options["strict"] === true && verdict === "unknown");
    return then({ aws, target, name, report, planned, stops });
  });
}

/** Where the run of an upgrade stops, before it begins. */
const stopRule =
  "After each step the cluster has to be well (EKS's parts, nodes, workloads, API server); at the first sign that stays, apply stops.";

/** `upgrade plan` */
export const plan: Action = (invocation) =>
  upgraded(invocation, async ({ report, planned, stops }) => {
    const { terminal, options, env } = invocation;
    if (options["output"] === "json")
      terminal.stdout.write(await renderData({ check: report, plan: planData(planned) }, "json"));
    else {
      const rule = hasChanges(planned) ? [stopRule] : [];
      const lines = [
        ...upgradeLines(report, terminal.stdout, env),
        "",
        ...planLines(planned, terminal.stdout),
        ...rule,
      ];
      terminal.stdout.write(`${lines.join("\n")}\n`);
    }
    return stops ? exitCode.findings : exitCode.done;
  });

/** How the control plane goes back, as commands in the order in which they have to be given. */
function wayBackLines(invocation: Invocation, cluster: string, way: WayBack): string[] {
  const { version, until, nodeGroups, addons } = way;
  const command = (...words: string[]): string => `  ${nextCommand(invocation, ["upgrade", ...words])}`;
  const [day = "", time = ""] = until.split("T");
  const stuck = addons.flatMap((addon) => (addon.version === undefined ? [addon.name] : []));
  return [
    `the way back to ${version} is open until ${day} ${time.slice(0, 5)} UTC; objects and what etcd holds stay as they are:`,
    ...nodeGroups.map((name) =>
      command("nodegroup", "--cluster", cluster, "--name", name, "--kubernetes-version", version),
    ),
    ...addons.flatMap((addon) =>
      addon.version === undefined
        ? []
        : [command("addon", "--cluster", cluster, "--name", addon.name, "--version", addon.version)],
    ),
    command("cluster", "--name", cluster, "--version", version),
    ...(stuck.length > 0 ? [`  (no version of ${stuck.join(", ")} is offered for both)`] : []),
  ];
}

/** The words of a command that goes on with this upgrade. */
function wordsOf(invocation: Invocation, name: string, to: string): string[] {
  const { options } = invocation;
  const several = (flag: string, option: string): string[] =>
    repeatedOption(options[option]).flatMap((value) => [flag, value]);
  const given = (flag: string, option: string): string[] => {
    const value = textOption(invocation, option);
    return value === undefined ? [] : [flag, value];
  };
  return [
    "upgrade",
    "apply",
    "--name",
    name,
    "--to",
    to,
    ...several("-m", "manifests"),
    ...several("--ignore", "ignore"),
    ...(options["nodes"] === "blue-green" ? ["--nodes", "blue-green"] : []),
    ...given("--grace", "grace"),
    ...(options["strict"] === true ? ["--strict"] : []),
  ];
}

/** `upgrade apply` */
export const apply: Action = (invocation) => {
  const patience = textOption(invocation, "grace");
  const grace = patience === undefined ? {} : { grace: durationOf("grace", patience) };
  return upgraded(
    invocation,
    async ({ aws, target, name, report, planned, stops }) => {
      const { terminal, options, env, host } = invocation;
      const { to } = report;
      const isJson = options["output"] === "json";
      if (!isJson) terminal.stderr.write(`${upgradeLines(report, terminal.stderr, env).join("\n")}\n\n`);
      if (stops) {
        if (isJson)
          terminal.stdout.write(await renderData({ check: report, plan: planData(planned), result: null }, "json"));
        terminal.stderr.write("Nothing was begun: mend the errors, or leave them out by --ignore <code>.\n");
        return exitCode.findings;
      }
      return showAndRun(invocation, planned, {
        aws,
        target,
        what: `upgrade of ${name} to ${to}`,
        words: wordsOf(invocation, name, to),
        carryOut: (of) =>
          upgrades.carryOut(of, aws, host, {
            ...grace,
            now: timeIn(target),
            kubernetes: insideOf(invocation, target),
          }),
        after: ({ wayBack }: RunResult & Pick<UpgradeResult, "wayBack">) => {
          if (wayBack) terminal.stderr.write(`${wayBackLines(invocation, name, wayBack).join("\n")}\n`);
        },
      });
    },
    grace,
  );
};
