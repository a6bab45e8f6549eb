// Actions of `lotse config …`.
import { hasErrors } from "../../base/index.ts";
import { configSchema, explainField, loadCluster, showConfig } from "../../lotse.ts";
import type { Action, Invocation } from "../command.ts";
import { exitCode } from "../command.ts";
import { readInput } from "../input.ts";
import { renderData } from "../render/data.ts";
import { explanationLines } from "../render/explanation.ts";
import { findingCounts, findingLine } from "../render/findings.ts";

const wantsJson = ({ options }: Invocation): boolean => options["output"] === "json";

async function load(
  invocation: Invocation,
): Promise<{ file: string; result: Awaited<ReturnType<typeof loadCluster>> }> {
  const { file, bytes } = await readInput(invocation);
  const today = new Date().toISOString().slice(0, 10);
  return { file, result: await loadCluster(bytes, { file, today }) };
}

export const validate: Action = async (invocation) => {
  const { file, result } = await load(invocation);
  const { stdout, stderr } = invocation.terminal;
  const { diagnostics } = result;
  const invalid = hasErrors(diagnostics);
  if (wantsJson(invocation)) stdout.write(await renderData({ diagnostics }, "json"));
  else {
    for (const finding of diagnostics) stderr.write(`${findingLine(finding)}\n`);
    const counts = findingCounts(diagnostics);
    stdout.write(`${file}: ${invalid ? "not valid" : "valid"}${counts ? `, ${counts}` : ""}\n`);
  }
  return invalid ? exitCode.usage : exitCode.done;
};

export const show: Action = async (invocation) => {
  const { result } = await load(invocation);
  const { stdout, stderr } = invocation.terminal;
  for (const finding of result.diagnostics) stderr.write(`${findingLine(finding)}\n`);
  if (!result.cluster) return exitCode.usage;
  stdout.write(
    wantsJson(invocation) ? await renderData(result.cluster.config, "json") : await showConfig(result.cluster),
  );
  return exitCode.done;
};

export const schema: Action = async (invocation) => {
  invocation.terminal.stdout.write(await renderData(await configSchema(), "json"));
  return exitCode.done;
};

export const explain: Action = async (invocation) => {
  const [path] = invocation.arguments;
  const explanation = await explainField(typeof path === "string" ? path : "");
  const { stdout } = invocation.terminal;
  stdout.write(
    wantsJson(invocation)
      ? await renderData(explanation, "json")
      : `${explanationLines(explanation, stdout).join("\n")}\n`,
  );
  return exitCode.done;
};
