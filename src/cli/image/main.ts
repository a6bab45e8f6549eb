// `lotse controller …` by itself: what the container image runs. The rest of the command line isn't in it.
import { errorMessage, isLotseError, version } from "../../base/index.ts";
import type { RunningRoles } from "../../lotse.ts";
import { exitCode } from "../command.ts";
import { processEnvironment, quietAwsSdk } from "../env.ts";

const usage = `lotse ${version}\nUsage: controller NAMES… [FLAGS]\n`;
/** Wrong words on the command line, told from what fails later. */
const wrongWords = new Set(["controllers/bad-flag", "controllers/unknown-role"]);

/** One JSON line, as the roles write them: whatever collects the logs reads it like the others. */
function fatal(error: unknown): void {
  const known = isLotseError(error) ? error : undefined;
  const { detail, remedy } = known?.diagnostic ?? {};
  const line = {
    time: new Date().toISOString(),
    level: "error",
    message: errorMessage(error),
    ...(known ? { code: known.code } : {}),
    ...(detail ? { detail } : {}),
    ...(remedy ? { remedy } : {}),
  };
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

/** Starts roles in this process: `controllers.run` of the library. */
export type StartRoles = (
  names: readonly string[],
  options: {
    words: readonly string[];
    env: Readonly<Record<string, string | undefined>>;
    write(line: string): void;
    signal: AbortSignal;
  },
) => Promise<RunningRoles>;

/** Runs the roles that are named until SIGTERM; a second signal ends the process at once. */
export async function imageMain(words: readonly string[], start: StartRoles): Promise<void> {
  quietAwsSdk();
  const rest = words[0] === "controller" ? words.slice(1) : words;
  const first = rest.findIndex((word) => word.startsWith("-"));
  const names = first < 0 ? rest : rest.slice(0, first);
  if (names.length === 0) {
    process.stdout.write(usage);
    process.exitCode = exitCode.usage;
    return;
  }
  // Whoever reads the log may go away and come back: that is no reason to leave pods without their roles.
  process.stdout.on("error", () => undefined);
  const stop = new AbortController();
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.on(signal, () => {
      if (stop.signal.aborted) process.exit(exitCode.interrupted);
      stop.abort(new Error("stopped"));
    });
  }
  try {
    const running = await start(names, {
      words: first < 0 ? [] : rest.slice(first),
      env: processEnvironment(),
      write: (line) => process.stdout.write(line),
      signal: stop.signal,
    });
    process.exitCode = await running.done;
  } catch (error) {
    fatal(error);
    process.exitCode = isLotseError(error) && wrongWords.has(error.code) ? exitCode.usage : exitCode.failed;
  }
}
