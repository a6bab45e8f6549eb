// How `lotse token` fails: as every command does.
import { processEnvironment } from "../env.ts";
import { failureLines } from "../render/failure.ts";
import { wantsColor } from "../render/style.ts";
import { exitCodeOf } from "../run.ts";

/** Says what went wrong on stderr; gives the exit code. */
export function reportFailure(error: unknown): number {
  const { stderr } = process;
  const isTTY = stderr.isTTY === true;
  const output = {
    write: (text: string) => void stderr.write(text),
    isTTY,
    columns: stderr.columns ?? 10_000,
    color: wantsColor(isTTY, processEnvironment()),
  };
  stderr.write(`${failureLines(output, error, false).join("\n")}\n`);
  return exitCodeOf(error);
}
