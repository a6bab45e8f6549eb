// The cluster file of a command, loaded; its findings shown, and an invalid file refused with all of them.
import type { Diagnostic } from "../base/index.ts";
import { hasErrors, LotseError } from "../base/index.ts";
import type { Cluster } from "../lotse.ts";
import { loadCluster } from "../lotse.ts";
import type { Invocation } from "./command.ts";
import { readInput } from "./input.ts";

/** `2026-11-21`: the day that versions are judged by. */
export const today = (): string => new Date().toISOString().slice(0, 10);

interface Loaded {
  cluster: Cluster;
  bytes: Uint8Array;
}

/** Standard input can be read once, and nobody wants to be warned twice. */
const loaded = new WeakMap<Invocation, Promise<Loaded>>();

function once(invocation: Invocation): Promise<Loaded> {
  const known = loaded.get(invocation) ?? load(invocation);
  loaded.set(invocation, known);
  return known;
}

/**
 * Loads the file of `-f`; asked again within a command, it is the same.
 *
 * @throws LotseError with every error of the file; warnings are emitted
 */
export async function readClusterFile(invocation: Invocation): Promise<Cluster> {
  return (await once(invocation)).cluster;
}

/** What {@link readClusterFile} loads, or has loaded: the file itself may have changed since. @throws LotseError as it */
export async function clusterFileBytes(invocation: Invocation): Promise<Uint8Array> {
  return (await once(invocation)).bytes;
}

async function load(invocation: Invocation): Promise<Loaded> {
  const { file, bytes } = await readInput(invocation);
  const { cluster, diagnostics } = await loadCluster(bytes, { file, today: today() });
  if (cluster && !hasErrors(diagnostics)) {
    for (const { title, remedy, at } of diagnostics) {
      const text = `${at?.file ?? file}:${at?.line ?? 1}: ${title}${remedy === undefined ? "" : ` (${remedy})`}`;
      invocation.host.emit({ level: "warn", code: "cli/file-warning", text });
    }
    return { cluster, bytes };
  }
  const [first] = diagnostics.filter(({ severity }) => severity === "error") as [Diagnostic, ...Diagnostic[]];
  throw new LotseError(first.code, first, { diagnostics });
}

/** Cluster and region that a command is about: from `-f`, or from a name. */
export async function clusterNameOf(
  invocation: Invocation,
  option: string,
): Promise<{ name: string; region?: string }> {
  const { options } = invocation;
  if (typeof options["file"] === "string") {
    const { metadata } = (await readClusterFile(invocation)).config;
    const asked = options[option];
    if (typeof asked === "string" && asked !== metadata.name) {
      throw new LotseError("cli/usage", {
        title: `--${option} ${asked} contradicts the file, which says ${metadata.name}`,
        remedy: `Give the file or --${option}, not both.`,
      });
    }
    return { name: metadata.name, region: metadata.region };
  }
  const name = options[option];
  if (typeof name === "string") return { name };
  throw new LotseError("cli/usage", {
    title: "No cluster is named",
    remedy: `Give --${option} <cluster>, or -f with its file.`,
  });
}
