// LT-L006: Fargate's logging isn't valid.
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { inKind } from "../../sight.ts";

const outputs = new Set([
  "es",
  "firehose",
  "kinesis_firehose",
  "cloudwatch",
  "cloudwatch_logs",
  "kinesis",
  "kinesis_streams",
]);

/** Fargate's logging isn't valid. */
export const fargateLogging: Check = defineCheck({
  id: "LT-L006",
  title: "Fargate's logging isn't valid",
  area: "logging",
  severity: "error",
  why: "Fargate takes output.conf, filters.conf and parsers.conf with certain plugins and nothing else; with a mistake it keeps no logs at all.",
  docs: "https://docs.aws.amazon.com/eks/latest/userguide/fargate-logging.html",
  remedy:
    "Leave Service and Input out; use the outputs cloudwatch, cloudwatch_logs, es, firehose, kinesis, kinesis_firehose or kinesis_streams.",

  objects: async (facts) =>
    inKind(
      facts,
      "configMaps",
      ({ metadata, data = {} }) => {
        if (metadata.name !== "aws-logging" || metadata.namespace !== "aws-observability") return undefined;
        const all = Object.values(data).join("\n");
        const section = /^\s*\[(SERVICE|INPUT)\]/im.exec(all)?.[1];
        if (section !== undefined) return `Fargate refuses the section ${section}`;
        const output = [...all.matchAll(/\[OUTPUT\][^[]*?Name\s+(\S+)/gi)]
          .map(([, name]) => name ?? "")
          .find((name) => !outputs.has(name));
        if (output !== undefined) return `Fargate has no output ${output}`;
        return data["output.conf"] === undefined && "output.conf is missing";
      },
      "data",
    ),
});
