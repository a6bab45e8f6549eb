// Checks of single values: text, numbers, booleans.
import type { NumberType, TextType } from "../schema/define.ts";
import { formats } from "../schema/formats.ts";
import type { SourceNode } from "../source/tree.ts";
import type { CheckContext } from "./context.ts";
import { nameOf, report } from "./context.ts";
import { shown } from "./findings.ts";
import { nearest } from "./nearest.ts";

/** Text; numbers and booleans are refused as eksctl refuses them, with the quotes that are missing. */
export function checkText(node: SourceNode, type: TextType, context: CheckContext): string | undefined {
  if (node.kind !== "text") {
    const name = nameOf(context.path);
    const scalar = node.kind === "number" || node.kind === "boolean";
    report(
      context,
      {
        code: "config/wrong-type",
        title: scalar
          ? `${name} must be text, but ${shown(node)} is a ${node.kind} in YAML`
          : `${name} must be text, not ${shown(node)}`,
        remedy: scalar ? `Put it in quotes: "${node.text}"` : "Write a single value",
        ...(scalar ? { data: { value: node.value, text: node.text } } : {}),
      },
      node,
    );
    return undefined;
  }
  const value = String(node.value);
  return type.values ? checkAllowed(node, value, type, type.values, context) : checkFormat(node, value, type, context);
}

function checkAllowed(
  node: SourceNode,
  value: string,
  type: TextType,
  allowed: readonly string[],
  context: CheckContext,
): string | undefined {
  if (allowed.includes(value)) return value;
  const meant = type.ignoreCase
    ? allowed.find((candidate) => candidate.toLowerCase() === value.toLowerCase())
    : undefined;
  // An empty text is mostly Go's way to say "not set".
  if (meant !== undefined || (value === "" && !type.notEmpty)) return meant;
  const near = nearest(value, allowed);
  const severity = type.open ? "warning" : "error";
  report(
    context,
    {
      code: type.open ? "config/unfamiliar-value" : "config/invalid-value",
      severity,
      title: type.open
        ? `${nameOf(context.path)} has a value that lotse doesn't know: ${shown(node)}`
        : (type.refusal?.replace("%", shown(node)) ?? `invalid value ${shown(node)} for ${nameOf(context.path)}`),
      remedy: `${near === undefined ? "" : `Did you mean ${JSON.stringify(near)}? `}${type.open ? "Known" : "Allowed"} are ${allowed.join(", ")}`,
      data: { value, allowed, ...(near === undefined ? {} : { nearest: near }) },
    },
    node,
  );
  return type.open ? value : undefined;
}

function checkFormat(node: SourceNode, value: string, type: TextType, context: CheckContext): string | undefined {
  const format = type.format && formats[type.format];
  if (!format || (value === "" && !type.notEmpty) || format.test(value)) return value;
  const severity = type.formatSeverity ?? "error";
  report(
    context,
    {
      code: "config/invalid-format",
      severity,
      title: `${nameOf(context.path)} must be ${format.description}, not ${shown(node)}`,
      remedy: `Write it like ${format.example}`,
      data: { value },
    },
    node,
  );
  return severity === "warning" ? value : undefined;
}

/** A boolean, by the words of YAML 1.1. */
export function checkFlag(node: SourceNode, context: CheckContext): boolean | undefined {
  if (node.kind === "boolean") return node.value as boolean;
  const quoted = node.kind === "text" && /^(true|false|yes|no|on|off)$/i.test(node.text);
  report(
    context,
    {
      code: "config/wrong-type",
      title: `${nameOf(context.path)} must be true or false, not ${shown(node)}`,
      remedy: quoted ? `Remove the quotes: ${node.text}` : "Write true or false",
    },
    node,
  );
  return undefined;
}

/** A number within its range. `3.0` and `1e2` are whole numbers, as they are for eksctl. */
export function checkNumber(node: SourceNode, type: NumberType, context: CheckContext): number | undefined {
  const name = nameOf(context.path);
  const wanted = type.whole ? "a whole number" : "a number";
  const fits = node.kind === "number" && (type.whole ? Number.isSafeInteger(node.value) : Number.isFinite(node.value));
  if (!fits) {
    const quoted = node.kind === "text" && /^-?\d+(\.\d+)?$/.test(node.text);
    const remedy = quoted ? `Remove the quotes: ${node.text}` : `Write ${wanted}`;
    report(
      context,
      { code: "config/wrong-type", title: `${name} must be ${wanted}, not ${shown(node)}`, remedy },
      node,
    );
    return undefined;
  }
  const value = node.value as number;
  const { min = -Infinity, max = Infinity } = type;
  const outside = type.values ? !type.values.includes(value) : value < min || value > max;
  if (!outside) return value;
  const range = type.values
    ? `one of ${type.values.join(", ")}`
    : max === Infinity
      ? `${min} or more`
      : `between ${min} and ${max}`;
  report(
    context,
    {
      code: "config/out-of-range",
      title: `${name} must be ${range}, got ${shown(node)}`,
      remedy: "Choose a value in that range",
      data: { value },
    },
    node,
  );
  return undefined;
}
