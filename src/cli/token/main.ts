// `lotse token` before anything else is loaded. What isn't plain (help, mistakes, --sandbox) is left to the whole command line.
import { processEnvironment } from "../env.ts";
import { makeToken } from "./make.ts";
import { parseTokenArguments } from "./request.ts";

/** Runs it; false when the arguments need the whole command line. */
export async function tokenMain(words: readonly string[]): Promise<boolean> {
  const request = parseTokenArguments(words);
  if (!request) return false;
  try {
    const { text, notes } = await makeToken(request, processEnvironment(), Date.now, async (settings) =>
      (await import("./find-credentials.ts")).findCredentials(settings),
    );
    for (const note of notes) process.stderr.write(`lotse token: ${note}\n`);
    process.stdout.write(text);
  } catch (error) {
    const { reportFailure } = await import("./report-failure.ts");
    process.exitCode = reportFailure(error);
  }
  return true;
}
