// Answers to "why?" for people: the verdict, the steps to it, and what would turn it.
import type { ExplainedStep, Explanation } from "../../lotse.ts";
import type { Output } from "../command.ts";
import type { Meaning } from "./style.ts";
import { paint, symbols } from "./style.ts";
import { wrapped } from "./table.ts";

type Environment = Readonly<Record<string, string | undefined>>;

const verdicts = {
  allow: { word: "allowed", meaning: "good" },
  deny: { word: "denied", meaning: "bad" },
  unknown: { word: "unknown", meaning: "attention" },
} as const;

const meanings: Readonly<Record<ExplainedStep["outcome"], Meaning>> = {
  pass: "good",
  stop: "bad",
  unsure: "attention",
  note: "dim",
};

function symbolOf(outcome: ExplainedStep["outcome"], env: Environment): string {
  const { done, failed, warning } = symbols(env);
  return { pass: done, stop: failed, unsure: warning, note: "·" }[outcome];
}

/** Lines of a text under a mark, as wide as the output. */
function block(text: string, mark: string, indent: string, output: Output): string[] {
  const width = Math.max(40, (output.isTTY ? output.columns : 120) - indent.length - mark.length - 1);
  const [first = "", ...rest] = wrapped(text, width);
  return [`${indent}${mark} ${first}`, ...rest.map((line) => `${indent}${" ".repeat(mark.length)} ${line}`)];
}

function stepLines(step: ExplainedStep, output: Output, env: Environment): string[] {
  const mark = symbolOf(step.outcome, env);
  const lines = block(step.text, mark, "  ", output);
  const [first = "", ...rest] = lines;
  const painted = [first.replace(mark, () => paint(output, meanings[step.outcome], mark)), ...rest];
  const facts = [step.at, step.fact].filter((fact): fact is string => fact !== undefined);
  return [...painted, ...facts.map((fact) => `      ${paint(output, "dim", fact)}`)];
}

/** The lines of an answer. */
export function answerLines(answer: Explanation, title: string, output: Output, env: Environment): string[] {
  const { word, meaning } = verdicts[answer.verdict];
  const { remedy, assumptions } = answer;
  const turned = remedy && verdicts[remedy.turns].word;
  return [
    paint(output, "strong", title),
    `${paint(output, meaning, word)}: ${answer.summary}`,
    "",
    ...answer.steps.flatMap((step) => stepLines(step, output, env)),
    ...(assumptions.length === 0 ? [] : ["", "Taken for granted:", ...assumptions.map((text) => `  · ${text}`)]),
    ...(remedy
      ? [
          "",
          `${remedy.proven ? `To have it ${turned}` : "A step on the way"}:`,
          ...remedy.changes.flatMap(({ text, command }, i) => [
            `  ${i + 1}. ${text}`,
            ...(command === undefined ? [] : [`     ${paint(output, "dim", command)}`]),
          ]),
        ]
      : []),
  ];
}
