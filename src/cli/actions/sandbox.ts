// Actions of `lotse sandbox …`.
import { readFileSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { text as readAll } from "node:stream/consumers";
import { errorMessage, LotseError } from "../../base/index.ts";
import type { DaemonOptions, SandboxStatus } from "../../sandbox/index.ts";
import {
  adminCall,
  daemonStatus,
  parseClock,
  proxyVariables,
  resetState,
  sandboxCoverage,
  serveSandbox,
  startDaemon,
  stopDaemon,
  toolVariables,
} from "../../sandbox/index.ts";
import type { Action, Invocation } from "../command.ts";
import { exitCode } from "../command.ts";
import { renderData } from "../render/data.ts";
import { tableLines } from "../render/table.ts";
import { flagOf, folderOf, numberOption, print, running, textOption, usage, wantsJson } from "../sandbox-invocation.ts";

/** Absolute path of a file with certificates: the sandbox has a working folder of its own. */
function pemOption(invocation: Invocation, name: string): string | undefined {
  const path = textOption(invocation, name);
  if (path === undefined) return undefined;
  try {
    if (readFileSync(path, "utf8").includes("-----BEGIN CERTIFICATE-----")) return resolve(path);
  } catch (cause) {
    throw new LotseError("cli/unreadable", { title: `${path} can't be read`, detail: errorMessage(cause) }, { cause });
  }
  throw usage(`${path} holds no certificate`, `Give --${flagOf(name)} a file in PEM.`);
}

function daemonOptions(invocation: Invocation): DaemonOptions {
  const port = numberOption(invocation, "port");
  if (port !== undefined && !(Number.isInteger(port) && port >= 0 && port <= 65_535)) {
    throw usage(`${port} is not a port`, "Give --port a number from 1 to 65535, or 0 for any free one.");
  }
  const clockText = textOption(invocation, "clock");
  const clock = clockText === undefined ? undefined : parseClock(clockText);
  if (clockText !== undefined && !clock) {
    throw usage(`"${clockText}" is not a clock`, "Clocks are poll, instant, real and scaled:N, for example scaled:60.");
  }
  const account = textOption(invocation, "account");
  const region = textOption(invocation, "region");
  const seed = numberOption(invocation, "seed");
  const credentials = textOption(invocation, "credentials") as DaemonOptions["credentials"];
  const kubernetes = textOption(invocation, "kubernetes") as DaemonOptions["kubernetes"];
  const kubernetesMemory = numberOption(invocation, "kubernetesMemory");
  const issuerAuthority = pemOption(invocation, "issuerAuthority");
  const quotas = quotasOf(invocation);
  return {
    folder: folderOf(invocation),
    ...(port === undefined ? {} : { port }),
    ...(clock ? { clock } : {}),
    ...(account === undefined ? {} : { account }),
    ...(region === undefined ? {} : { region }),
    ...(seed === undefined ? {} : { seed }),
    ...(credentials === undefined ? {} : { credentials }),
    ...(kubernetes === undefined ? {} : { kubernetes }),
    ...(kubernetesMemory === undefined ? {} : { kubernetesMemory }),
    ...(issuerAuthority === undefined ? {} : { issuerAuthority }),
    ...(invocation.options["proxy"] === true ? { proxy: true } : {}),
    ...(quotas ? { quotas } : {}),
  };
}

/** Names are judged by the sandbox, which knows them. */
function quotasOf(invocation: Invocation): Record<string, number> | undefined {
  const given = invocation.options["quota"];
  if (!Array.isArray(given)) return undefined;
  return Object.fromEntries(
    given.map((item: unknown) => {
      const match = /^(\w+)=(\d+)$/.exec(String(item));
      if (!match) throw usage(`"${String(item)}" is no quota`, "Write name=number, for example vpcs=50.");
      return [match[1], Number(match[2])];
    }),
  );
}

/** The running sandbox, or an error that says how to start one. */
/** What was asked for and a running sandbox does otherwise. */
function keptSettings(options: DaemonOptions, status: SandboxStatus): string[] {
  const { port, clock, account, region, credentials, quotas } = options;
  const asked = clock?.kind === "scaled" ? `scaled:${clock.factor}` : clock?.kind;
  const kept: string[] = [];
  if (port && !status.endpoint.endsWith(`:${port}`)) kept.push(`port, not ${port}`);
  if (asked !== undefined && asked !== status.clock) kept.push(`clock ${status.clock}, not ${asked}`);
  if (account !== undefined && account !== status.account) kept.push(`account, not ${account}`);
  if (region !== undefined && region !== status.region) kept.push(`region ${status.region}, not ${region}`);
  if (credentials !== undefined && credentials !== status.credentials)
    kept.push(`credentials ${status.credentials}, not ${credentials}`);
  if (options.kubernetes === "off" && status.kubernetes !== "off") kept.push("Kubernetes");
  if (options.kubernetes !== undefined && options.kubernetes !== "off" && status.kubernetes === "off")
    kept.push(`kubernetes off, not ${options.kubernetes}`);
  if (options.proxy && !status.proxy) kept.push("port without a proxy");
  const other = Object.entries(quotas ?? {}).filter(([name, value]) => status.quotas[name] !== value);
  if (other.length > 0) kept.push(`quotas, not ${other.map(([name, value]) => `${name}=${value}`).join(" ")}`);
  return kept;
}

/** Reads or writes a file that the user named: that it can't be done is no defect. */
async function userFile<T>(path: string, code: "cli/unreadable" | "cli/unwritable", work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (cause) {
    const title = `${path} can't be ${code === "cli/unreadable" ? "read" : "written"}: ${errorMessage(cause)}`;
    throw new LotseError(code, { title, remedy: "Check the path and its permissions.", blame: "user" }, { cause });
  }
}

export const up: Action = async (invocation) => {
  const options = daemonOptions(invocation);
  const { status, started } = await startDaemon(options);
  print(invocation, `${started ? "ready" : "already running"} at ${status.endpoint} (account ${status.account})`);
  if (started && status.damage !== undefined) invocation.terminal.stderr.write(`${status.damage}\n`);
  if (!started) {
    const kept = keptSettings(options, status);
    if (kept.length > 0) {
      invocation.terminal.stderr.write(`it keeps its ${kept.join(" and ")}: lotse sandbox down, then up again\n`);
    }
  }
  print(invocation, 'point AWS tools at it: eval "$(lotse sandbox env)"');
  return exitCode.done;
};

export const down: Action = async (invocation) => {
  const { stopped, unsaved } = await stopDaemon(folderOf(invocation));
  if (unsaved !== undefined) {
    invocation.terminal.stderr.write(`stopped, but its last changes couldn't be saved: ${unsaved}\n`);
    return exitCode.failed;
  }
  print(invocation, stopped ? "stopped; the state stays" : "no sandbox is running");
  return exitCode.done;
};

export const serve: Action = async (invocation) => {
  await serveSandbox(daemonOptions(invocation), (line) => print(invocation, line), invocation.signal);
  return exitCode.done;
};

export const status: Action = async (invocation) => {
  const found = await daemonStatus(folderOf(invocation));
  if (wantsJson(invocation)) {
    invocation.terminal.stdout.write(await renderData({ running: found !== undefined, ...found }, "json"));
    return found ? exitCode.done : exitCode.failed;
  }
  if (!found) {
    print(invocation, "no sandbox is running");
    return exitCode.failed;
  }
  const lines: [string, string][] = [
    ["endpoint", found.endpoint],
    ["account", `${found.account}, ${found.region}`],
    ["virtual time", `${found.time} (${found.clock})`],
    ["state", `${found.rows} rows${found.problem ? `, NOT SAVED: ${found.problem}` : ""}`],
    ...(found.damage === undefined ? [] : [["damage", found.damage] satisfies [string, string]]),
    ["faults", String(found.faults)],
    ...(found.credentials === "any"
      ? [["credentials", "any: unknown access keys act as the administrator"] satisfies [string, string]]
      : []),
    ...(found.kubernetes === "off" ? [["kubernetes", "off"] satisfies [string, string]] : []),
    ...(found.kubernetes === "off" ? [] : found.kubernetes).map(
      ({ name, state, version, endpoint, note, problem }): [string, string] => [
        "cluster",
        [name, state, version, endpoint, note, problem].filter((each) => each !== undefined).join("  "),
      ],
    ),
    ...(found.proxy ? [["proxy", "for AWS's host names"] satisfies [string, string]] : []),
    ...Object.entries(found.quotas).map(([name, value]): [string, string] => ["quota", `${name} = ${value}`]),
    ["process", `${found.pid}, lotse ${found.version}`],
    ...Object.entries(found.missing).map(([what, count]): [string, string] => ["asked in vain", `${count} × ${what}`]),
  ];
  for (const [name, value] of lines) print(invocation, `${name.padEnd(14)}${value}`);
  return exitCode.done;
};

type Assignment = { set(name: string, value: string): string; unset(name: string): string };

const shells: Record<string, Assignment> = {
  // Values of ours need no quotes, paths of the user's folders may.
  sh: {
    set: (name, value) =>
      `export ${name}=${/^[\w@%+=:,./-]*$/.test(value) ? value : `'${value.replaceAll("'", `'\\''`)}'`}`,
    unset: (name) => `unset ${name}`,
  },
  fish: {
    set: (name, value) => `set -gx ${name} '${value.replaceAll(/['\\]/g, "\\$&")}'`,
    unset: (name) => `set -e ${name}`,
  },
  powershell: {
    set: (name, value) => `$Env:${name} = '${value.replaceAll("'", "''")}'`,
    unset: (name) => `Remove-Item Env:${name} -ErrorAction SilentlyContinue`,
  },
};

export const env: Action = async (invocation) => {
  const target = await running(invocation);
  const { set, unset } = toolVariables(target, invocation.env);
  if (invocation.options["proxy"] === true) {
    if (!target.proxy) {
      throw new LotseError("sandbox/not-running", {
        title: "The running sandbox is no proxy",
        remedy: "Start it as one: lotse sandbox down, then lotse sandbox up --proxy",
        blame: "user",
      });
    }
    Object.assign(set, proxyVariables(target, folderOf(invocation)));
  }
  const shell = shells[textOption(invocation, "shell") ?? "sh"] ?? (shells["sh"] as Assignment);
  for (const [name, value] of Object.entries(set)) print(invocation, shell.set(name, value));
  for (const name of unset) print(invocation, shell.unset(name));
  return exitCode.done;
};

export const reset: Action = async (invocation) => {
  const where = await resetState(folderOf(invocation));
  print(invocation, where === "running" ? "the account is empty" : "the saved state is removed");
  return exitCode.done;
};

export const save: Action = async (invocation) => {
  const { endpoint } = await running(invocation);
  const state = await adminCall(endpoint, "GET save");
  const [file] = invocation.arguments;
  if (file === "-") invocation.terminal.stdout.write(state);
  else await userFile(String(file), "cli/unwritable", writeFile(String(file), state, { mode: 0o600 }));
  return exitCode.done;
};

export const load: Action = async (invocation) => {
  const { endpoint } = await running(invocation);
  const [file] = invocation.arguments;
  const state =
    file === "-"
      ? await readAll(invocation.terminal.stdin)
      : await userFile(String(file), "cli/unreadable", readFile(String(file), "utf8"));
  await adminCall(endpoint, "POST load", { body: state });
  return exitCode.done;
};

interface EventRecord {
  eventTime: string;
  eventSource: string;
  eventName: string;
  errorCode?: string;
  userIdentity: { arn?: string; invokedBy?: string };
}

export const events: Action = async (invocation) => {
  const { endpoint } = await running(invocation);
  const region = textOption(invocation, "region");
  const query = {
    limit: String(numberOption(invocation, "limit") ?? 50),
    ...(region === undefined ? {} : { region }),
    ...(invocation.options["writes"] === true ? { writes: "true" } : {}),
  };
  const text = await adminCall(endpoint, "GET events", { query });
  if (wantsJson(invocation)) {
    invocation.terminal.stdout.write(text);
    return exitCode.done;
  }
  const rows = JSON.parse(text) as EventRecord[];
  const lines = tableLines<EventRecord>(
    [
      { title: "TIME", value: (row) => row.eventTime },
      { title: "SERVICE", value: (row) => row.eventSource.replace(".amazonaws.com", "") },
      { title: "CALL", value: (row) => row.eventName },
      { title: "ERROR", value: (row) => row.errorCode ?? "" },
      { title: "BY", value: (row) => row.userIdentity.invokedBy ?? row.userIdentity.arn ?? "", shrink: true },
    ],
    rows,
    invocation.terminal.stdout.columns,
  );
  for (const line of lines) print(invocation, line);
  return exitCode.done;
};

const unitSeconds: Record<string, number> = { s: 1, m: 60, h: 3600, d: 86_400 };

export const advance: Action = async (invocation) => {
  const { endpoint } = await running(invocation);
  const text = String(invocation.arguments[0]);
  const match = /^(\d+(?:\.\d+)?)([smhd]?)$/.exec(text);
  if (!match && text !== "end") throw usage(`"${text}" is no time`, "Give 90, 10m, 2h, 1d, or end.");
  const seconds = match ? Number(match[1]) * (unitSeconds[match[2] || "s"] ?? 1) : "end";
  const answer = await adminCall(endpoint, "POST advance", { body: JSON.stringify({ seconds }) });
  print(invocation, `it is now ${(JSON.parse(answer) as { time: string }).time}`);
  return exitCode.done;
};

export const coverage: Action = async (invocation) => {
  const wanted = textOption(invocation, "service");
  const services = sandboxCoverage().filter(({ id }) => wanted === undefined || id === wanted);
  if (wanted !== undefined && services.length === 0) {
    const known = sandboxCoverage().map(({ id }) => id);
    throw usage(`"${wanted}" is no service of the sandbox`, `Services are ${known.join(", ")}.`);
  }
  if (wantsJson(invocation)) {
    invocation.terminal.stdout.write(await renderData(services, "json"));
    return exitCode.done;
  }
  const [only] = services;
  if (wanted !== undefined && only) {
    for (const name of only.emulated) print(invocation, `emulated      ${name}`);
    for (const name of only.missing) print(invocation, `not emulated  ${name}`);
    return exitCode.done;
  }
  const columns = [
    { title: "SERVICE", value: (row: (typeof services)[number]) => row.id },
    { title: "EMULATED", value: (row: (typeof services)[number]) => row.emulated.length },
    { title: "OF", value: (row: (typeof services)[number]) => row.emulated.length + row.missing.length },
  ];
  for (const line of tableLines(columns, services, invocation.terminal.stdout.columns)) print(invocation, line);
  return exitCode.done;
};
