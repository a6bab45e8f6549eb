// The cluster file of a command that edits it: the text that was loaded, and the new one in its place.
import { accessSync, constants } from "node:fs";
import { errorMessage, LotseError, replaceFile } from "../../base/index.ts";
import { clusterFileBytes } from "../cluster-input.ts";
import type { Invocation } from "../command.ts";
import { textFile } from "./files.ts";

/**
 * The text that the file of `-f` was loaded from; undefined without a file.
 *
 * @throws LotseError `cli/usage` for what couldn't be written back as it was: standard input, and what isn't UTF-8
 */
export async function editableText(invocation: Invocation): Promise<string | undefined> {
  const { file } = invocation.options;
  if (typeof file !== "string") return undefined;
  const bytes = Buffer.from(await clusterFileBytes(invocation));
  const text = bytes.toString("utf8");
  if (file !== "-" && bytes.equals(Buffer.from(text))) return text;
  throw new LotseError("cli/usage", {
    title: `--fix can't write back to ${file === "-" ? "standard input" : file}`,
    remedy: "Give it a file in UTF-8.",
  });
}

/**
 * Writes a file's new text, unless somebody else has written to it since it was read.
 *
 * @throws LotseError `cli/changed-meanwhile`, `cli/unreadable`, `cli/unwritable`; then the file is as it was
 */
export async function writeEdited(file: string, before: string, after: string): Promise<void> {
  if ((await textFile(file)).text !== before)
    throw new LotseError("cli/changed-meanwhile", {
      title: `${file} has been changed meanwhile`,
      detail: "What was shown is about its older text; nothing was changed.",
      remedy: "Run it again.",
    });
  try {
    // Its folder alone decides whether it can be replaced; a file that nobody may write to is meant to stay.
    accessSync(file, constants.W_OK);
    replaceFile(file, after);
  } catch (cause) {
    throw new LotseError(
      "cli/unwritable",
      { title: `${file} can't be written: ${errorMessage(cause)}`, remedy: "Check the path." },
      { cause },
    );
  }
}
