// `lotse demo`, which is `npm start`: the main job, told as a story.
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { packageFile } from "../../base/index.ts";
import { connect, loadCluster } from "../../lotse.ts";
import { createSandbox } from "../../sandbox/index.ts";
import type { Action } from "../command.ts";
import { exitCode } from "../command.ts";
import { stages } from "../demo/stages.ts";
import type { World } from "../demo/world.ts";
import { readInput } from "../input.ts";
import { nextCommand } from "../next-command.ts";
import { formatDuration, paint, symbols } from "../render/style.ts";

const example = "examples/01-production.yaml";

export const run: Action = async (invocation) => {
  const { terminal, host, env, signal, options } = invocation;
  const { stdout } = terminal;
  const own = typeof options["file"] === "string";
  const file = own ? String(options["file"]) : example;
  const bytes = own ? (await readInput(invocation)).bytes : await readFile(packageFile(example));
  const text = Buffer.from(bytes).toString("utf8");
  const region = (await loadCluster(text, { file })).cluster?.config.metadata.region;

  await using sandbox = await createSandbox({
    listen: false,
    kubernetes: "off",
    ...(region === undefined ? {} : { region }),
  });
  const { endpoint, credentials, requestHandler } = sandbox.clientConfig();
  const aws = await connect({ region: sandbox.region, endpoint, credentials, requestHandler, signal });
  const world: World = { file: basename(file), text, sandbox, aws, host, terminal, signal };
  stdout.write(
    `${paint(stdout, "strong", `lotse demo · ${file} · emulated AWS account ${sandbox.account}`)}\nNothing leaves this machine.\n`,
  );
  const started = performance.now();
  const virtual = sandbox.clock.now();
  for (const [i, stage] of stages.entries()) {
    signal.throwIfAborted();
    stdout.write(`\n${paint(stdout, "strong", `${i + 1}  ${stage.title}`)}\n`);
    const closing = await stage.run(world);
    stdout.write(`   ${paint(stdout, "good", symbols(env).done)} ${closing}\n`);
  }
  aws.close();
  const took = ((performance.now() - started) / 1000).toFixed(1);
  const onAws = formatDuration((sandbox.clock.now() - virtual) / 1000);
  // The example's short name means something in a checkout only.
  const reachable = own || existsSync(example) ? file : packageFile(example);
  const next = [
    nextCommand(invocation, ["plan", "-f", reachable], { sandbox: true }),
    nextCommand(invocation, ["apply", "-f", reachable], { sandbox: true }),
    'lotse sandbox up && eval "$(lotse sandbox env)" && aws eks list-clusters',
    "lotse init",
  ];
  stdout.write(`\nEvery stage did what it should. AWS would have taken ${onAws}; this took ${took}s.\n\n`);
  stdout.write(`Next:\n${next.map((command) => `  npx ${command}`).join("\n")}\n`);
  return exitCode.done;
};
