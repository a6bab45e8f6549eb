// `lotse token` before anything else is loaded. What isn't plain (help, mistakes, --sandbox) is left to the whole command line.
import { writeSync } from "node:fs";
import { processEnvironment } from "../env.ts";
import { makeToken } from "./make.ts";
import { parseTokenArguments } from "./request.ts";

/** Past the process's streams, which take longer to set up than the token to make. */
function print(text: string): void {
  try {
    const written = writeSync(1, text);
    if (written < Buffer.byteLength(text)) process.stdout.write(Buffer.from(text).subarray(written));
  } catch (error) {
    // A pipe that is full for the moment, because its reader doesn't wait; streams can.
    if ((error as NodeJS.ErrnoException).code !== "EAGAIN") throw error;
    process.stdout.write(text);
  }
}

/** Runs it; false when the arguments need the whole command line. */
export async function tokenMain(words: readonly string[]): Promise<boolean> {
  const request = parseTokenArguments(words);
  if (!request) return false;
  try {
    const { text, notes } = await makeToken(request, processEnvironment(), Date.now, async (settings) =>
      (await import("./find-credentials.ts")).findCredentials(settings),
    );
    for (const note of notes) process.stderr.write(`lotse token: ${note}\n`);
    print(text);
  } catch (error) {
    // Nobody reads any more (`lotse token … | head -0`).
    if ((error as NodeJS.ErrnoException).code === "EPIPE") return true;
    const { reportFailure } = await import("./report-failure.ts");
    process.exitCode = reportFailure(error);
  }
  return true;
}
