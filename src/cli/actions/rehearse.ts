// `lotse rehearse`
import { stat, writeFile } from "node:fs/promises";
import { errorMessage, LotseError } from "../../base/index.ts";
import type { Rehearsal, RehearsalReport, StageListener } from "../../rehearse/index.ts";
import { readManifests, rehearse, renderReport, reporterOf, verdict } from "../../rehearse/index.ts";
import { today } from "../cluster-input.ts";
import type { Action, Invocation, Output } from "../command.ts";
import { exitCode } from "../command.ts";
import { readInput } from "../input.ts";
import { diagnosticLines } from "../render/failure.ts";
import { paint, symbols } from "../render/style.ts";
import { stageBegins, stageEnds } from "../render/stage.ts";

const list = (option: unknown): string[] => (Array.isArray(option) ? option.map(String) : []);

function secondsOf(option: unknown): number {
  const seconds = Number(option);
  if (seconds >= 1 && seconds <= 86_400) return seconds;
  throw new LotseError("cli/usage", {
    title: `--timeout ${JSON.stringify(option)} is no time`,
    remedy: "Give seconds, from 1 to 86400.",
  });
}

async function demandThere(paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    await stat(path).catch((cause: unknown) => {
      throw new LotseError(
        "cli/unreadable",
        { title: `${path} can't be read: ${errorMessage(cause)}`, remedy: "Check the path and its permissions." },
        { cause },
      );
    });
  }
}

async function writeReports(report: RehearsalReport, files: readonly string[], form: string): Promise<void> {
  for (const file of files) {
    await writeFile(file, renderReport(report, reporterOf(file)?.name ?? form)).catch((cause: unknown) => {
      throw new LotseError(
        "cli/unwritable",
        { title: `${file} can't be written: ${errorMessage(cause)}`, remedy: "Check the path and its permissions." },
        { cause },
      );
    });
  }
}

/** Tells the story on `output` as it goes. */
function storyteller({ env }: Invocation, output: Output): StageListener {
  return {
    begins: (stage, number) => output.write(`${stageBegins(output, stage.title, number)}\n`),
    ends: (report, number) => {
      if (report.outcome === "skipped") output.write(`${stageBegins(output, report.title, number)}\n`);
      output.write(`${stageEnds(output, symbols(env), report)}\n`);
      for (const finding of report.findings)
        output.write(
          `${diagnosticLines(output, finding)
            .map((line) => `   ${line}`)
            .join("\n")}\n`,
        );
    },
  };
}

/** Shows the way in, and waits for Ctrl-C. */
function keeper(
  { signal }: Invocation,
  output: Output,
): (rehearsal: Rehearsal, report: RehearsalReport) => Promise<void> {
  return async (rehearsal, { cluster }) => {
    const variables = Object.entries(rehearsal.sandbox.env()).flatMap(([name, value]) =>
      value === undefined || value === "" ? [] : [`export ${name}=${value}`],
    );
    const lines = [
      "",
      "Kept until Ctrl-C. In another terminal:",
      "",
      ...variables,
      // Without programs there is nobody to talk to.
      ...(rehearsal.missing === undefined
        ? [`aws eks update-kubeconfig --name ${cluster} --kubeconfig ./rehearsal.kubeconfig`]
        : []),
      "",
    ];
    output.write(`${lines.map((line) => (line === "" ? "" : `  ${line}`)).join("\n")}\n`);
    await new Promise<void>((resolve) => {
      // The sandbox alone doesn't keep the process alive.
      const alive = setInterval(() => undefined, 60_000);
      const end = (): void => {
        clearInterval(alive);
        resolve();
      };
      if (signal.aborted) end();
      else signal.addEventListener("abort", end, { once: true });
    });
  };
}

export const run: Action = async (invocation) => {
  const { options, terminal, host, signal, env } = invocation;
  const { file, bytes } = await readInput(invocation);
  const paths = list(options["manifests"]);
  const reports = list(options["report"]);
  const timeout = secondsOf(options["timeout"]) * 1000;
  await demandThere(paths);
  const form = String(options["output"]);
  const asText = form === "text" || reports.length > 0;
  const story = asText ? terminal.stdout : terminal.stderr;
  const manifests = await readManifests(paths);
  const upgradeTo = options["upgradeTo"];
  const head = ["lotse rehearse", file, ...paths].join(" · ");
  story.write(`${paint(story, "strong", head)}\nIn an account of its own: nothing leaves this machine.\n`);
  const kept = options["keep"] === true;
  const report = await rehearse({
    file,
    text: Buffer.from(bytes).toString("utf8"),
    manifests,
    host,
    signal,
    timeout,
    today: today(),
    faults: list(options["fail"]).flatMap((names) => names.split(",").map((name) => name.trim())),
    listener: storyteller(invocation, story),
    sandbox: { kubernetes: { mode: "on", assets: { env } }, listen: kept },
    ...(typeof upgradeTo === "string" ? { upgradeTo } : {}),
    ...(kept ? { keep: keeper(invocation, story) } : {}),
  });
  await writeReports(report, reports, form);
  story.write(`\n${verdict(report)}\n`);
  if (!asText) terminal.stdout.write(renderReport(report, form));
  if (signal.aborted && !kept) return exitCode.interrupted;
  return report.outcome === "findings" ? exitCode.findings : exitCode.done;
};
