// `lotse capacity pods|instances|plan|show`
import { LotseError } from "../../base/index.ts";
import type { CapacityQuestion, CniSettings, InstanceQuestion } from "../../lotse.ts";
import { capacity } from "../../lotse.ts";
import { clusterNameOf, readClusterFile } from "../cluster-input.ts";
import type { Action, Invocation } from "../command.ts";
import { exitCode } from "../command.ts";
import { withAws } from "../connection.ts";
import { durationOf } from "../drain-options.ts";
import { instanceLines, planLines, podLines, spotLines, useLines } from "../render/capacity.ts";
import { renderData } from "../render/data.ts";
import { textOption } from "./files.ts";

/** A whole number of an option, or undefined when it isn't given. */
function countOf(invocation: Invocation, name: string, flag: string): number | undefined {
  const value = invocation.options[name];
  if (value === undefined) return undefined;
  const text = String(value as string | number);
  if (/^\d{1,7}$/.test(text)) return Number(text);
  throw new LotseError("cli/usage", {
    title: `--${flag} ${JSON.stringify(text)} is no number`,
    remedy: `Give a whole number, as --${flag} 400.`,
  });
}

function cniOf(invocation: Invocation): CniSettings {
  const { options } = invocation;
  const given = (...names: string[]): boolean => names.some((name) => options[name] === true);
  const version = textOption(invocation, "cniVersion");
  if (version !== undefined && !/^v?\d+\.\d+/.test(version))
    throw new LotseError("cli/usage", {
      title: `--cni-version ${JSON.stringify(version)} is no version of the CNI`,
      remedy: "Give it as 1.19.6 or v1.19.6-eksbuild.1.",
    });
  const maxEni = countOf(invocation, "cniMaxEni", "cni-max-eni");
  return {
    ...(given("prefixDelegation", "cniPrefixDelegationEnabled") ? { prefixDelegation: true } : {}),
    ...(given("customNetworking", "cniCustomNetworkingEnabled") ? { customNetworking: true } : {}),
    ...(given("ipv6") ? { ipv6: true } : {}),
    ...(given("windows") ? { windows: true } : {}),
    ...(version === undefined ? {} : { cniVersion: version }),
    ...(maxEni === undefined ? {} : { maxEni }),
  };
}

async function podOf(invocation: Invocation): Promise<{ millicores: number; memoryMiB: number } | undefined> {
  const [cpu, memory] = [textOption(invocation, "cpu"), textOption(invocation, "memory")];
  if (cpu === undefined && memory === undefined) return undefined;
  return capacity.quantities(cpu ?? "0", memory ?? "0");
}

async function print(invocation: Invocation, data: unknown, lines: () => readonly string[]): Promise<void> {
  const format = invocation.options["output"];
  const { stdout } = invocation.terminal;
  if (format === "json" || format === "yaml") stdout.write(await renderData(data, format));
  else stdout.write(`${lines().join("\n")}\n`);
}

const listed = (texts: readonly string[]): string[] =>
  texts
    .flatMap((text) => text.split(","))
    .map((text) => text.trim())
    .filter(Boolean);

/** Whether an account is named: without one nobody is asked. */
const asksAws = ({ options }: Invocation): boolean =>
  ["region", "profile", "endpointUrl", "sandbox"].some((name) => options[name] !== undefined);

/** `capacity pods` */
export const pods: Action = async (invocation) => {
  const { terminal } = invocation;
  const names = listed((invocation.arguments[0] ?? []) as readonly string[]);
  if (names.length === 0)
    throw new LotseError("cli/usage", {
      title: "No instance type is named",
      remedy: "Give some, as t3.large,c5.large.",
    });
  const settings = cniOf(invocation);
  const rows = asksAws(invocation)
    ? await withAws(invocation, undefined, async (aws) => capacity.pods(names, settings, aws))
    : await capacity.pods(names, settings);
  const single = rows.filter(
    ({ mode }) => settings.prefixDelegation && !settings.ipv6 && !mode.endsWith("prefix-delegation"),
  );
  if (single.length > 0) {
    const which = single.map(({ instanceType }) => instanceType).join(", ");
    const text = `no prefixes for ${which}: single addresses, for want of a Nitro hypervisor or of a newer CNI`;
    invocation.host.emit({ level: "warn", code: "capacity/no-prefixes", text });
  }
  await print(invocation, rows, () => podLines(rows, terminal.stdout));
  return exitCode.done;
};

/** `capacity instances` */
export const instances: Action = async (invocation) => {
  const { options, terminal } = invocation;
  const count = countOf(invocation, "pods", "pods");
  const pod = await podOf(invocation);
  if (count === undefined || !pod)
    throw new LotseError("cli/usage", {
      title: "It isn't said what has to run",
      remedy: "Give --pods 400 --cpu 250m --memory 512Mi.",
    });
  const arch = textOption(invocation, "arch");
  const types = listed([textOption(invocation, "types") ?? ""]);
  const question: InstanceQuestion = {
    pods: count,
    ...pod,
    cni: cniOf(invocation),
    ...(arch === "amd64" || arch === "arm64" ? { arch } : {}),
    ...(types.length > 0 ? { types } : {}),
  };
  const limit = countOf(invocation, "limit", "limit") ?? Number.POSITIVE_INFINITY;
  if (options["spot"] === true) {
    const groups = (await capacity.spot(question)).slice(0, limit);
    await print(invocation, groups, () => spotLines(groups, terminal.stdout));
  } else {
    const rows = (await capacity.instances(question)).slice(0, limit);
    await print(invocation, rows, () => instanceLines(rows, terminal.stdout));
  }
  return exitCode.done;
};

function churnOf(invocation: Invocation): number | undefined {
  const text = textOption(invocation, "churn");
  if (text === undefined) return undefined;
  const match = /^(\d{1,7})(?:\/(s|sec|m|min|h))?$/.exec(text);
  const perMinute: Readonly<Record<string, number>> = { s: 60, sec: 60, m: 1, min: 1, h: 1 / 60 };
  if (match) return Number(match[1]) * (perMinute[match[2] ?? "min"] ?? 1);
  throw new LotseError("cli/usage", {
    title: `--churn ${JSON.stringify(text)} is no number of pods a minute`,
    remedy: "Give it as 600/min.",
  });
}

async function questionOf(invocation: Invocation): Promise<CapacityQuestion> {
  const { surge } = invocation.options;
  const [count, churn, pod] = [countOf(invocation, "pods", "pods"), churnOf(invocation), await podOf(invocation)];
  const balancers = countOf(invocation, "loadBalancers", "load-balancers");
  const more = surge === "all" ? "all" : typeof surge === "string" ? countOf(invocation, "surge", "surge") : undefined;
  return {
    cni: cniOf(invocation),
    ...(count === undefined ? {} : { pods: count }),
    ...(churn === undefined ? {} : { churnPerMinute: churn }),
    ...(pod ? { pod } : {}),
    ...(balancers === undefined ? {} : { loadBalancers: balancers }),
    ...(more === undefined ? {} : { surge: more }),
  };
}

/** `capacity plan` */
export const plan: Action = async (invocation) => {
  const { options, terminal, env } = invocation;
  const cluster = await readClusterFile(invocation);
  const question = await questionOf(invocation);
  const planned = asksAws(invocation)
    ? await withAws(invocation, cluster.config.metadata.region, async (aws) => capacity.plan(cluster, question, aws))
    : await capacity.plan(cluster, question);
  if (options["output"] === "svg") terminal.stdout.write(await capacity.draw(planned));
  else await print(invocation, planned, () => planLines(planned, terminal.stdout, env));
  return options["exitCode"] === true && !planned.fits ? exitCode.findings : exitCode.done;
};

/** `capacity show` */
export const show: Action = async (invocation) => {
  const { name, region } = await clusterNameOf(invocation, "name");
  const sample = textOption(invocation, "sample");
  const seconds = sample === undefined ? 0 : durationOf("sample", sample);
  const {
    use,
    trends,
    plan: living,
  } = await withAws(invocation, region, async (aws) => {
    const looked =
      seconds > 0
        ? await capacity.trend(aws, name, seconds, invocation.signal)
        : { use: await capacity.use(aws, name), trends: [] };
    return { ...looked, plan: await capacity.living(aws, looked.use) };
  });
  const subnets = use.subnets.map((subnet) => {
    const { needs, verdict, smallestPrefix } = living.subnets.find((one) => one.name === subnet.subnetId) ?? {};
    return { ...subnet, ...(needs ? { needs, verdict, smallestPrefix } : {}) };
  });
  const { fits, groups, notes } = living;
  const data = { ...use, subnets, fits, groups, notes, ...(trends.length > 0 ? { trends } : {}) };
  await print(invocation, data, () => useLines(use, living, trends, invocation.terminal.stdout));
  return exitCode.done;
};
