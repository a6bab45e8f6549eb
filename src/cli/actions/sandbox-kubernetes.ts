// Actions of `lotse sandbox kubernetes …`.
import type { Host } from "../../base/index.ts";
import type { AssetProgress, CachedAssets, KubeAssets } from "../../sandbox/index.ts";
import { defaultMinor, installAssets, listAssets, removeAssets } from "../../sandbox/index.ts";
import type { Action, Invocation } from "../command.ts";
import { exitCode } from "../command.ts";
import { renderData } from "../render/data.ts";
import type { Column } from "../render/table.ts";
import { tableLines } from "../render/table.ts";

function versionsOf({ arguments: [given] }: Invocation): string[] {
  return Array.isArray(given) ? [...new Set(given.map(String))] : [];
}

function print(invocation: Invocation, text: string): void {
  invocation.terminal.stdout.write(`${text}\n`);
}

/** Steps as the host shows them: one at a time, each with a line when it is over. */
function stepsOn(host: Host, minor: string): { hear(message: AssetProgress): void; done(): void } {
  let step: string | undefined;
  const tell = (code: string, text: string): void =>
    host.emit({ level: "info", code, text, subject: `${minor} ${step}`, data: { minor, step } });
  const done = (): void => {
    if (step !== undefined) tell("kube/step-done", step);
    step = undefined;
  };
  const failed = (why: string): void => {
    tell("kube/step-failed", `${step}: ${why}`);
    step = undefined;
  };
  return {
    hear: (message) => {
      if (message.step !== step) {
        done();
        step = message.step;
        tell("kube/step-started", step);
      }
      if (message.failed) return failed(message.text);
      const percent = message.fraction === undefined ? "" : ` · ${Math.floor(message.fraction * 100)} %`;
      tell("kube/step-progress", `${message.text}${percent}`);
    },
    done,
  };
}

/** Where a set comes from, in words. */
function origin({ source, emulated }: Pick<KubeAssets, "source" | "emulated">): string {
  const words = { environment: "yours", download: "official release", build: "built from Go modules" };
  return `${words[source]}${emulated ? ", emulated by a newer release" : ""}`;
}

export const install: Action = async (invocation) => {
  const { env, signal, host } = invocation;
  const asked = versionsOf(invocation);
  const made: KubeAssets[] = [];
  for (const minor of asked.length > 0 ? asked : [defaultMinor()]) {
    const steps = stepsOn(host, minor);
    const assets = await installAssets(minor, { env, signal }, steps.hear);
    steps.done();
    made.push(assets);
    if (invocation.options["output"] === "json") continue;
    print(invocation, `Kubernetes ${minor}: ${assets.version} with etcd ${assets.etcdVersion}, ${origin(assets)}`);
  }
  if (invocation.options["output"] === "json") {
    invocation.terminal.stdout.write(await renderData(made, "json"));
  }
  return exitCode.done;
};

const columns: readonly Column<CachedAssets>[] = [
  { title: "KUBERNETES", value: (row) => row.minor, align: "left" },
  { title: "VERSION", value: (row) => row.version },
  { title: "ETCD", value: (row) => row.etcdVersion },
  { title: "FROM", value: origin },
  { title: "INSTALLED", value: (row) => row.installed.slice(0, 10) },
  { title: "MB", value: (row) => Math.round(row.bytes / 1e6) },
  { title: "FOLDER", value: (row) => row.folder, shrink: true },
];

export const list: Action = async (invocation) => {
  const { env, terminal, options } = invocation;
  const sets = await listAssets({ env });
  if (options["output"] === "json") terminal.stdout.write(await renderData(sets, "json"));
  else if (sets.length === 0) print(invocation, "no Kubernetes binaries; get some: lotse sandbox kubernetes install");
  else for (const line of tableLines(columns, sets, terminal.stdout.columns)) print(invocation, line);
  return exitCode.done;
};

export const remove: Action = async (invocation) => {
  const { env, signal } = invocation;
  const asked = versionsOf(invocation);
  const removed = await removeAssets(asked.length > 0 ? asked : undefined, { env, signal });
  print(invocation, removed.length > 0 ? `removed ${removed.join(", ")}` : "nothing to remove");
  return asked.some((minor) => !removed.includes(minor)) ? exitCode.failed : exitCode.done;
};
