// What is said on the command line about the inside of a cluster: whether it is touched, and how nodes are drained.
import { LotseError } from "../base/index.ts";
import type { DrainOptions, KubernetesMode } from "../lotse.ts";
import type { Invocation } from "./command.ts";
import type { Target } from "./target.ts";

const units: Readonly<Record<string, number>> = { ms: 0.001, s: 1, m: 60, h: 3600 };

/** Seconds of a duration as Go's programs take it: `90s`, `10m`, `1h30m`. @throws LotseError `cli/usage` */
export function durationOf(flag: string, text: string): number {
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)];
  if (text !== "0" && (parts.length === 0 || parts.map(([part]) => part).join("") !== text)) {
    throw new LotseError("cli/usage", {
      title: `--${flag} ${JSON.stringify(text)} is no duration`,
      remedy: "Write it as 30s, 10m or 1h30m.",
    });
  }
  return parts.reduce((sum, [, count, unit]) => sum + Number(count) * (units[unit ?? ""] ?? 0), 0);
}

/** How nodes are drained, as far as the command line says it. @throws LotseError `cli/usage` */
export function drainOf({ options }: Invocation): Partial<DrainOptions> {
  const duration = (name: string, flag: string): number | undefined =>
    typeof options[name] === "string" ? durationOf(flag, options[name]) : undefined;
  const parallel = options["parallel"] === undefined ? undefined : Number(options["parallel"]);
  if (parallel !== undefined && !(Number.isInteger(parallel) && parallel >= 1 && parallel <= 25)) {
    throw new LotseError("cli/usage", {
      title: `--parallel ${String(options["parallel"])} is no number of nodes`,
      remedy: "Give a whole number from 1 to 25.",
    });
  }
  const [maxGrace, podEvictionWait, nodeDrainWait, timeout] = [
    duration("maxGracePeriod", "max-grace-period"),
    duration("podEvictionWaitPeriod", "pod-eviction-wait-period"),
    duration("nodeDrainWaitPeriod", "node-drain-wait-period"),
    duration("timeout", "timeout"),
  ];
  return {
    ...(parallel !== undefined && { parallel }),
    ...(maxGrace !== undefined && { maxGrace }),
    ...(podEvictionWait !== undefined && { podEvictionWait }),
    ...(nodeDrainWait !== undefined && { nodeDrainWait }),
    ...(timeout !== undefined && { timeout }),
    ...((options["disableEviction"] === true || options["disableNodegroupEviction"] === true) && {
      disableEviction: true,
    }),
    ...(options["force"] === true && { force: true }),
  };
}

/** What is done about the inside of the cluster: an emulated account may be one without. */
export function insideOf({ options }: Invocation, target: Target): KubernetesMode {
  if (options["awsOnly"] === true) return "never";
  return target.isSandbox ? "when-reachable" : "required";
}
