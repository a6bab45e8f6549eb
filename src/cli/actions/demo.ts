// `lotse demo`, which is `npm start`: the main job, told as a story.
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { packageFile } from "../../base/index.ts";
import type { Cluster } from "../../lotse.ts";
import { loadCluster } from "../../lotse.ts";
import type { Manifest } from "../../rehearse/index.ts";
import { inventory, nextVersion, openRehearsal, readManifests } from "../../rehearse/index.ts";
import { today } from "../cluster-input.ts";
import type { Action } from "../command.ts";
import { exitCode } from "../command.ts";
import { upgradeTo } from "../demo/inside.ts";
import { stages } from "../demo/stages.ts";
import type { World } from "../demo/world.ts";
import { readInput } from "../input.ts";
import { nextCommand } from "../next-command.ts";
import { formatDuration, paint, symbols } from "../render/style.ts";
import { stageBegins, stageEnds } from "../render/stage.ts";

const example = "examples/01-production.yaml";
const shop = "examples/manifests/shop";

/** The shop, as far as a cluster can run it: volumes need the EBS driver, pods need nodes. */
async function shopFor(cluster: Cluster | undefined): Promise<readonly Manifest[]> {
  const { managedNodeGroups = [], nodeGroups = [], addons = [] } = cluster?.config ?? {};
  if (managedNodeGroups.length + nodeGroups.length === 0) return [];
  const { manifests } = await readManifests([packageFile(shop)]);
  const volumes = addons.some(({ name }) => name === "aws-ebs-csi-driver");
  return manifests.filter(({ object }) => volumes || !/^(StatefulSet|StorageClass)$/.test(object.kind));
}

export const run: Action = async (invocation) => {
  const { terminal, host, env, signal, options } = invocation;
  const { stdout } = terminal;
  const own = typeof options["file"] === "string";
  const file = own ? String(options["file"]) : example;
  const bytes = own ? (await readInput(invocation)).bytes : await readFile(packageFile(example));
  const text = Buffer.from(bytes).toString("utf8");
  const { cluster } = await loadCluster(text, { file });
  const sandbox = { kubernetes: { mode: "on", assets: { env } } } as const;
  await using rehearsal = await openRehearsal({
    file: basename(file),
    text,
    manifests: await shopFor(cluster),
    host,
    signal,
    today: today(),
    timeout: 120_000,
    sandbox,
  });
  const world: World = { rehearsal, before: inventory(rehearsal), terminal };
  const { missing } = rehearsal;
  const account = `lotse demo · ${file} · emulated AWS account ${rehearsal.sandbox.account}`;
  stdout.write(`${paint(stdout, "strong", account)}\nNothing leaves this machine.\n`);
  if (missing !== undefined) stdout.write(`The AWS half only: ${missing}.\n`);
  const next = nextVersion(cluster?.config.metadata.version ?? "");
  const upgrade = missing === undefined ? await upgradeTo(next, sandbox) : undefined;
  const started = performance.now();
  const story = stages(upgrade).filter(({ kubernetes }) => !kubernetes || missing === undefined);
  for (const [i, stage] of story.entries()) {
    signal.throwIfAborted();
    stdout.write(`${stageBegins(stdout, stage.title, i + 1)}\n`);
    const closing = await stage.run(world);
    stdout.write(`${stageEnds(stdout, symbols(env), { outcome: "passed", text: closing })}\n`);
  }
  const took = ((performance.now() - started) / 1000).toFixed(1);
  const onAws = formatDuration(rehearsal.seconds());
  // The example's short name means something in a checkout only.
  const inPlace = (path: string): string => (existsSync(path) ? path : packageFile(path));
  const reachable = own ? file : inPlace(example);
  const commands = [
    nextCommand(invocation, ["rehearse", "-f", reachable, "-m", inPlace(shop), "--fail", "az-outage"], {
      sandbox: undefined,
    }),
    nextCommand(invocation, ["plan", "-f", reachable], { sandbox: true }),
    nextCommand(invocation, ["apply", "-f", reachable], { sandbox: true }),
    'lotse sandbox up && eval "$(lotse sandbox env)" && aws eks list-clusters',
    "lotse init",
  ];
  stdout.write(`\nEvery stage did what it should. AWS would have taken ${onAws}; this took ${took}s.\n\n`);
  stdout.write(`Next:\n${commands.map((command) => `  npx ${command}`).join("\n")}\n`);
  return exitCode.done;
};
