// One compiled XML writer per dialect.
import type { Dialect } from "./dialect.ts";
import { XmlWriter } from "./xml-write.ts";

const writers: WeakMap<Dialect, XmlWriter> = new WeakMap();

/** The writer of a dialect; each is made once, as it remembers what it has learned of shapes. */
export function xmlWriterFor(dialect: Dialect): XmlWriter {
  const known = writers.get(dialect);
  if (known) return known;
  const writer = new XmlWriter(dialect);
  writers.set(dialect, writer);
  return writer;
}
