// One file out of a .tar.gz: etcd's releases come so. The format is POSIX ustar, 512-byte headers before each file.
import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { errorMessage, isLotseError, LotseError } from "../../../base/index.ts";

const block = 512;

function textAt(header: Buffer, from: number, length: number): string {
  const field = header.subarray(from, from + length);
  const end = field.indexOf(0);
  return field.toString("utf8", 0, end === -1 ? length : end).trim();
}

/**
 * Extracts one file of an archive.
 *
 * @param entry its path in the archive
 * @throws LotseError `kube/download-failed` when the archive is damaged or doesn't hold it
 */
export async function extract(archive: string, entry: string, target: string): Promise<void> {
  const bad = (detail: string, cause?: unknown): LotseError =>
    new LotseError("kube/download-failed", { title: `${archive} doesn't hold ${entry}: ${detail}` }, { cause });
  const file = await open(target, "w", 0o755);
  let found = false;
  const read = async (source: AsyncIterable<Buffer>): Promise<void> => {
    let pending: Buffer = Buffer.alloc(0);
    /** Bytes of the present file still to come, and those up to the next header. */
    let content = 0;
    let padding = 0;
    let wanted = false;
    for await (const chunk of source) {
      pending = Buffer.concat([pending, chunk]);
      for (;;) {
        const taken = Math.min(content, pending.length);
        if (wanted && taken > 0) await file.write(pending.subarray(0, taken));
        content -= taken;
        found ||= wanted && content === 0;
        const skipped = content === 0 ? Math.min(padding, pending.length - taken) : 0;
        padding -= skipped;
        pending = pending.subarray(taken + skipped);
        if (content > 0 || padding > 0 || pending.length < block) break;
        const header = pending.subarray(0, block);
        pending = pending.subarray(block);
        const prefix = textAt(header, 345, 155);
        const name = `${prefix ? `${prefix}/` : ""}${textAt(header, 0, 100)}`;
        content = Number.parseInt(textAt(header, 124, 12) || "0", 8);
        if (!Number.isSafeInteger(content)) throw bad("its header is damaged");
        padding = (block - (content % block)) % block;
        // "0" and NUL are ordinary files.
        wanted = name === entry && /^0?$/.test(textAt(header, 156, 1));
      }
    }
  };
  try {
    // To the end, so that gzip's own checksum is looked at.
    await pipeline(createReadStream(archive), createGunzip(), read);
    if (!found) throw bad("there is no such file in it");
  } catch (error) {
    throw isLotseError(error) ? error : bad(errorMessage(error), error);
  } finally {
    await file.close();
  }
}
