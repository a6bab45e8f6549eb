// Reads the file that a command is given.
import { readFile, stat } from "node:fs/promises";
import { buffer } from "node:stream/consumers";
import { errorMessage, LotseError } from "../base/index.ts";
import type { Invocation } from "./command.ts";

export interface InputFile {
  /** As the person wrote it; `-` for standard input. */
  file: string;
  bytes: Uint8Array;
}

/** A cluster file is kilobytes; this is what is read before the configuration room says that it is too large. */
const largest = 64 * 1024 * 1024;

/**
 * The file of `-f`.
 *
 * @throws LotseError `cli/usage` when none is given, `cli/unreadable` when it can't be read
 */
export async function readInput(invocation: Invocation): Promise<InputFile> {
  const { file } = invocation.options;
  if (typeof file !== "string") {
    throw new LotseError("cli/usage", {
      title: "No cluster file is given",
      remedy: "Add -f cluster.yaml; `lotse init` writes one.",
    });
  }
  try {
    if (file === "-") return { file, bytes: await buffer(invocation.terminal.stdin as NodeJS.ReadableStream) };
    const { size } = await stat(file);
    if (size > largest) throw new Error(`it has ${size} bytes, which is no cluster file`);
    return { file, bytes: await readFile(file) };
  } catch (cause) {
    throw new LotseError(
      "cli/unreadable",
      { title: `${file} can't be read: ${errorMessage(cause)}`, remedy: "Check the path and its permissions." },
      { cause },
    );
  }
}
