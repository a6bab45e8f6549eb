// `lotse sandbox exec`: hands terminal and signals over to a command that runs as a pod.
import { isLotseError, LotseError } from "../../base/index.ts";
import { daemonStatus, defaultStateFolder, execAsPod } from "../../sandbox/index.ts";
import type { Action } from "../command.ts";
import { failureLines } from "../render/failure.ts";
import { paint } from "../render/style.ts";

export const run: Action = async ({ arguments: [words], options, env, terminal }) => {
  const text = (name: string): string | undefined =>
    typeof options[name] === "string" ? (options[name] as string) : undefined;
  const pod = text("asPod");
  if (pod === undefined)
    throw new LotseError("cli/usage", {
      title: "As whom the command is to run is not said",
      remedy: "Give --as-pod NAMESPACE/NAME.",
      blame: "user",
    });
  const status = await daemonStatus(text("state") ?? defaultStateFolder(env));
  if (!status)
    throw new LotseError("sandbox/not-running", {
      title: "No sandbox is running",
      remedy: "Start one: lotse sandbox up",
      blame: "user",
    });
  try {
    return await execAsPod({
      endpoint: status.endpoint,
      pod,
      container: text("container"),
      cluster: text("cluster"),
      region: text("region"),
      command: words as readonly string[],
      env,
      onNote: (note) => terminal.stderr.write(`${paint(terminal.stderr, "attention", "note")} ${note}\n`),
      ...(terminal.takeSignals ? { signals: terminal.takeSignals } : {}),
    });
  } catch (error) {
    // As shells have it: 127 for a program that isn't there, 126 for one that can't be started.
    const exit =
      isLotseError(error) && error.code === "sandbox/no-command" ? error.diagnostic.data?.["exit"] : undefined;
    if (typeof exit !== "number") throw error;
    terminal.stderr.write(`${failureLines(terminal.stderr, error, options["debug"] === true).join("\n")}\n`);
    return exit;
  }
};
