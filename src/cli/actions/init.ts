// `lotse init`: asks what the flags don't say, checks the result, writes it.
import { writeFile } from "node:fs/promises";
import { errorMessage, hasErrors, LotseError } from "../../base/index.ts";
import type { InitOptions } from "../../lotse.ts";
import { loadCluster, renderInitFile } from "../../lotse.ts";
import type { Action, Invocation } from "../command.ts";
import { exitCode } from "../command.ts";
import { nextCommand } from "../next-command.ts";
import { askLine, canAsk } from "../question.ts";
import { findingLine } from "../render/findings.ts";

const kinds = ["managed", "self-managed", "fargate", "auto", "none"] as const;

function textOption({ options }: Invocation, name: string): string | undefined {
  const value = options[name];
  return typeof value === "string" && value !== "" ? value : undefined;
}

function countOption(invocation: Invocation, name: string): number | undefined {
  const text = textOption(invocation, name);
  if (text === undefined) return undefined;
  if (!/^\d{1,5}$/.test(text))
    throw new LotseError("cli/usage", {
      title: `--${name} ${JSON.stringify(text)} is not a number of nodes`,
      remedy: `Give --${name} a whole number.`,
    });
  return Number(text);
}

/** Asks on the terminal; Enter takes what stands in brackets. */
function questions(invocation: Invocation): (text: string, fallback: string) => Promise<string> {
  const { terminal, signal } = invocation;
  if (!canAsk(terminal)) return (_, fallback) => Promise.resolve(fallback);
  return async (text, fallback) => {
    const answer = await askLine(terminal, `${text}${fallback === "" ? "" : ` [${fallback}]`}: `, signal);
    if (answer === undefined)
      throw new LotseError("cli/declined", { title: "Nothing was written", remedy: "Run it again, or use the flags." });
    return answer.trim() || fallback;
  };
}

async function answers(invocation: Invocation): Promise<InitOptions> {
  const ask = questions(invocation);
  const { env, options } = invocation;
  const name = textOption(invocation, "name") ?? (await ask("Name of the cluster", ""));
  if (name === "")
    throw new LotseError("cli/usage", {
      title: "The cluster has no name",
      remedy: "Add --name prod, or run it in a terminal.",
    });
  const region =
    textOption(invocation, "region") ??
    (await ask("AWS region", env["AWS_REGION"] ?? env["AWS_DEFAULT_REGION"] ?? "eu-central-1"));
  const answer = textOption(invocation, "nodes") ?? (await ask(`Nodes (${kinds.join(", ")})`, "managed"));
  const nodes = kinds.find((kind) => kind === answer);
  if (!nodes)
    throw new LotseError("cli/usage", {
      title: `${JSON.stringify(answer)} is no kind of nodes`,
      remedy: `Choose one of ${kinds.join(", ")}.`,
    });
  const onInstances = nodes === "managed" || nodes === "self-managed";
  const instanceType =
    textOption(invocation, "instanceType") ?? (onInstances ? await ask("Instance type", "m5.large") : "m5.large");
  const version = textOption(invocation, "version");
  const minSize = countOption(invocation, "min");
  const maxSize = countOption(invocation, "max");
  if (minSize !== undefined && maxSize !== undefined && maxSize < minSize)
    throw new LotseError("cli/usage", {
      title: `--max ${maxSize} is less than --min ${minSize}`,
      remedy: "Give --max at least the number of --min.",
    });
  return {
    name,
    region,
    nodes,
    instanceType,
    ...(version === undefined ? {} : { version }),
    ...(minSize === undefined ? {} : { minSize }),
    ...(maxSize === undefined ? {} : { maxSize }),
    spot: options["spot"] === true,
    privateNodes: options["publicNodes"] !== true,
    highlyAvailableNat: options["natPerZone"] === true,
  };
}

export const run: Action = async (invocation) => {
  const file = textOption(invocation, "file") ?? "cluster.yaml";
  const text = (await renderInitFile(await answers(invocation))).replaceAll(
    "-f FILE",
    `-f ${file === "-" ? "FILE" : file}`,
  );
  const { stdout, stderr } = invocation.terminal;
  const { diagnostics } = await loadCluster(text, { file, today: new Date().toISOString().slice(0, 10) });
  for (const finding of diagnostics) stderr.write(`${findingLine(finding)}\n`);
  if (hasErrors(diagnostics)) return exitCode.usage;
  if (file === "-") {
    stdout.write(text);
    return exitCode.done;
  }
  try {
    await writeFile(file, text, { flag: invocation.options["force"] === true ? "w" : "wx" });
  } catch (cause) {
    const exists = (cause as NodeJS.ErrnoException).code === "EEXIST";
    const title = exists ? `${file} exists already` : `${file} can't be written: ${errorMessage(cause)}`;
    throw new LotseError(
      "cli/unwritable",
      { title, remedy: exists ? "Add --force to overwrite it, or -f with another name." : "Check the path." },
      { cause },
    );
  }
  stdout.write(
    `wrote ${file}\nnext: ${nextCommand(invocation, ["plan", "-f", file], { sandbox: true, region: undefined })}\n`,
  );
  return exitCode.done;
};
