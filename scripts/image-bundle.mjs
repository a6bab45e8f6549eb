// The one file that the container image runs. What isn't needed at the start (clients of AWS's services, mostly) lies in it
// packed: V8 takes 60 MB for parsing 4 MB of source, and roles that call nothing never unpack it.
import { brotliCompressSync } from "node:zlib";
import { dirname, join, normalize } from "node:path/posix";

/** @typedef {{ fileName: string, code: string, isEntry: boolean, imports: string[] }} Chunk */

/** Chunks that are needed at once: the entry, and what it requires without waiting. */
function early(chunks) {
  const byName = new Map(chunks.map((chunk) => [chunk.fileName, chunk]));
  const found = new Set();
  const visit = (name) => {
    if (found.has(name) || !byName.has(name)) return;
    found.add(name);
    for (const next of byName.get(name).imports) visit(next);
  };
  for (const chunk of chunks) if (chunk.isEntry) visit(chunk.fileName);
  return found;
}

const loader = `
const cached = new Map();
const open = (name) => {
  const known = cached.get(name);
  if (known) return known.exports;
  const module = { exports: {} };
  cached.set(name, module);
  const requireHere = (id) => (id.startsWith(".") ? open(resolve(name, id)) : require(id));
  let run = plain[name];
  if (!run) {
    const text = require("node:zlib").brotliDecompressSync(Buffer.from(packed[name], "base64")).toString("utf8");
    run = require("node:vm").compileFunction(text, ["exports", "require", "module"], { filename: name });
  }
  run(module.exports, requireHere, module);
  return module.exports;
};
const resolve = (from, id) => require("node:path").posix.join(require("node:path").posix.dirname(from), id);
`;

/**
 * Chunks of CommonJS as one file.
 * @param {Chunk[]} chunks
 */
export function singleFile(chunks) {
  const needed = early(chunks);
  const body = (code) => code.replace(/^#!.*\n/, "");
  const plain = chunks
    .filter(({ fileName }) => needed.has(fileName))
    .map(({ fileName, code }) => `${JSON.stringify(fileName)}(exports, require, module) {\n${body(code)}\n}`);
  const packed = chunks
    .filter(({ fileName }) => !needed.has(fileName))
    .map(({ fileName, code }) => {
      const text = brotliCompressSync(Buffer.from(body(code))).toString("base64");
      return `${JSON.stringify(fileName)}: "${text}"`;
    });
  const entry = chunks.find(({ isEntry }) => isEntry);
  for (const { fileName, imports } of chunks) {
    const lost = imports.filter(
      (name) => !chunks.some((each) => each.fileName === normalize(join(dirname("."), name))),
    );
    const foreign = lost.filter((name) => !name.startsWith("node:"));
    if (foreign.length > 0) throw new Error(`${fileName} requires ${foreign.join(", ")}, which isn't in the bundle`);
  }
  return [
    "#!/usr/bin/env node",
    '"use strict";',
    `const plain = {\n${plain.join(",\n")}\n};`,
    `const packed = {\n${packed.join(",\n")}\n};`,
    loader.trim(),
    `open(${JSON.stringify(entry.fileName)});`,
    "",
  ].join("\n");
}
